//! Manifests as wadm gets them.

mod built;
mod hostile;
mod stores;

use super::*;
use crate::generate::{Owner, Providers};
use crate::workflow::{Address, Order};

fn task(template: &str) -> Task {
    Task {
        name: "Temp data conversion".into(),
        component_name: "celsius_to_kelvin".into(),
        template: template.into(),
        code: "convert.go".into(),
        targets: vec!["edge".into()],
        source_topic: Some("room.celsius".into()),
        dest_topic: Some("room.kelvin".into()),
        version: "1.0.0".into(),
        address: None,
        instances: None,
        placement: Default::default(),
        extra: Default::default(),
    }
}

fn owner(commit: Option<&str>) -> Owner {
    Owner {
        repository: "acme/thermo".into(),
        project: ".".into(),
        environment: "default".into(),
        commit: commit.map(str::to_owned),
    }
}

/// A placement that owns what it names.
struct Place {
    target: String,
    image: String,
    environment: String,
    providers: Providers,
    nats: String,
    agent: bool,
    owner: Owner,
}

/// The manifest on `edge`, after `change` had its way with the place.
fn placed(task: &Task, change: impl FnOnce(&mut Place)) -> Result<Manifest, GenerateError> {
    let mut place = Place {
        target: "edge".into(),
        image: "registry.example.org/acme/celsius_to_kelvin:1.0.0".into(),
        environment: "default".into(),
        providers: Providers::external(),
        nats: "nats://127.0.0.1:4222".into(),
        agent: false,
        owner: owner(Some("c0ffee")),
    };
    change(&mut place);
    let placement = Placement {
        target: &place.target,
        image: &place.image,
        environment: &place.environment,
        providers: &place.providers,
        nats: &place.nats,
        sql: None,
        agent: place.agent,
        owner: &place.owner,
    };
    manifest(
        task,
        &placement,
        "sha256:f00d",
        "code=1 template=2",
        &Templates::builtin().unwrap(),
    )
}

fn on_edge(task: &Task) -> Manifest {
    placed(task, |_| ()).unwrap()
}

async fn findings(manifest: &Manifest) -> Vec<String> {
    let parsed: wadm_types::Manifest = serde_json::from_value(manifest.document.clone()).unwrap();
    let again: wadm_types::Manifest = serde_yaml::from_str(&manifest.to_yaml()).unwrap();
    assert_eq!(parsed, again);
    wadm_types::validation::validate_manifest(&parsed)
        .await
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[tokio::test]
async fn a_processor_listens_in_a_queue_group_of_its_own() {
    let manifest = on_edge(&task("processor_nats"));
    insta::assert_snapshot!(manifest.to_yaml(), @"
    apiVersion: core.oam.dev/v1beta1
    kind: Application
    metadata:
      annotations:
        description: Temp data conversion
        pelato.commit: c0ffee
        pelato.component: celsius_to_kelvin
        pelato.environment: default
        pelato.fingerprint: sha256:f00d
        pelato.inputs: code=1 template=2
        pelato.name: Temp data conversion
        pelato.project: .
        pelato.repository: acme/thermo
        pelato.target: edge
        version: 1.0.0-4ef2106f4f92
      name: celsius_to_kelvin-edge
    spec:
      components:
      - name: task
        properties:
          config:
          - name: celsius_to_kelvin-edge-task-5857ab734c70
            properties:
              dest_topic: room.kelvin
              max_payload: '1048576'
          image: registry.example.org/acme/celsius_to_kelvin:1.0.0
        traits:
        - properties:
            instances: 100
            spread:
            - name: edge
              requirements:
                host-type: edge
          type: daemonscaler
        - properties:
            interfaces:
            - consumer
            namespace: wasmcloud
            package: messaging
            target:
              name: messaging
          type: link
        type: component
      - name: messaging
        properties:
          config:
          - name: celsius_to_kelvin-edge-nats-fb6619b39d9b
            properties:
              cluster_uris: nats://127.0.0.1:4222
          image: ghcr.io/wasmcloud/messaging-nats:0.27.0
        traits:
        - properties:
            instances: 1
            spread:
            - name: edge
              requirements:
                host-type: edge
          type: daemonscaler
        - properties:
            interfaces:
            - handler
            namespace: wasmcloud
            package: messaging
            source:
              config:
              - name: celsius_to_kelvin-edge-subscription-cb5cdd4060b3
                properties:
                  cluster_uris: nats://127.0.0.1:4222
                  subscriptions: room.celsius|pelato-default-celsius_to_kelvin
            target:
              name: task
          type: link
        type: capability
    ");
    assert_eq!(findings(&manifest).await, [] as [&str; 0]);
    assert_eq!(manifest.application, "celsius_to_kelvin-edge");
    assert_eq!(manifest.component_id, "celsius_to_kelvin_edge-task");
    assert_eq!(manifest.provider_ids, ["celsius_to_kelvin_edge-messaging"]);
    assert_eq!(manifest.address, None);
}

#[tokio::test]
async fn a_producer_has_an_http_server_and_listens_to_nats_only_when_told() {
    let both = on_edge(&task("http_producer_nats"));
    let http = serde_yaml::to_string(&both.document["spec"]["components"][2]).unwrap();
    insta::assert_snapshot!(http, @"
    name: http
    properties:
      image: ghcr.io/wasmcloud/http-server:0.27.0
    traits:
    - properties:
        instances: 1
        spread:
        - name: edge
          requirements:
            host-type: edge
      type: daemonscaler
    - properties:
        interfaces:
        - incoming-handler
        namespace: wasi
        package: http
        source:
          config:
          - name: celsius_to_kelvin-edge-address-30ce4705efb7
            properties:
              address: 0.0.0.0:8000
              timeout_ms: '5000'
        target:
          name: task
      type: link
    type: capability
    ");
    assert_eq!(findings(&both).await, [] as [&str; 0]);
    assert_eq!(both.address.as_deref(), Some("0.0.0.0:8000"));
    assert_eq!(
        both.provider_ids,
        ["celsius_to_kelvin_edge-messaging", "celsius_to_kelvin_edge-http"]
    );

    let http_only = on_edge(&Task {
        source_topic: None,
        ..task("http_producer_nats")
    });
    assert_eq!(findings(&http_only).await, [] as [&str; 0]);
    assert!(!http_only.to_yaml().contains("subscriptions"));
}

#[test]
fn an_address_may_differ_from_target_to_target() {
    let addresses = [("edge".to_owned(), "10.0.0.1:80".to_owned())].into();
    let task = Task {
        address: Some(Address::PerTarget(addresses)),
        ..task("http_producer_nats")
    };
    assert_eq!(on_edge(&task).address.as_deref(), Some("10.0.0.1:80"));
    let error = placed(&task, |place| place.target = "cloud".into()).unwrap_err();
    insta::assert_snapshot!(error, @"celsius_to_kelvin: `address` says nothing of the target cloud; add a line for it");
}

#[test]
fn built_in_providers_are_another_image() {
    let manifest = placed(&task("http_producer_nats"), |place| {
        place.providers = Providers::builtin()
    })
    .unwrap();
    let images: Vec<&str> = manifest.document["spec"]["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["properties"]["image"].as_str().unwrap())
        .collect();
    assert_eq!(
        images[1..],
        ["wasmcloud+builtin://messaging-nats", "wasmcloud+builtin://http-server"]
    );
}

#[test]
fn the_version_follows_the_content_and_not_the_commit() {
    let task = task("processor_nats");
    let before = on_edge(&task);
    assert!(before.version.starts_with("1.0.0-"));
    assert_eq!(before, on_edge(&task));

    let same = placed(&task, |place| place.owner = owner(Some("decaf"))).unwrap();
    assert_eq!(before.version, same.version);
    assert_ne!(before.document, same.document);
    let nowhere = placed(&task, |place| place.owner = owner(None)).unwrap();
    assert_eq!(before.version, nowhere.version);

    let versions = [
        placed(&task, |place| {
            place.image = "registry.example.org/other@sha256:1".into()
        }),
        placed(&task, |place| place.environment = "production".into()),
        placed(&task, |place| place.nats = "nats://10.0.0.1:4222".into()),
        placed(&task, |place| place.target = "cloud".into()),
        placed(
            &Task {
                dest_topic: Some("other".into()),
                ..task.clone()
            },
            |_| (),
        ),
        placed(
            &Task {
                name: "Other".into(),
                ..task.clone()
            },
            |_| (),
        ),
    ]
    .map(|manifest| manifest.unwrap().version);
    for version in &versions {
        assert_ne!(*version, before.version);
    }
}

/// A changed value under an unchanged name does not reach a running provider.
#[test]
fn a_config_gets_another_name_with_another_value() {
    let names = |manifest: &Manifest| -> Vec<String> {
        let mut names: Vec<String> = manifest
            .to_yaml()
            .split_whitespace()
            .filter(|word| word.starts_with("celsius_to_kelvin-edge-"))
            .map(str::to_owned)
            .collect();
        names.sort();
        names
    };
    let task = task("processor_nats");
    let before = names(&on_edge(&task));
    let after = names(&on_edge(&Task {
        dest_topic: Some("other".into()),
        ..task.clone()
    }));
    assert_eq!(before.len(), 3);
    assert_eq!(before[..2], after[..2]);
    assert_ne!(before[2], after[2]);
}

#[test]
fn names_in_ids_are_those_of_wadm() {
    let task = Task {
        component_name: "Door-Bell_2".into(),
        ..task("processor_nats")
    };
    let manifest = placed(&task, |place| place.target = "Far-Edge".into()).unwrap();
    assert_eq!(manifest.application, "Door-Bell_2-Far-Edge");
    assert_eq!(manifest.component_id, "door_bell_2_far_edge-task");
}

#[test]
fn a_name_that_wadm_refuses_is_said() {
    let error = placed(&task("processor_nats"), |place| place.target = "edge.1".into()).unwrap_err();
    insta::assert_snapshot!(error, @r#"application "celsius_to_kelvin-edge.1" cannot be used: wadm takes letters, digits, `-` and `_`"#);
}

/// What holds a provider back, and how many instances there are, is no matter of the
/// template.
#[test]
fn with_an_agent_what_calls_the_component_waits_for_its_word() {
    let task = Task {
        instances: Some(7),
        placement: Order::Prefer,
        targets: vec!["edge".into(), "cloud".into()],
        ..task("processor_nats")
    };
    let document = placed(&task, |place| place.agent = true).unwrap().document;
    let parts = &document["spec"]["components"];
    assert_eq!(parts[0]["traits"][0]["properties"]["instances"], 7);
    let places = |part: &Value| part["traits"][0]["properties"]["spread"][0]["requirements"].clone();
    assert_eq!(places(&parts[0]), json!({ "host-type": "edge" }));
    let label = ready_label("celsius_to_kelvin-edge");
    assert_eq!(places(&parts[1]), json!({ "host-type": "edge", label: "yes" }));
    assert_eq!(document["metadata"]["annotations"][ORDER], "edge,cloud");

    let without = on_edge(&task).document;
    assert_eq!(
        places(&without["spec"]["components"][1]),
        json!({ "host-type": "edge" })
    );
    assert_eq!(without["metadata"]["annotations"][ORDER], Value::Null);
}
