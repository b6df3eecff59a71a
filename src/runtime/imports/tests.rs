//! The stores as a component calls them, more of them than our templates use.

#[path = "../../../tests/database/mod.rs"]
mod database;

use std::sync::Arc;

use wasmtime::Store;

use self::database::Database;
use crate::runtime::bindings::wasi::keyvalue::store::{Error, Host as _, HostBucket as _};
use crate::runtime::bindings::wasmcloud::postgres::query::{Host as _, PgValue, QueryError, ResultRow};
use crate::runtime::state::State;
use crate::runtime::{Buckets, Bus, Observer, Options, Runtime, Sql, Stores, Surroundings};

fn store(stores: Stores) -> Store<State> {
    let surroundings = Surroundings {
        task: "task".into(),
        config: Default::default(),
        bus: Bus::memory(1 << 20),
        stores,
        observer: Observer::default(),
    };
    let runtime = Runtime::new(&Options::default()).unwrap();
    State::store(&runtime, &Arc::new(surroundings))
}

#[tokio::test]
async fn a_bucket_is_opened_used_and_dropped() {
    let buckets = Buckets::default();
    let mut store = store(Stores {
        buckets: buckets.clone(),
        bucket: Some("rooms".into()),
        sql: None,
    });
    let state = store.data_mut();
    let default = state.open("default".into()).await.unwrap().unwrap();
    let other = state.open("other".into()).await.unwrap().unwrap();
    let again = || wasmtime::component::Resource::new_borrow(default.rep());
    assert!(!state.exists(again(), "attic".into()).await.unwrap().unwrap());
    state
        .set(again(), "attic".into(), b"5".to_vec())
        .await
        .unwrap()
        .unwrap();
    assert!(state.exists(again(), "attic".into()).await.unwrap().unwrap());
    assert_eq!(
        state.get(again(), "attic".into()).await.unwrap().unwrap().unwrap(),
        b"5"
    );
    assert_eq!(buckets.get("rooms", "attic").await.unwrap().unwrap(), b"5");
    let listed = state.list_keys(again(), None).await.unwrap().unwrap();
    assert_eq!((listed.keys, listed.cursor), (vec!["attic".to_owned()], None));
    let listed = state.list_keys(other, None).await.unwrap().unwrap();
    assert!(listed.keys.is_empty());
    state.delete(again(), "attic".into()).await.unwrap().unwrap();
    assert_eq!(state.get(again(), "attic".into()).await.unwrap().unwrap(), None);
    let Err(Error::Other(text)) = state.set(again(), "k".repeat(5000), Vec::new()).await.unwrap() else {
        panic!("a key of 5000 bytes is taken");
    };
    assert_eq!(text, "the key has 5000 bytes, it has to have 1 to 4096");
    assert!(state.open(String::new()).await.unwrap().is_err());
    let dropped = again();
    state.drop(default).await.unwrap();
    assert!(state.get(dropped, "attic".into()).await.is_err(), "it is gone: a trap");
}

fn shown(rows: Result<Vec<ResultRow>, QueryError>) -> String {
    match rows {
        Err(QueryError::InvalidParams(text)) => format!("invalid parameters: {text}"),
        Err(QueryError::InvalidQuery(text)) => format!("invalid query: {text}"),
        Err(QueryError::Unexpected(text)) => format!("unexpected: {text}"),
        Ok(rows) => {
            let entries = rows.iter().flatten();
            let entries: Vec<String> = entries
                .map(|entry| format!("{}={:?}", entry.column_name, entry.value))
                .collect();
            entries.join(" ").replace("PgValue::", "")
        }
    }
}

#[tokio::test]
async fn values_go_to_a_database_and_come_back() {
    let database = Database::start().await;
    let mut store = store(Stores {
        sql: Some(Sql::named(&database.url()).unwrap()),
        ..Stores::default()
    });
    let state = store.data_mut();
    let uuid = "0191f2f0-0000-7000-8000-000000000000";
    // -0.75 and 0.5: mantissa, exponent, sign.
    let (three_quarters, half) = ((3 << 51, -53, -1), (1 << 52, -53, 1));
    for (cast, given, got) in [
        ("bool", PgValue::Boolean(true), "Bool(true)"),
        ("int2", PgValue::SmallInt(-7), "Int2(-7)"),
        ("int4", PgValue::Integer(i32::MIN), "Int4(-2147483648)"),
        ("int8", PgValue::BigInt(i64::MAX), "Int8(9223372036854775807)"),
        (
            "float8",
            PgValue::Double(three_quarters),
            "Float8((6755399441055744, -53, -1))",
        ),
        ("float4", PgValue::Real(half), "Float4((4503599627370496, -53, 1))"),
        ("text", PgValue::Text("città '$1".into()), "Text(\"città '$1\")"),
        (
            "varchar",
            PgValue::Varchar((Some(3), b"abc".to_vec())),
            "Varchar((None, [97, 98, 99]))",
        ),
        ("name", PgValue::Name("n".into()), "Name(\"n\")"),
        ("json", PgValue::Json("[1,2]".into()), "Json(\"[1,2]\")"),
        ("jsonb", PgValue::Jsonb("[1,2]".into()), "Jsonb(\"[1, 2]\")"),
        (
            "uuid",
            PgValue::Uuid(uuid.into()),
            "Uuid(\"0191f2f0-0000-7000-8000-000000000000\")",
        ),
        ("bytea", PgValue::Bytea(vec![0, 255]), "Bytea([0, 255])"),
        ("int4", PgValue::Null, "Null"),
        // Read as text: nothing is lost.
        (
            "numeric::text",
            PgValue::Numeric("-12345678901234567890.5".into()),
            "Text(\"-12345678901234567890.5\")",
        ),
    ] {
        let rows = state
            .query(format!("SELECT $1::{cast} AS it"), vec![given])
            .await
            .unwrap();
        assert_eq!(shown(rows), format!("it={got}"));
    }
    let mut said = Vec::new();
    for (statement, values) in [
        ("SELECT 1 AS a, NULL AS b UNION SELECT 2, 'x' ORDER BY a", vec![]),
        ("SELECT now()", vec![]),
        ("SELECT 1 WHERE $1", vec![]),
        ("SELECT $1::int", vec![PgValue::Text("1".into())]),
        ("SELECT $1::timestamptz", vec![PgValue::Cidr("10.0.0.0/8".into())]),
        ("SELECT $1::numeric::text", vec![PgValue::Decimal("12a".into())]),
        ("SELECT 1\0", vec![]),
        ("SELEC 1", vec![]),
        ("SELECT 1; SELECT 2", vec![]),
        ("SELECT 1/0", vec![]),
        ("INSERT INTO pg_catalog.nowhere VALUES (1)", vec![]),
    ] {
        said.push(shown(state.query(statement.into(), values).await.unwrap()));
    }
    insta::assert_snapshot!(said.join("\n"), @r#"
    a=Int4(1) b=Null a=Int4(2) b=Text("x")
    unexpected: the embedded host cannot read column now of type timestamptz: cast it, as in now::text
    invalid parameters: the statement has 1 parameters, and 0 values were given
    invalid parameters: $1: the statement takes int4, and the value is Text: cast it in the statement
    invalid parameters: $1: the embedded host cannot send Cidr: send text, and cast it, as in $1::text::timestamptz
    invalid query: invalid input syntax for type numeric: "12a"
    invalid query: there is a NUL in the statement
    invalid query: syntax error at or near "SELEC"
    invalid query: cannot insert multiple commands into a prepared statement
    invalid query: division by zero
    invalid query: relation "pg_catalog.nowhere" does not exist
    "#);

    // Several statements, without parameters; what one leaves open is nobody else's.
    state
        .query_batch("CREATE TABLE a (b int); INSERT INTO a VALUES (1), (2)".into())
        .await
        .unwrap()
        .unwrap();
    state.query_batch("BEGIN; DELETE FROM a".into()).await.unwrap().unwrap();
    state.query("BEGIN".into(), vec![]).await.unwrap().unwrap();
    state.query("DELETE FROM a".into(), vec![]).await.unwrap().unwrap();
    state
        .query("INSERT INTO a VALUES (3)".into(), vec![])
        .await
        .unwrap()
        .unwrap();
    let seen = database
        .client()
        .await
        .query_one("SELECT count(*), max(b) FROM a", &[])
        .await
        .unwrap();
    assert_eq!((seen.get::<_, i64>(0), seen.get::<_, i32>(1)), (1, 3));
    assert!(state.query_batch("SELEC".into()).await.unwrap().is_err());
}

#[tokio::test]
async fn without_a_database_it_is_said_how_to_name_one() {
    let mut store = store(Stores::default());
    let said = store.data_mut().query("SELECT 1".into(), vec![]).await.unwrap();
    insta::assert_snapshot!(shown(said), @"unexpected: no database is named: name one as postgres://… in PELATO_SQL_URL, or with --sql");
    assert!(store.data_mut().query_batch("SELECT 1".into()).await.unwrap().is_err());
}
