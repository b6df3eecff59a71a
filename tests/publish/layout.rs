//! An OCI image layout folder in the place of a registry.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pelato::publish::{Artifact, Layout, PublishError};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::registry::RealRegistry;
use crate::{component, connect, fingerprint};

fn layout() -> (TempDir, Layout) {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::new(folder.path().join("artifacts"));
    (folder, layout)
}

async fn publish(layout: &Layout, version: &str, digit: char) -> Artifact {
    let wasm = component(&[digit as u8; 3]);
    let published = layout.publish("Convert", version, &fingerprint(digit), wasm).await;
    published.unwrap()
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn blob(layout: &Layout, digest: &str) -> PathBuf {
    let digits = digest.strip_prefix("sha256:").unwrap();
    layout.folder().join("blobs/sha256").join(digits)
}

/// Reads the folder as the specification says, and no way of ours: the names of
/// the index, once every descriptor below it has the size and digest that it says.
fn verified(layout: &Layout) -> Vec<String> {
    assert_eq!(json(&layout.folder().join("oci-layout"))["imageLayoutVersion"], "1.0.0");
    let index = json(&layout.folder().join("index.json"));
    let mut names = Vec::new();
    let mut known = BTreeSet::new();
    for entry in index["manifests"].as_array().unwrap() {
        names.push(
            entry["annotations"]["org.opencontainers.image.ref.name"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
        let manifest = json(&check(layout, entry, &mut known));
        check(layout, &manifest["config"], &mut known);
        for layer in manifest["layers"].as_array().unwrap() {
            check(layout, layer, &mut known);
        }
    }
    let blobs = fs::read_dir(layout.folder().join("blobs/sha256")).unwrap();
    let blobs: BTreeSet<PathBuf> = blobs.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(blobs, known);
    names.sort();
    names
}

fn check(layout: &Layout, descriptor: &Value, known: &mut BTreeSet<PathBuf>) -> PathBuf {
    let digest = descriptor["digest"].as_str().unwrap();
    let path = blob(layout, digest);
    let bytes = fs::read(&path).unwrap();
    assert_eq!(format!("sha256:{}", hex::encode(Sha256::digest(&bytes))), digest);
    assert_eq!(descriptor["size"], bytes.len());
    known.insert(path.clone());
    path
}

#[tokio::test]
async fn a_folder_holds_what_a_registry_would() {
    let (_folder, layout) = layout();
    let none = layout.find("Convert", "1.0.0", &fingerprint('1')).await.unwrap();
    assert_eq!(none, None);
    let first = publish(&layout, "1.0.0", '1').await;
    let expected = format!("oci:{}:convert:1.0.0@{}", layout.folder().display(), first.digest);
    assert_eq!(first.reference, expected);
    assert!(!first.reused);

    let real = RealRegistry::open();
    let registry = connect(&real.host);
    let wasm = component(b"111");
    let there = registry
        .publish("Convert", "1.0.0", &fingerprint('1'), wasm.clone())
        .await
        .unwrap();
    assert_eq!(there.digest, first.digest, "the same manifest");
    assert_eq!(layout.read(&first.reference).await.unwrap(), wasm);
    assert_eq!(registry.read(&there.reference).await.unwrap(), wasm);

    // Other code under the same version: the version's name moves.
    let second = publish(&layout, "1.0.0", '2').await;
    assert_ne!(second.digest, first.digest);
    assert_eq!(
        verified(&layout),
        [
            "convert:1.0.0".to_owned(),
            format!("convert:pelato-{}", "1".repeat(40)),
            format!("convert:pelato-{}", "2".repeat(40)),
        ]
    );
    // And back, with the version that is written now.
    let found = layout
        .find("Convert", "2.0.0", &fingerprint('1'))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.digest, found.reused), (first.digest, true));
    assert!(verified(&layout).contains(&"convert:2.0.0".to_owned()));
    assert!(publish(&layout, "1.0.0", '2').await.reused);
}

#[tokio::test]
async fn many_publish_at_once() {
    let (_folder, layout) = layout();
    let all: Vec<_> = "0123456789abcdef"
        .chars()
        .map(|digit| {
            // Each has a lock of its own, as another process would.
            let layout = Layout::new(layout.folder());
            tokio::spawn(async move { publish(&layout, "1.0.0", digit).await })
        })
        .collect();
    for one in all {
        one.await.unwrap();
    }
    assert_eq!(verified(&layout).len(), 17, "one for each fingerprint, and the version");
}

#[tokio::test]
async fn a_damaged_blob_is_noticed_and_mended() {
    let (_folder, layout) = layout();
    let artifact = publish(&layout, "1.0.0", '1').await;
    let manifest = json(&blob(&layout, &artifact.digest));
    let layer = manifest["layers"][0]["digest"].as_str().unwrap().to_owned();
    for digest in [&layer, &artifact.digest] {
        for damage in [Some("something else"), None] {
            let path = blob(&layout, digest);
            match damage {
                Some(text) => fs::write(&path, text).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let found = layout.find("Convert", "1.0.0", &fingerprint('1')).await;
            assert!(matches!(found, Err(PublishError::Damaged { .. })), "{found:?}");
            assert!(layout.read(&artifact.reference).await.is_err());
            assert!(!publish(&layout, "1.0.0", '1').await.reused);
            assert_eq!(layout.read(&artifact.reference).await.unwrap(), component(b"111"));
            verified(&layout);
        }
    }
}

#[tokio::test]
async fn a_folder_that_is_something_else_is_left_alone() {
    let (folder, layout) = layout();
    fs::write(layout.folder(), "a file").unwrap();
    let refused = layout
        .publish("convert", "1.0.0", &fingerprint('1'), component(b"1"))
        .await;
    let said = refused
        .unwrap_err()
        .to_string()
        .replace(&folder.path().display().to_string(), "[FOLDER]");
    insta::assert_snapshot!(said, @"the folder of artifacts cannot be used: [FOLDER]/artifacts: Not a directory (os error 20)");
    fs::remove_file(layout.folder()).unwrap();
    fs::create_dir(layout.folder()).unwrap();
    fs::write(layout.folder().join("index.json"), "{}").unwrap();
    let refused = layout.find("convert", "1.0.0", &fingerprint('1')).await;
    let said = refused
        .unwrap_err()
        .to_string()
        .replace(&folder.path().display().to_string(), "[FOLDER]");
    insta::assert_snapshot!(said, @"the folder of artifacts cannot be used: [FOLDER]/artifacts/index.json: it is no index of an OCI image layout (missing field `schemaVersion` at line 1 column 2); remove it, what it named is built again");
}
