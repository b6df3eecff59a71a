//! Tasks that keep something: in a real bucket, in a real database.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use async_nats::jetstream;
use lattice_harness::Lattice;
use serde_json::Value;
use tokio_postgres::Client;

use super::{lattice, left_of, project_on};
use crate::command::Project;
use crate::database::{Database, PASSWORD};

const PATIENCE: Duration = Duration::from_secs(60);

/// A project with one task of a template; `keys` are those of the template alone.
fn project(lattice: &Lattice, name: &str, template: &str, keys: &str) -> Project {
    let project = project_on(lattice, &format!("acme/{name}"));
    let text = format!(
        "project_name: Stores\ntasks:\n  - {{name: {name}, type: {template}, code: {name}.go, targets: [edge], \
         source_topic: {name}.in, {keys}, component_name: {name}, version: 1.0.0}}\n"
    );
    project.write("workflow.yaml", &text);
    project
}

/// Waits until something is so.
async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < end, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until the log of the host `edge` has a text.
async fn logged(lattice: &Lattice, text: &str) {
    let log = lattice.folder().join("logs/edge.log");
    until(text, async || {
        std::fs::read_to_string(&log).unwrap().contains(text).then_some(())
    })
    .await;
}

async fn nats(lattice: &Lattice) -> async_nats::Client {
    async_nats::connect(lattice.nats()).await.unwrap()
}

async fn send(lattice: &Lattice, subject: &str, body: &str) {
    let nats = nats(lattice).await;
    nats.publish(subject.to_owned(), body.to_owned().into()).await.unwrap();
    nats.flush().await.unwrap();
}

#[tokio::test]
async fn what_a_task_returns_is_a_key_of_a_bucket() {
    let lattice = lattice().await;
    let project = project(lattice, "keeper", "nats_to_nats_kv", "bucket: readings");
    let code = "package main\n\nimport \"strings\"\n\nfunc exec_task(key, data string) (string, string) {\n\t\
                if data == \"panic\" {\n\t\tpanic(\"no good\")\n\t}\n\treturn key, strings.ToUpper(data)\n}\n";
    project.write("tasks/keeper.go", code);
    let stream = jetstream::new(nats(lattice).await);
    assert!(stream.get_key_value("readings").await.is_err(), "nobody made it yet");
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(0));

    send(lattice, "keeper.in", r#"{"key": "kitchen.celsius", "data": "warm"}"#).await;
    let bucket = until("the bucket is made", async || {
        stream.get_key_value("readings").await.ok()
    })
    .await;
    let value = async |key: &str| {
        let found = until(key, async || bucket.get(key).await.unwrap()).await;
        String::from_utf8(found.to_vec()).unwrap()
    };
    assert_eq!(value("kitchen.celsius").await, "WARM");
    send(lattice, "keeper.in", "the subject is the key").await;
    assert_eq!(value("keeper.in").await, "THE SUBJECT IS THE KEY");
    let large = "x".repeat(1_000_000);
    send(
        lattice,
        "keeper.in",
        &format!(r#"{{"key": "large", "data": "{large}"}}"#),
    )
    .await;
    assert!(value("large").await == large.to_uppercase());

    // What fails is one message's.
    send(lattice, "keeper.in", "panic").await;
    logged(lattice, "task failed: panic: no good").await;
    send(lattice, "keeper.in", r#"{"key": "not a key", "data": ""}"#).await;
    logged(lattice, r#"not as in "not a key""#).await;
    send(lattice, "keeper.in", r#"{"key": "after", "data": ""}"#).await;
    assert_eq!(value("after").await, "");

    // A bucket that somebody takes away is missed. wasmCloud's host ends the instance
    // where a bucket refuses, so that it, and not the task, says what was the matter.
    stream.delete_key_value("readings").await.unwrap();
    send(lattice, "keeper.in", "lost").await;
    logged(lattice, "no stream found for given subject").await;

    assert_eq!(project.pelato(&["remove"]).await.code, Some(0));
    assert!(left_of(lattice, "keeper").await.is_empty());
}

const TABLE: &str = "CREATE SCHEMA home;
    CREATE TABLE home.readings (room text PRIMARY KEY, celsius numeric, note text, tags jsonb)";

/// Rows as PostgreSQL writes them, in the order of the rooms.
async fn rows(database: &Client) -> Vec<String> {
    let all = "SELECT row::text FROM (SELECT * FROM home.readings ORDER BY room) AS row";
    let rows = database.query(all, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// The names of the configurations on the lattice that have to do with databases.
async fn ways(lattice: &Lattice) -> BTreeMap<String, Value> {
    use futures_util::TryStreamExt as _;
    let stream = jetstream::new(nats(lattice).await);
    let configs = stream
        .get_key_value(format!("CONFIGDATA_{}", lattice.name()))
        .await
        .unwrap();
    let names: Vec<String> = configs.keys().await.unwrap().try_collect().await.unwrap();
    let mut ways = BTreeMap::new();
    for name in names.into_iter().filter(|name| name.starts_with("pelato-sql-writer")) {
        let content = configs.get(&name).await.unwrap().unwrap();
        ways.insert(name, serde_json::from_slice(&content).unwrap());
    }
    ways
}

#[tokio::test]
async fn what_a_task_returns_is_a_row_of_a_table() {
    let lattice = lattice().await;
    let database = Database::start().await;
    let client = database.client().await;
    let project = project(
        lattice,
        "writer",
        "nats_to_sql",
        "table: home.readings, key_column: room",
    );
    project.write("tasks/writer.go", crate::command::ECHO);

    // Nothing is built for an environment without a database; what needs none goes on.
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(ended.said, @"
    generate  1 task
    error: writer cannot be deployed: the environment `default` names no database to write to; set PELATO_SQL_URL to postgres://USER:PASSWORD@HOST:PORT/DATABASE, or `sql: { url: { env: NAME } }` of the environment in runner.yaml
    ");
    assert_eq!(project.pelato(&["gen"]).await.code, Some(0));

    let project = project.with("PELATO_SQL_URL", &database.url());
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(0));
    assert!(!ended.said.contains(PASSWORD));

    // A task makes no table.
    send(lattice, "writer.in", r#"{"room": "early"}"#).await;
    logged(lattice, "create the table: a task makes none").await;
    client.batch_execute(TABLE).await.unwrap();

    for row in [
        r#"{"room":"kitchen","celsius":20.50,"tags":{"a":[1,null]}}"#,
        r#"{"room":"attic","celsius":12345678901234567890.123456789}"#,
        r#"{"room":"'); DROP TABLE home.readings; --","note":"$1"}"#,
        r#"{"room":"città 🦀 \"'\\","note":"it's"}"#,
    ] {
        send(lattice, "writer.in", row).await;
    }
    until("four rows", async || (rows(&client).await.len() == 4).then_some(())).await;
    // The row is there already: what is named is changed, the rest stays.
    send(
        lattice,
        "writer.in",
        r#"{"room":"kitchen","note":"colder","celsius":19}"#,
    )
    .await;
    until("the note", async || {
        rows(&client).await.concat().contains("colder").then_some(())
    })
    .await;
    insta::assert_snapshot!(rows(&client).await.join("\n"), @r#"
    ("'); DROP TABLE home.readings; --",,$1,)
    (attic,12345678901234567890.123456789,,)
    ("città 🦀 ""'\\",,it's,)
    (kitchen,19,colder,"{""a"": [1, null]}")
    "#);

    // A row that the database refuses is one message's.
    send(lattice, "writer.in", r#"{"room":"x","celsius":"warm"}"#).await;
    logged(lattice, "invalid input syntax for type numeric").await;
    send(lattice, "writer.in", r#"{"room":"after"}"#).await;
    until("the row after", async || (rows(&client).await.len() == 5).then_some(())).await;

    // The same again: nothing to do.
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(
        (ended.code, ended.last()),
        (Some(0), "done: nothing to do; 1 unchanged")
    );

    // Another password reaches the provider, under another name.
    let before: Vec<String> = ways(lattice).await.into_keys().collect();
    client
        .batch_execute("ALTER ROLE pelato PASSWORD 'n3w \"p@ss''word'; TRUNCATE home.readings")
        .await
        .unwrap();
    let url = database.url().replace(PASSWORD, "n3w%20%22p%40ss'word");
    let project = project.with("PELATO_SQL_URL", &url);
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(0));
    insta::assert_snapshot!(ended.sorted(), @"
      deploy  writer: edge running
      deploy  writer: | writer-edge was away for [TIME]
      deploy  writer: | writer-edge: 1.0.0-[DIGEST] → 1.0.0-[DIGEST]
    generate  1 task
        plan  1 of 1 task affected
        plan  writer: changed: settings of edge changed
    done: 1 deployed
    ");
    let after = ways(lattice).await;
    assert_eq!((before.len(), after.len()), (1, 1), "the old one is gone");
    assert!(!after.contains_key(&before[0]));
    send(lattice, "writer.in", r#"{"room":"renewed"}"#).await;
    until("the row", async || (rows(&client).await.len() == 1).then_some(())).await;

    // What ran before is put back, and with today's password.
    let ended = project.pelato(&["rollback"]).await;
    assert_eq!((ended.code, ended.last()), (Some(0), "done: 1 deployed"));
    assert!(ways(lattice).await.keys().eq(after.keys()));
    send(lattice, "writer.in", r#"{"room":"back"}"#).await;
    until("the row", async || (rows(&client).await.len() == 2).then_some(())).await;

    // The password is in the configuration, and nowhere else.
    let way = after.values().next().unwrap();
    assert_eq!(way["POSTGRES_PASSWORD"], "n3w \"p@ss'word");
    let mut shown = wadm_has(lattice, "writer-edge").await;
    for log in ["edge.log", "cloud.log", "wadm.log"] {
        shown += &std::fs::read_to_string(lattice.folder().join("logs").join(log)).unwrap();
    }
    shown += &std::fs::read_to_string(project.path().join("gen/writer/edge.yaml")).unwrap_or_default();
    for secret in [PASSWORD, "n3w"] {
        assert!(!shown.contains(secret), "{secret}");
    }

    assert_eq!(project.pelato(&["remove"]).await.code, Some(0));
    assert!(left_of(lattice, "writer").await.is_empty());
    assert!(ways(lattice).await.is_empty());
}

/// The manifest that wadm keeps.
async fn wadm_has(lattice: &Lattice, application: &str) -> String {
    let options = wadm_client::ClientConnectOptions {
        url: Some(lattice.nats()),
        ..Default::default()
    };
    let wadm = wadm_client::Client::new(lattice.name(), None, options).await.unwrap();
    format!("{:?}", wadm.get_manifest(application, None).await.unwrap())
}
