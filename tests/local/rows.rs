//! A task that writes to a database, on the local host.

use std::path::Path;

use tokio_postgres::Client;

use crate::command::{ECHO, Project};
use crate::database::{Database, PASSWORD};
use crate::host::{Host, until};

/// Whether a folder has a file with `text` in it.
fn is_written(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => is_written(&path, text),
            false => std::fs::read(&path)
                .is_ok_and(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes())),
        }
    })
}

/// Waits until there are so many rows.
async fn rows(database: &Client, wanted: i64) {
    loop {
        let counted = database.query_one("SELECT count(*) FROM rooms", &[]).await.unwrap();
        if counted.get::<_, i64>(0) == wanted {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_to_a_database_is_with_the_process_and_never_on_the_disk() {
    let project = Project::of("acme/thermo").with("PELATO_DEPLOY", "local");
    let state = project.path().with_file_name("state");
    let project = project.with("PELATO_STATE", &state.display().to_string());
    let host = Host::below(&state, "default");
    project.write("tasks/keep.go", ECHO);
    project.write(
        "workflow.yaml",
        "project_name: Thermo\ntasks:\n  - name: Keep\n    type: nats_to_sql\n    code: keep.go\n    targets: [edge]\n    \
         source_topic: rooms\n    table: rooms\n    component_name: keep\n    version: 1.0.0\n",
    );

    // Without a database nothing is built.
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(2), "{}", ended.said);
    insta::assert_snapshot!(ended.last(), @"error: keep cannot be deployed: the environment `default` names no database to write to; set PELATO_SQL_URL to postgres://USER:PASSWORD@HOST:PORT/DATABASE, or `sql: { url: { env: NAME } }` of the environment in runner.yaml");
    let project = project.with("PELATO_SQL_URL", "mysql://ada:s3cret@host/db");
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(2), "{}", ended.said);
    insta::assert_snapshot!(ended.last(), @"error: the address of the database cannot be used: it does not begin with postgres://; write postgres://USER:PASSWORD@HOST:PORT/DATABASE into PELATO_SQL_URL, or where `sql.url` of the environment in runner.yaml says");

    let database = Database::start().await;
    let client = database.client().await;
    client.batch_execute("CREATE TABLE rooms (room text)").await.unwrap();
    let project = project.with("PELATO_SQL_URL", &database.url());
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let send = async || {
        host.client(b"")
            .publish("rooms", br#"{"room": "'); DROP TABLE rooms; --"}"#)
            .await
            .unwrap()
    };
    send().await;
    rows(&client, 1).await;

    // Who starts the host again without the database, starts it without this task.
    host.signal(rustix::process::Signal::KILL);
    host.until_gone().await;
    send().await;
    host.until_said("this host was started without one", 1).await;
    let project = project.with("PELATO_SQL_URL", &database.url());
    let ended = project.pelato(&["brush"]).await;
    assert_eq!(
        (ended.code, ended.last()),
        (Some(0), "done: nothing to do; 1 unchanged")
    );
    send().await;
    rows(&client, 2).await;

    assert!(!is_written(&state, PASSWORD));
    assert!(!ended.said.contains(PASSWORD));
    assert_eq!(project.pelato(&["remove"]).await.code, Some(0));
    until("the end of the host", || host.process().is_none()).await;
}
