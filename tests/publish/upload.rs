//! What lies in the registry afterwards, and what is not sent twice.

use serde_json::Value;

use crate::door::{Door, Rule};
use crate::registry::RealRegistry;
use crate::{component, connect, fingerprint};

async fn get(host: &str, path: &str) -> reqwest::Response {
    let accept = "application/vnd.oci.image.manifest.v1+json";
    let client = reqwest::Client::new();
    let answer = client
        .get(format!("http://{host}/v2/{path}"))
        .header("accept", accept)
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    answer
}

#[tokio::test]
async fn what_is_published_is_what_wasmcloud_loads() {
    let real = RealRegistry::open();
    let registry = connect(&format!("{}/Acme/thermo", real.host));
    // Past the chunk size of the upload.
    let wasm = component(&vec![7; 5 << 20]);

    let artifact = registry
        .publish("Filter_A", "1.0.0", &fingerprint('a'), wasm.clone())
        .await
        .unwrap();

    assert!(!artifact.reused);
    assert_eq!(artifact.component_name, "Filter_A");
    assert_eq!(
        artifact.reference,
        format!("{}/acme/thermo/filter_a:1.0.0@{}", real.host, artifact.digest)
    );
    let answer = get(&real.host, "acme/thermo/filter_a/manifests/1.0.0").await;
    assert_eq!(
        answer.headers()["docker-content-digest"].to_str().unwrap(),
        artifact.digest
    );
    let manifest: Value = answer.json().await.unwrap();
    assert_eq!(manifest["mediaType"], "application/vnd.oci.image.manifest.v1+json");
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
    assert_eq!(manifest["layers"].as_array().unwrap().len(), 1);
    assert_eq!(manifest["layers"][0]["mediaType"], "application/wasm");
    insta::assert_json_snapshot!(manifest["annotations"], @r#"
    {
      "org.opencontainers.image.version": "1.0.0",
      "pelato.component": "Filter_A",
      "pelato.fingerprint": "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    }
    "#);
    let blob = |digest: &Value| format!("acme/thermo/filter_a/blobs/{}", digest.as_str().unwrap());
    let layer = get(&real.host, &blob(&manifest["layers"][0]["digest"]))
        .await
        .bytes()
        .await
        .unwrap();
    assert!(layer == wasm, "the layer is the component, byte by byte");
    let config: Value = get(&real.host, &blob(&manifest["config"]["digest"]))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(config["architecture"], "wasm");
    assert_eq!(config["layerDigests"][0], manifest["layers"][0]["digest"]);
}

#[tokio::test]
async fn the_second_time_nothing_is_sent() {
    let real = RealRegistry::open();
    let door = Door::before(&real.host, Rule::Pass).await;
    let first = connect(&door.host)
        .publish("filter", "1.0.0", &fingerprint('a'), component(b"a"))
        .await
        .unwrap();
    assert!(door.asked().iter().any(|asked| asked.starts_with("PUT ")));

    // Another machine: nothing is remembered on our side.
    let registry = connect(&door.host);
    let found = registry
        .find("filter", "1.0.0", &fingerprint('a'))
        .await
        .unwrap()
        .unwrap();
    let second = registry
        .publish("filter", "1.0.0", &fingerprint('a'), component(b"a"))
        .await
        .unwrap();

    assert!(found.reused && second.reused);
    assert_eq!(
        (&found.reference, &second.reference),
        (&first.reference, &first.reference)
    );
    let sent: Vec<String> = door
        .asked()
        .into_iter()
        .filter(|asked| !asked.starts_with("GET ") && !asked.starts_with("HEAD "))
        .collect();
    assert_eq!(sent, [""; 0]);
}

#[tokio::test]
async fn the_version_tag_moves_and_the_fingerprint_tag_stays() {
    let real = RealRegistry::open();
    let door = Door::before(&real.host, Rule::Pass).await;
    let registry = connect(&door.host);
    let digest_of = async |tag: &str| {
        let answer = get(&real.host, &format!("filter/manifests/{tag}")).await;
        answer.headers()["docker-content-digest"].to_str().unwrap().to_owned()
    };

    let old = registry
        .publish("filter", "1.0.0", &fingerprint('a'), component(b"a"))
        .await
        .unwrap();
    let new = registry
        .publish("filter", "1.0.0", &fingerprint('b'), component(b"b"))
        .await
        .unwrap();
    assert_ne!(old.digest, new.digest);
    assert_eq!(digest_of("1.0.0").await, new.digest);
    assert_eq!(digest_of(&format!("pelato-{}", "a".repeat(40))).await, old.digest);

    // Looking moves nothing; finding the old code again does, without an upload of it.
    door.asked();
    assert!(
        registry
            .look("filter", "1.0.0", &fingerprint('a'))
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(digest_of("1.0.0").await, new.digest);
    let back = registry
        .find("filter", "1.0.0", &fingerprint('a'))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(back.digest, old.digest);
    assert_eq!(digest_of("1.0.0").await, old.digest);
    // A new version of the same code is a tag, too.
    let renamed = registry
        .find("filter", "1.1.0", &fingerprint('a'))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(renamed.reference, old.reference.replace(":1.0.0@", ":1.1.0@"));
    let puts: Vec<String> = door
        .asked()
        .into_iter()
        .filter(|asked| asked.starts_with("PUT ") || asked.starts_with("POST "))
        .collect();
    assert_eq!(
        puts,
        ["PUT /v2/filter/manifests/1.0.0", "PUT /v2/filter/manifests/1.1.0"]
    );
}

#[tokio::test]
async fn the_same_code_under_another_fingerprint_sends_only_a_manifest() {
    let real = RealRegistry::open();
    let door = Door::before(&real.host, Rule::Pass).await;
    let registry = connect(&door.host);
    registry
        .publish("filter", "1.0.0", &fingerprint('a'), component(b"a"))
        .await
        .unwrap();
    door.asked();

    registry
        .publish("filter", "1.0.0", &fingerprint('b'), component(b"a"))
        .await
        .unwrap();

    assert!(!door.asked().iter().any(|asked| asked.contains("/blobs/uploads/")));
}

#[tokio::test]
async fn a_tag_that_someone_moved_is_not_taken_for_ours() {
    let real = RealRegistry::open();
    let registry = connect(&real.host);
    registry
        .publish("filter", "1.0.0", &fingerprint('a'), component(b"a"))
        .await
        .unwrap();
    assert_eq!(registry.find("filter", "1.0.0", &fingerprint('b')).await.unwrap(), None);
    let manifest = get(&real.host, "filter/manifests/1.0.0").await.bytes().await.unwrap();
    let forged = format!("http://{}/v2/filter/manifests/pelato-{}", real.host, "b".repeat(40));
    let put = reqwest::Client::new()
        .put(forged)
        .header("content-type", "application/vnd.oci.image.manifest.v1+json")
        .body(manifest);
    assert!(put.send().await.unwrap().status().is_success());

    assert_eq!(registry.find("filter", "1.0.0", &fingerprint('b')).await.unwrap(), None);
}
