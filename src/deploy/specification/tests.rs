//! What is read out of a manifest, and what is refused.

use std::time::Duration;

use serde_json::json;

use super::Specification;

fn http() -> serde_json::Value {
    json!({"spec": {"components": [
        {"name": "task", "type": "component",
         "properties": {"image": "localhost:5000/a@sha256:1", "config": [
            {"name": "a", "properties": {"dest_topic": "out", "max_payload": "1048576"}}]},
         "traits": [
            {"type": "daemonscaler", "properties": {"instances": 100}},
            {"type": "link", "properties": {"target": {"name": "messaging"}, "namespace": "wasmcloud",
             "package": "messaging", "interfaces": ["consumer"]}}]},
        {"name": "messaging", "type": "capability", "properties": {"image": "m"}, "traits": [
            {"type": "link", "properties": {"target": {"name": "task"}, "namespace": "wasmcloud",
             "package": "messaging", "interfaces": ["handler"], "source": {"config": [
                {"name": "b", "properties": {"subscriptions": "a.>|group, b", "cluster_uris": "nats://n"}}]}}}]},
        {"name": "http", "type": "capability", "properties": {"image": "h"}, "traits": [
            {"type": "link", "properties": {"target": {"name": "task"}, "namespace": "wasi",
             "package": "http", "interfaces": ["incoming-handler"], "source": {"config": [
                {"name": "c", "properties": {"address": "127.0.0.1:8001", "timeout_ms": "5000"}}]}}}]},
    ]}})
}

#[test]
fn a_manifest_says_all_that_a_host_needs() {
    let read = Specification::of(&http()).unwrap();
    assert_eq!(
        (read.image.as_str(), read.instances),
        ("localhost:5000/a@sha256:1", 100)
    );
    assert_eq!(read.config["dest_topic"], "out");
    assert_eq!(
        read.subscriptions,
        [("a.>".to_owned(), Some("group".to_owned())), ("b".to_owned(), None)]
    );
    assert_eq!(read.address, Some("127.0.0.1:8001".parse().unwrap()));
    assert_eq!(read.request_limit, Duration::from_secs(5));
    assert!(read.links["wasmcloud:messaging/consumer"].is_empty());
}

/// What a component calls is no demand on a host that cannot be met: it is looked up
/// when the component is loaded. A config without properties is kept elsewhere.
#[test]
fn links_to_stores_are_read_by_interface() {
    let mut stores = http();
    let traits = stores["spec"]["components"][0]["traits"].as_array_mut().unwrap();
    for (namespace, package, interface, config) in [
        (
            "wasi",
            "keyvalue",
            "store",
            json!({"name": "b", "properties": {"bucket": "rooms"}}),
        ),
        ("wasmcloud", "postgres", "query", json!({"name": "pelato-sql-default"})),
    ] {
        traits.push(
            json!({"type": "link", "properties": {"namespace": namespace, "package": package,
            "interfaces": [interface], "target": {"name": "store", "config": [config]}}}),
        );
    }
    let read = Specification::of(&stores).unwrap();
    assert_eq!(read.links["wasi:keyvalue/store"]["bucket"], "rooms");
    assert!(read.links["wasmcloud:postgres/query"].is_empty());
    assert_eq!(read.subscriptions.len(), 2);
}

#[test]
fn what_cannot_be_run_here_is_said() {
    let mut wrong = http();
    wrong["spec"]["components"][2]["traits"][0]["properties"]["source"]["config"][0]["properties"]["address"] =
        json!("nowhere");
    assert_eq!(
        Specification::of(&wrong).unwrap_err(),
        "`nowhere` is no address of the form ip:port"
    );
    wrong["spec"]["components"][2]["traits"][0]["properties"]["package"] = json!("magic");
    assert_eq!(
        Specification::of(&wrong).unwrap_err(),
        "the embedded host does not offer wasi:magic/incoming-handler"
    );
    wrong["spec"]["components"][0]["type"] = json!("capability");
    assert_eq!(
        Specification::of(&wrong).unwrap_err(),
        "it should have one part of type `component`"
    );
}
