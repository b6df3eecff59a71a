//! Manifests of tasks that keep what they make.

use super::*;

fn with(template: &str, extra: &[(&str, &str)]) -> Task {
    let extra = extra
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Task {
        dest_topic: None,
        extra: extra.collect(),
        ..task(template)
    }
}

/// One part of the application, as YAML.
fn part(manifest: &Manifest, index: usize) -> String {
    serde_yaml::to_string(&manifest.document["spec"]["components"][index]).unwrap()
}

#[tokio::test]
async fn a_bucket_is_what_the_link_to_its_provider_says() {
    let manifest = on_edge(&with("nats_to_nats_kv", &[("bucket", "rooms")]));
    insta::assert_snapshot!(part(&manifest, 0), @"
    name: task
    properties:
      config:
      - name: celsius_to_kelvin-edge-task-7407e5609066
        properties:
          bucket: rooms
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
        - store
        namespace: wasi
        package: keyvalue
        target:
          config:
          - name: celsius_to_kelvin-edge-bucket-9b60c7ab547f
            properties:
              bucket: rooms
              cluster_uri: nats://127.0.0.1:4222
              enable_bucket_auto_create: 'true'
          name: keyvalue
      type: link
    type: component
    ");
    insta::assert_snapshot!(part(&manifest, 1), @"
    name: keyvalue
    properties:
      image: ghcr.io/wasmcloud/keyvalue-nats:0.3.1
    traits:
    - properties:
        instances: 1
        spread:
        - name: edge
          requirements:
            host-type: edge
      type: daemonscaler
    type: capability
    ");
    assert_eq!(findings(&manifest).await, [] as [&str; 0]);
    assert_eq!(
        manifest.provider_ids,
        ["celsius_to_kelvin_edge-keyvalue", "celsius_to_kelvin_edge-messaging"]
    );
}

#[tokio::test]
async fn the_way_to_a_database_is_in_no_manifest() {
    let manifest = on_edge(&with(
        "nats_to_sql",
        &[("table", "home.readings"), ("key_column", "room")],
    ));
    insta::assert_snapshot!(part(&manifest, 0), @"
    name: task
    properties:
      config:
      - name: celsius_to_kelvin-edge-task-19ebc25495dd
        properties:
          key_column: room
          max_payload: '1048576'
          table: home.readings
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
        - query
        namespace: wasmcloud
        package: postgres
        target:
          config:
          - name: pelato-sql-celsius_to_kelvin-edge
          name: sql
      type: link
    type: component
    ");
    // A list of wadm's own that is older than the provider: a warning stops nothing.
    assert_eq!(
        findings(&manifest).await,
        ["[warning] unrecognized interface [wasmcloud:postgres/query]"]
    );
    let without = on_edge(&with("nats_to_sql", &[("table", "readings")]));
    let config = &without.document["spec"]["components"][0]["properties"]["config"][0]["properties"];
    assert_eq!(*config, json!({"max_payload": "1048576", "table": "readings"}));
}
