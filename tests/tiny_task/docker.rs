//! What the tests of the Docker builder share.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use bollard::models::ContainerSummary;
use bollard::query_parameters::ListContainersOptionsBuilder;
use pelato::build::{BuildError, Builder, Choice, Component, Options, Parallel};
use pelato::generate::Sources;
use pelato::report::Reporter;
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
    let filter = HashMap::from([("label", vec![format!("pelato.run={run}")])]);
    let options = ListContainersOptionsBuilder::default()
        .all(true)
        .filters(&filter)
        .build();
    engine().await.list_containers(Some(options)).await.unwrap()
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

/// The address of this machine that a container of the default network reaches.
pub(crate) async fn gateway() -> IpAddr {
    let network = engine().await.inspect_network("bridge", None).await.unwrap();
    let config = network.ipam.unwrap().config.unwrap().remove(0);
    // An engine that was never restarted names the subnet only; it takes the first address.
    let subnet = || Some(config.subnet.as_ref()?.split('/').next()?.replace(".0.0", ".0.1"));
    let gateway = config.gateway.clone().or_else(subnet);
    gateway.unwrap().parse().unwrap()
}
