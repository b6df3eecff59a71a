//! What the tests of the Docker builder share.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::pin;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bollard::models::{ContainerCreateBody, ContainerSummary};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, EventsOptionsBuilder, ListContainersOptionsBuilder, ListVolumesOptionsBuilder,
    RemoveContainerOptionsBuilder, RemoveVolumeOptionsBuilder,
};
use futures_util::StreamExt;
use pelato::build::{BuildError, Builder, Choice, Component, Options, Parallel};
use pelato::generate::Sources;
use pelato::report::Reporter;
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

pub(crate) async fn engine() -> bollard::Docker {
    let engine = bollard::Docker::connect_with_defaults().unwrap();
    engine
        .negotiate_version()
        .await
        .expect("run scripts/setup-docker.sh first")
}

pub(crate) async fn docker(options: Options) -> Builder {
    Builder::choose(Choice::Docker, Parallel::Machine, options, &Reporter::default())
        .await
        .expect("run scripts/setup-docker.sh first")
}

pub(crate) async fn build_one(
    builder: &Builder,
    run: &str,
    task: Sources,
    reporter: &Reporter,
) -> Result<Component, BuildError> {
    let cancel = CancellationToken::new();
    let mut built = builder.build(run, "tests", &[task], reporter, &cancel).await;
    built.pop().unwrap().1
}

pub(crate) async fn containers(run: &str) -> Vec<ContainerSummary> {
    labelled(&format!("pelato.run={run}")).await
}

/// All containers with a label, running or not.
pub(crate) async fn labelled(label: &str) -> Vec<ContainerSummary> {
    let filter = HashMap::from([("label", vec![label.to_owned()])]);
    let options = ListContainersOptionsBuilder::default()
        .all(true)
        .filters(&filter)
        .build();
    engine().await.list_containers(Some(options)).await.unwrap()
}

/// The volumes with the Go cache that is called so: they are labelled with a digest of it.
pub(crate) async fn volumes_of(cache: &str) -> Vec<String> {
    let mut hash = Sha256::new();
    hash.update(cache.len().to_be_bytes());
    hash.update(cache);
    let owner = hex::encode(&hash.finalize()[..8]);
    let filter = HashMap::from([("label", vec![format!("pelato.cache={owner}")])]);
    let options = ListVolumesOptionsBuilder::default().filters(&filter).build();
    let listed = engine().await.list_volumes(Some(options)).await.unwrap();
    let all = listed.volumes.unwrap_or_default();
    all.into_iter().map(|volume| volume.name).collect()
}

pub(crate) async fn remove_volume(name: &str) {
    let options = RemoveVolumeOptionsBuilder::default().build();
    engine().await.remove_volume(name, Some(options)).await.unwrap();
}

/// Waits until the run has containers, or has none any more.
pub(crate) async fn until_containers(run: &str, wanted: bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while containers(run).await.is_empty() == wanted {
        assert!(
            Instant::now() < deadline,
            "the containers of {run} are not as they should be"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The containers that the engine makes from now on, as its own events have them.
pub(crate) struct Made {
    marker: String,
    watching: tokio::task::JoinHandle<Vec<HashMap<String, String>>>,
}

static NUMBER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

impl Made {
    pub(crate) async fn from_now_on() -> Self {
        let engine = engine().await;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let marker = format!("pelato-test-marker-{}-{number}", std::process::id());
        let last = marker.clone();
        let filter = HashMap::from([
            ("type", vec!["container".to_owned()]),
            ("event", vec!["create".to_owned()]),
        ]);
        let options = EventsOptionsBuilder::default()
            .since(&now.to_string())
            .filters(&filter)
            .build();
        let watching = tokio::spawn(async move {
            let mut events = pin!(engine.events(Some(options)));
            let mut made = Vec::new();
            while let Some(event) = events.next().await {
                let attributes = event.unwrap().actor.unwrap().attributes.unwrap();
                if attributes["name"] == last {
                    break;
                }
                made.push(attributes);
            }
            made
        });
        Self { marker, watching }
    }

    /// The names of those with the label `key` of this `value`. The engine tells in order,
    /// so what was made before is told before our own last container.
    pub(crate) async fn with(self, key: &str, value: &str) -> Vec<String> {
        let engine = engine().await;
        let body = ContainerCreateBody {
            image: Some(super::options().go_image),
            cmd: Some(vec!["true".to_owned()]),
            ..ContainerCreateBody::default()
        };
        let name = CreateContainerOptionsBuilder::default().name(&self.marker).build();
        engine.create_container(Some(name), body).await.unwrap();
        let forced = RemoveContainerOptionsBuilder::default().force(true).build();
        engine.remove_container(&self.marker, Some(forced)).await.unwrap();
        let made = tokio::time::timeout(Duration::from_secs(60), self.watching);
        let made = made.await.expect("the engine tells of its containers").unwrap();
        made.into_iter()
            .filter(|attributes| attributes.get(key).is_some_and(|found| found == value))
            .map(|mut attributes| attributes.remove("name").unwrap())
            .collect()
    }
}

/// The address of this machine that a container of the default network reaches.
pub(crate) async fn gateway() -> IpAddr {
    let network = engine().await.inspect_network("bridge", None).await.unwrap();
    let config = network.ipam.unwrap().config.unwrap().remove(0);
    // An engine that was never restarted names the subnet only; it takes the first address.
    let subnet = || Some(config.subnet.as_ref()?.split('/').next()?.replace(".0.0", ".0.1"));
    let gateway = config.gateway.clone().or_else(subnet);
    gateway.unwrap().parse().unwrap()
}
