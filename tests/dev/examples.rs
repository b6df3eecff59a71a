//! Projects of `examples/` as they run: a message in, and what is kept of it.

use std::path::Path;

use crate::command::Project;
use crate::database::Database;
use crate::{Dev, port};

/// A copy of an example, which nobody else changes.
fn example(name: &str) -> Project {
    fn copy(from: &Path, below: &str, project: &Project) {
        for entry in std::fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
            match path.is_dir() {
                true => copy(&path, &format!("{name}/"), project),
                false => project.write(&name, &std::fs::read_to_string(&path).unwrap()),
            }
        }
    }
    let project = Project::of("acme/examples");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    copy(&from, "", &project);
    project
}

#[tokio::test(flavor = "multi_thread")]
async fn key_value_keeps_the_last_reading() {
    let project = example("key-value");
    let mut dev = Dev::with(&project, &["--keyvalue", "kept"], &[]);
    dev.says("q  to quit").await;
    for celsius in ["4", "5"] {
        dev.types(&format!(r#"s house.attic {{"sensor":"attic","celsius":{celsius}}}"#))
            .await;
        dev.says("last_readings/attic").await;
    }
    let kept = project.path().join("kept/last_readings/attic");
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "5.0");
    dev.types("q").await;
    assert_eq!(dev.ends().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_writes_a_reading_once_with_all_its_digits() {
    let database = Database::start().await;
    let client = database.client().await;
    let project = example("sql");
    let schema = std::fs::read_to_string(project.path().join("schema.sql")).unwrap();
    client.batch_execute(&schema).await.unwrap();
    let mut dev = Dev::with(&project, &[], &[("PELATO_SQL_URL", &database.url())]);
    dev.says("q  to quit").await;
    for kwh in ["1234.5", "12345678901234567890.123"] {
        dev.types(&format!(
            r#"s meters.7 {{"meter":7,"at":"2026-05-01T14:00:00+02:00","kwh":{kwh}}}"#
        ))
        .await;
        let line = dev.says("meters.7  ").await;
        assert!(!line.contains("failed"), "{line}");
    }
    let rows = "SELECT id, kwh::text, measured = '2026-05-01T12:00:00Z' FROM readings";
    let rows = client.query(rows, &[]).await.unwrap();
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!(row.get::<_, &str>(0), "7-20260501T120000Z");
    assert_eq!(row.get::<_, &str>(1), "12345678901234567890.123");
    assert!(row.get::<_, bool>(2));
    dev.types("q").await;
    assert_eq!(dev.ends().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn temperature_and_the_own_template_pass_messages_on() {
    let project = example("temperature");
    // Not the ports that somebody on this machine may have.
    let workflow = std::fs::read_to_string(project.path().join("workflow.yaml")).unwrap();
    let workflow = workflow.replace("0.0.0.0:8000", &format!("127.0.0.1:{}", port()));
    project.write(
        "workflow.yaml",
        &workflow.replace("0.0.0.0:8001", &format!("127.0.0.1:{}", port())),
    );
    let mut dev = Dev::start(&project);
    dev.says("q  to quit").await;
    dev.types(r#"s living_room_celsius_data {"sensor":"sofa","celsius":21.5}"#)
        .await;
    dev.says("living_room_warm_data  ").await;
    dev.types("q").await;
    assert_eq!(dev.ends().await, Some(0));

    let project = example("own-template");
    let mut dev = Dev::with(&project, &["--templates", "templates"], &[]);
    dev.says("q  to quit").await;
    dev.types(r#"s orders.received {"id":"a7","lines":[{"item":"bolt","count":2,"cents":5}]}"#)
        .await;
    dev.says("pricing: orders.received: published").await;
    dev.types(r#"s orders.received {"id":"a8"}"#).await;
    dev.says("pricing: orders.received: dropped").await;
    dev.types("q").await;
    assert_eq!(dev.ends().await, Some(0));
}
