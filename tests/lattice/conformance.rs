//! What a task may count on, in wasmCloud's own hosts.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_nats::jetstream;
use lattice_harness::{Lattice, Options};
use pelato::deploy::{NatsConfig, TaskRoll};
use pelato::generate::Providers;
use pelato::publish::{Registry, RegistryConfig};
use pelato::report::{Reporter, TargetState};
use pelato::runtime::{Bus, Message};
use tokio::sync::{Mutex, OnceCell};
use tokio_util::sync::CancellationToken;

use crate::conformance::{Gone, Kept, MAX_PAYLOAD, Place, TIME_LIMIT, cases, deployments, keepers, table};
use crate::database::Database;

/// With the providers that are built into the hosts.
mod builtin {
    use super::*;
    cases!(wasmcloud("builtin"));
}

/// With the external messaging provider. HTTP stays with the built-in one: the
/// external one loses posts on a busy machine. And of 200 requests at once the
/// external messaging provider left 45 unanswered: its calls hang in the transport
/// until the host's time limit ends them.
mod external {
    use super::*;
    cases! { wasmcloud("external");
        messages_of_every_size_pass_whole
        what_is_past_the_limit_is_refused
        bytes_are_kept_as_they_are
        a_message_that_fails_concerns_no_other
        subjects_with_wildcards
        targets_share_the_messages
        answers_go_where_they_are_waited_for
        values_of_every_size_are_kept_whole
        values_are_bytes_under_the_subject_where_no_key_is_given
        a_value_that_fails_concerns_no_other
        rows_of_every_size_are_written_whole
        values_are_bound_whatever_they_say
        a_row_that_fails_concerns_no_other
        fifty_of_each_at_once
    }
}

/// What tasks keep, with the stand-ins for the providers of buckets and databases. Each call
/// of theirs goes over the transport that the external messaging provider uses too: of ten
/// thousand, two hundred at once, one hung after some 5,700, and the task heard nothing more.
mod keeping {
    use super::*;
    cases! { wasmcloud("builtin");
        values_of_every_size_are_kept_whole
        values_are_bytes_under_the_subject_where_no_key_is_given
        a_value_that_fails_concerns_no_other
        rows_of_every_size_are_written_whole
        values_are_bound_whatever_they_say
        a_row_that_fails_concerns_no_other
        fifty_of_each_at_once
    }
}

/// The lattice of the suite, with what runs there.
struct Deployed {
    lattice: Lattice,
    builtin: std::net::SocketAddr,
    external: std::net::SocketAddr,
    database: Database,
    /// One case at a time: some tasks take all the time and memory they get.
    alone: Arc<Mutex<()>>,
}

/// The tasks of the suite on the hosts, with a connection of the test's own.
async fn wasmcloud(prefix: &'static str) -> Place {
    static DEPLOYED: OnceCell<Deployed> = OnceCell::const_new();
    let deployed = DEPLOYED.get_or_init(deployed).await;
    let alone = Arc::clone(&deployed.alone).lock_owned().await;
    let logs = deployed.lattice.folder().join("logs");
    let client = async_nats::connect(deployed.lattice.nats()).await.unwrap();
    Place {
        bus: Bus::Nats(client.into()),
        prefix,
        address: match prefix {
            "builtin" => deployed.builtin,
            _ => deployed.external,
        },
        log: Box::new(move || {
            let read = |host| std::fs::read_to_string(logs.join(host)).unwrap();
            vec![read("edge.log"), read("cloud.log")]
        }),
        gone: Gone::Closed,
        kept: Some(kept(deployed, prefix).await),
        _keep: Box::new(alone),
    }
}

/// What the tasks of a prefix have written, seen with connections of the test's own.
async fn kept(deployed: &Deployed, prefix: &str) -> Kept {
    let nats = async_nats::connect(deployed.lattice.nats()).await.unwrap();
    let (stream, bucket) = (jetstream::new(nats), format!("{prefix}-kept"));
    Kept {
        value: Box::new(move |key| {
            let (stream, bucket) = (stream.clone(), bucket.clone());
            Box::pin(async move {
                let bucket = stream.get_key_value(bucket).await.unwrap();
                bucket.get(key).await.unwrap().map(Vec::from)
            })
        }),
        database: deployed.database.client().await,
    }
}

async fn deployed() -> Deployed {
    let options = Options {
        max_execution: TIME_LIMIT,
        max_payload: MAX_PAYLOAD,
        ..Options::default()
    };
    let lattice = Lattice::start(options).await.unwrap();
    // It ends with the lattice: nobody drops what is shared by all tests.
    let folder = lattice.folder().join("database");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(lattice.folder(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let database = Database::within(&folder).await;
    let builtin = Providers {
        keyvalue: lattice.keyvalue_provider().to_owned(),
        sql: lattice.sql_provider().to_owned(),
        ..Providers::builtin()
    };
    let external = Providers {
        messaging: lattice.messaging_provider().to_owned(),
        ..builtin.clone()
    };
    let builtin = deploy(&lattice, &database, "builtin", &builtin).await;
    let external = deploy(&lattice, &database, "external", &external).await;
    Deployed {
        lattice,
        builtin,
        external,
        database,
        alone: Arc::default(),
    }
}

/// Deploys the tasks of the suite and waits until each of them answers.
async fn deploy(
    lattice: &Lattice,
    database: &Database,
    prefix: &'static str,
    providers: &Providers,
) -> std::net::SocketAddr {
    let client = database.client().await;
    client.batch_execute(&table(prefix)).await.unwrap();
    let registry = Registry::new(RegistryConfig {
        url: lattice.registry().to_owned(),
        docker_config: Some("/nonexistent/config.json".into()),
        ..RegistryConfig::default()
    });
    let registry = registry.unwrap();
    let image = async |name: &str, wasm: &'static [u8]| {
        let published = registry.publish(name, "1.0.0", &"0".repeat(64), wasm.to_vec()).await;
        published.unwrap().reference
    };
    let (mut all, address) = deployments(prefix, providers, &lattice.nats(), &image).await;
    all.extend(keepers(prefix, providers, &lattice.nats(), &image).await);
    let nats = NatsConfig {
        url: lattice.nats(),
        ..NatsConfig::default()
    };
    let wadm = pelato::deploy::Lattice::connect(&nats, lattice.name()).await.unwrap();
    let named = pelato::deploy::Database::named(&database.url().into()).unwrap();
    let wadm = wadm.with_database(Some(named));
    for deployment in &all {
        let (reporter, cancel) = (Reporter::default(), CancellationToken::new());
        let outcome = wadm
            .deploy(&deployment.manifest, &mut TaskRoll::default(), &reporter, &cancel)
            .await
            .unwrap();
        assert_eq!(
            outcome.state,
            TargetState::Running,
            "{}",
            deployment.manifest.application
        );
    }
    let client = async_nats::connect(lattice.nats()).await.unwrap();
    let bus = Bus::Nats(client.into());
    for subject in ["relay.in", "wild.1.part.a", "post.in"] {
        answers(&bus, format!("{prefix}.{subject}")).await;
    }
    answers_posts(address).await;
    address
}

/// A provider may begin to listen a moment after the host lists it.
async fn answers(bus: &Bus, subject: String) {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let asked = bus
            .request(subject.clone(), "ready".into(), Duration::from_secs(5))
            .await;
        match asked {
            Ok(Message { body, .. }) if body == "ready" => return,
            other => assert!(Instant::now() < end, "{subject} answers {other:?}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn answers_posts(address: std::net::SocketAddr) {
    let end = Instant::now() + Duration::from_secs(60);
    while tokio::net::TcpStream::connect(address).await.is_err() {
        assert!(Instant::now() < end, "nobody listens on {address}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
