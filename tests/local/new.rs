//! What `pelato new` writes, as it runs: deployed on this machine, asked once, and removed.

use std::time::Duration;

use crate::command::Project;
use crate::database::Database;
use crate::host::{Host, free_address, post, until};

/// How long a message may take that was published.
const PATIENCE: Duration = Duration::from_secs(60);
const READING: &str = r#"{"sensor":"attic","kelvin":294.65}"#;

/// A project that was just begun, and its host.
struct Begun {
    project: Project,
    host: Host,
}

impl Begun {
    /// What `new` writes for a template, with these flags, and brushed as it is.
    async fn with(template: &str, flags: &[&str], variables: &[(&str, &str)]) -> Self {
        let project = Project::of("acme/thermo");
        let state = project.path().with_file_name("state");
        let host = Host::below(&state, "default");
        let project = project.with("PELATO_STATE", &state.display().to_string());
        let project = variables
            .iter()
            .fold(project, |project, (name, value)| project.with(name, value));
        let ended = project
            .pelato(&[&["new", "--template", template], flags].concat())
            .await;
        assert_eq!(ended.code, Some(0), "{}", ended.said);
        let begun = Self { project, host };
        let said = begun.ends_well(&["brush", "--deploy", "local"]).await;
        assert_eq!(said, "done: 1 built, 1 published, 1 deployed");
        begun
    }

    /// Its last line.
    async fn ends_well(&self, arguments: &[&str]) -> String {
        let ended = self.project.pelato(arguments).await;
        assert_eq!(ended.code, Some(0), "{}\n{}", ended.said, self.host.log());
        ended.last().to_owned()
    }

    async fn publish(&self, subject: &str, body: &str) {
        self.host.client(b"").publish(subject, body.as_bytes()).await.unwrap();
    }

    /// Nothing of it runs any more.
    async fn removed(self) {
        assert_eq!(
            self.ends_well(&["remove", "--deploy", "local"]).await,
            "done: 1 removed"
        );
        self.host.until_gone().await;
        assert!(self.project.left_behind().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_producer_answers_a_post() {
    let address = free_address();
    let set = format!("address={address}");
    let begun = Begun::with("http_producer_nats", &["--set", &set], &[]).await;
    let mut kelvin = begun.host.client(b"").listen("readings.kelvin").await.unwrap();
    let answer = post(&address, r#"{"sensor":"attic","celsius":21.5}"#).await;
    assert_eq!(answer.unwrap(), READING);
    let sent = tokio::time::timeout(PATIENCE, kelvin.next()).await.unwrap();
    assert_eq!(sent.unwrap(), READING.as_bytes());
    assert!(post(&address, "warm").await.is_err(), "what is no reading is no answer");
    begun.removed().await;
    assert!(post(&address, "").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_processor_passes_on_what_is_warm() {
    let begun = Begun::with("processor_nats", &[], &[]).await;
    let mut warm = begun.host.client(b"").listen("readings.warm").await.unwrap();
    begun.publish("readings.kelvin", r#"{"kelvin":280}"#).await;
    begun.publish("readings.kelvin", READING).await;
    let sent = tokio::time::timeout(PATIENCE, warm.next()).await.unwrap();
    assert_eq!(sent.unwrap(), READING.as_bytes());
    begun.removed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_has_what_came() {
    let begun = Begun::with("nats_to_nats_kv", &[], &[]).await;
    begun.publish("readings.kelvin", READING).await;
    let kept = begun.host.path().join("buckets/last_readings/attic");
    until("the reading in its bucket", || {
        std::fs::read_to_string(&kept).is_ok_and(|kept| kept == READING)
    })
    .await;
    begun.removed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_has_what_came() {
    let database = Database::start().await;
    let client = database.client().await;
    let table = "CREATE TABLE readings (sensor text, kelvin double precision)";
    client.batch_execute(table).await.unwrap();
    let begun = Begun::with("nats_to_sql", &[], &[("PELATO_SQL_URL", &database.url())]).await;
    begun.publish("readings.kelvin", READING).await;
    let row = tokio::time::timeout(PATIENCE, async {
        loop {
            let rows = client.query("SELECT sensor, kelvin FROM readings", &[]).await.unwrap();
            if let Some(row) = rows.into_iter().next() {
                return row;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let row = row.await.unwrap();
    assert_eq!((row.get::<_, &str>(0), row.get::<_, f64>(1)), ("attic", 294.65));
    begun.removed().await;
}
