//! `nats_to_sql`.

use pelato::runtime::{Sql, Stores};
use tokio_postgres::Client;

use crate::database::{Database, PASSWORD};
use crate::{Running, code};

const CODE: &str = r#"package main

import "errors"

func exec_task(arg string) (string, error) {
	switch arg {
	case "nothing":
		return "", nil
	case "error":
		return arg, errors.New("no good")
	}
	return arg, nil
}
"#;

const TABLE: &str = "CREATE TABLE readings (room text PRIMARY KEY, celsius numeric, at timestamptz, tags jsonb,
    counted int, label varchar(5), id int GENERATED ALWAYS AS IDENTITY, made timestamptz DEFAULT now());
    CREATE SCHEMA home; CREATE TABLE home.\"Readings\" (\"Room\" text, \"città\" float8)";

fn stores(url: &str) -> Stores {
    Stores {
        sql: Some(Sql::named(url).unwrap()),
        ..Stores::default()
    }
}

/// Each row as PostgreSQL writes it.
async fn rows(client: &Client, query: &str) -> String {
    let rows = client
        .query(&format!("SELECT row::text FROM ({query}) AS row"), &[])
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect::<Vec<String>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_come_into_a_table_whatever_the_values_say() {
    let database = Database::start().await;
    let client = database.client().await;
    client.batch_execute(TABLE).await.unwrap();
    let code = code("nats_to_sql", CODE).await;

    let running = Running::start(&code, &[("table", "readings")], stores(&database.url()), 1).await;
    for good in [
        r#"{"room":"kitchen","celsius":20.50,"at":"2026-11-22T10:00:00Z","tags":{"a":[1,null]},"counted":7,"label":"warm"}"#,
        r#"{"room":"attic","celsius":12345678901234567890.123456789,"tags":null}"#,
        r#"{"celsius":1e3,"room":"città 🦀 \"'\\"}"#,
        r#"{"room":"'); DROP TABLE readings; --","label":"$1"}"#,
        r#"{"room":"\"; DELETE FROM readings; --"}"#,
        "nothing",
    ] {
        running.send("in.good", good).await;
    }
    running
        .send("in.large", format!(r#"{{"room":"{}"}}"#, "é".repeat(500)))
        .await;
    for bad in [
        "error",
        "no object",
        "{\"room\":\"\u{fffd}\"}x",
        "[1]",
        "{}",
        r#"{"room":"kitchen"}"#,
        r#"{"room":"x","celsius":"warm"}"#,
        r#"{"room":"x","counted":1.5e10}"#,
        r#"{"room":"x","label":"too long"}"#,
        r#"{"room":"a\u0000b"}"#,
        r#"{"room":"x","humidity":1}"#,
        r#"{"Room":"x"}"#,
        r#"{"id":1,"room":"x"}"#,
        r#"{"room":"x","label\") VALUES ('y','z'); DROP TABLE readings; --":1}"#,
        r#"{"room":null}"#,
    ] {
        running.send("in.bad", bad).await;
    }
    running.send("in.bad", b"{\"room\":\"\xff\"}").await;
    insta::assert_snapshot!(running.failures().await, @r#"
    in.bad: task failed: no good
    in.bad: result not stored: the result is no JSON object, whose keys are columns
    in.bad: result not stored: the result is no JSON object, whose keys are columns
    in.bad: result not stored: the result is no JSON object, whose keys are columns
    in.bad: result not stored: the result is a JSON object without keys: return an empty text to insert nothing
    in.bad: result not stored: in readings: duplicate key value violates unique constraint "readings_pkey": Key (room)=(kitchen) already exists
    in.bad: result not stored: in readings: invalid input syntax for type numeric: "warm"
    in.bad: result not stored: in readings: value "15000000000" is out of range for type integer
    in.bad: result not stored: in readings: value too long for type character varying(5)
    in.bad: result not stored: in readings: unsupported Unicode escape sequence: \u0000 cannot be converted to text
    in.bad: result not stored: in readings: column "humidity" of relation "readings" does not exist
    in.bad: result not stored: in readings: column "Room" of relation "readings" does not exist
    in.bad: result not stored: in readings: cannot insert a non-DEFAULT value into column "id": Column "id" is an identity column defined as GENERATED ALWAYS (Use OVERRIDING SYSTEM VALUE to override)
    in.bad: result not stored: no column can be called "label\") VALUES ('y','z'); DROP TABLE readings; --": it has up to 63 bytes, letters, digits and _
    in.bad: result not stored: in readings: null value in column "room" of relation "readings" violates not-null constraint
    in.bad: result not stored: the result is no UTF-8 text
    "#);
    insta::assert_snapshot!(rows(&client, "SELECT room, celsius, at AT TIME ZONE 'UTC', tags, counted, label FROM readings WHERE length(room) < 100 ORDER BY id").await, @r#"
    (kitchen,20.50,"2026-11-22 10:00:00","{""a"": [1, null]}",7,warm)
    (attic,12345678901234567890.123456789,,,,)
    ("città 🦀 ""'\\",1000,,,,)
    ("'); DROP TABLE readings; --",,,,,$1)
    ("""; DELETE FROM readings; --",,,,,)
    "#);
    assert_eq!(
        rows(
            &client,
            "SELECT count(*), count(made), count(DISTINCT id) FROM readings"
        )
        .await,
        "(6,6,6)"
    );

    // Into a schema, with names that have to be quoted.
    let running = Running::start(&code, &[("table", "home.Readings")], stores(&database.url()), 1).await;
    running.send("in.a", r#"{"Room":"kitchen","città":0.1}"#).await;
    assert_eq!(running.failures().await, "");
    assert_eq!(rows(&client, r#"SELECT * FROM home."Readings""#).await, "(kitchen,0.1)");

    let running = Running::start(&code, &[("table", "nowhere")], stores(&database.url()), 1).await;
    running.send("in.a", r#"{"room":"kitchen"}"#).await;
    insta::assert_snapshot!(running.failures().await, @r#"in.a: result not stored: in nowhere: relation "nowhere" does not exist; create the table: a task makes none"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_with_a_known_key_is_updated() {
    let database = Database::start().await;
    let client = database.client().await;
    client.batch_execute(TABLE).await.unwrap();
    let code = code("nats_to_sql", CODE).await;
    let config = [("table", "readings"), ("key_column", "room")];
    let running = Running::start(&code, &config, stores(&database.url()), 1).await;
    for row in [
        r#"{"room":"kitchen","celsius":20,"label":"warm"}"#,
        r#"{"celsius":21,"room":"kitchen"}"#,
        r#"{"room":"kitchen"}"#,
        r#"{"room":"attic","celsius":5}"#,
        r#"{"room":"attic","celsius":null}"#,
        r#"{"celsius":5}"#,
    ] {
        running.send("in.a", row).await;
    }
    insta::assert_snapshot!(running.failures().await, @r#"in.a: result not stored: the result has no "room", which is the key_column"#);
    insta::assert_snapshot!(rows(&client, "SELECT room, celsius, label FROM readings ORDER BY room").await, @"
    (attic,,)
    (kitchen,21,warm)
    ");

    let config = [("table", "readings"), ("key_column", "label")];
    let running = Running::start(&code, &config, stores(&database.url()), 1).await;
    running.send("in.a", r#"{"room":"kitchen","label":"warm"}"#).await;
    insta::assert_snapshot!(running.failures().await, @"in.a: result not stored: in readings: there is no unique or exclusion constraint matching the ON CONFLICT specification; give the key_column a unique index");

    // Many at once, on one row and on many.
    let config = [("table", "readings"), ("key_column", "room")];
    let running = Running::start(&code, &config, stores(&database.url()), 100).await;
    for number in 0..400 {
        running
            .send("in.a", format!(r#"{{"room":"hall","counted":{number}}}"#))
            .await;
        running
            .send("in.a", format!(r#"{{"room":"{number}","counted":{number}}}"#))
            .await;
    }
    assert_eq!(running.failures().await, "");
    assert_eq!(rows(&client, "SELECT count(*) FROM readings").await, "(403)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_may_go_and_come_back() {
    let mut database = Database::start().await;
    database.client().await.batch_execute(TABLE).await.unwrap();
    let code = code("nats_to_sql", CODE).await;
    let stores = stores(&database.url());
    let config = [("table", "readings")];
    let send = async |room: &str| {
        let running = Running::start(&code, &config, stores.clone(), 1).await;
        running.send("in.a", format!(r#"{{"room":"{room}"}}"#)).await;
        running.failures().await
    };
    assert_eq!(send("before").await, "");
    database.stop();
    insta::assert_snapshot!(send("meanwhile").await, @"in.a: result not stored: in readings: the database cannot be reached: Connection refused (os error 111)");
    database.go_on().await;
    assert_eq!(send("after").await, "");
    // It comes and goes while nobody looks.
    database.stop();
    database.go_on().await;
    assert_eq!(send("again").await, "");
    let client = database.client().await;
    assert_eq!(
        rows(&client, "SELECT room FROM readings ORDER BY id").await,
        "(before)\n(after)\n(again)"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_lets_nobody_in_is_said_without_credentials() {
    let database = Database::start().await;
    let code = code("nats_to_sql", CODE).await;
    let mut said = Vec::new();
    for stores in [
        Stores::default(),
        stores(&database.url().replace(PASSWORD, "An0ther-w0rd")),
        stores(&format!("{}_elsewhere", database.url())),
    ] {
        let running = Running::start(&code, &[("table", "readings")], stores, 1).await;
        running.send("in.a", r#"{"room":"kitchen"}"#).await;
        said.push(running.failures().await);
    }
    let said = said.join("\n");
    insta::assert_snapshot!(said, @r#"
    in.a: result not stored: in readings: no database is named: name one as postgres://… in PELATO_SQL_URL, or with --sql
    in.a: result not stored: in readings: the database cannot be reached: it refuses the user or the password
    in.a: result not stored: in readings: the database cannot be reached: database "postgres_elsewhere" does not exist
    "#);
    assert!(!said.contains("w0rd") && !said.contains("pelato:"));
}
