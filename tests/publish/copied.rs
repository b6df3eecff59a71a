//! The same artifact in another registry.

use pelato::publish::{PublishError, Registry, Store};
use secrecy::SecretString;

use crate::registry::RealRegistry;
use crate::{component, config, connect, fingerprint};

fn store(registry: Registry) -> Store {
    Store::Registry(Box::new(registry))
}

#[tokio::test]
async fn a_copy_has_the_same_digest_and_is_made_once() {
    let (here, there) = (RealRegistry::open(), RealRegistry::with_password());
    let from = store(connect(&format!("{}/acme", here.host)));
    let guarded = Registry::new(pelato::publish::RegistryConfig {
        user: Some("ci".to_owned()),
        password: Some(SecretString::from("correct horse")),
        ..config(&format!("{}/other/place", there.host))
    });
    let to = store(guarded.unwrap());
    let wasm = component(&vec![7; 5 << 20]);
    let published = from
        .publish("filter", "1.0.0", &fingerprint('a'), wasm.clone())
        .await
        .unwrap();

    let copy = async || {
        to.copy(&from, &published.reference, "filter", "1.0.0", &fingerprint('a'))
            .await
    };
    let copied = copy().await.unwrap();

    assert_eq!((&copied.digest, copied.reused), (&published.digest, false));
    assert_eq!(
        copied.reference,
        format!("{}/other/place/filter:1.0.0@{}", there.host, published.digest)
    );
    assert_eq!(
        to.reference("filter", "1.0.0", &published.digest).unwrap(),
        copied.reference
    );
    assert_eq!(to.read(&copied.reference).await.unwrap(), wasm);
    assert!(copy().await.unwrap().reused);
    // Whoever builds the same there finds it.
    let found = to.publish("filter", "1.0.0", &fingerprint('a'), wasm).await.unwrap();
    assert!(found.reused);
}

#[tokio::test]
async fn what_was_published_first_for_a_fingerprint_keeps_its_tag() {
    let (here, there) = (RealRegistry::open(), RealRegistry::open());
    let (from, to) = (store(connect(&here.host)), store(connect(&there.host)));
    let print = fingerprint('b');
    // Of the same sources, by a compiler that does not give the same twice.
    let ours = from
        .publish("filter", "1.0.0", &print, component(b"ours"))
        .await
        .unwrap();
    let theirs = to
        .publish("filter", "1.0.0", &print, component(b"theirs"))
        .await
        .unwrap();

    let copied = to
        .copy(&from, &ours.reference, "filter", "1.0.0", &print)
        .await
        .unwrap();

    assert_eq!(copied.digest, ours.digest);
    assert_eq!(to.read(&copied.reference).await.unwrap(), component(b"ours"));
    let Store::Registry(registry) = &to else { unreachable!() };
    let first = registry.look("filter", "1.0.0", &print).await.unwrap().unwrap();
    assert_eq!(first.digest, theirs.digest);
}

#[tokio::test]
async fn what_is_gone_is_not_copied() {
    let (here, there) = (RealRegistry::open(), RealRegistry::open());
    let (from, to) = (store(connect(&here.host)), store(connect(&there.host)));
    let gone = format!("{}/filter:1.0.0@sha256:{}", here.host, "0".repeat(64));
    let error = to
        .copy(&from, &gone, "filter", "1.0.0", &fingerprint('c'))
        .await
        .unwrap_err();
    assert!(matches!(error, PublishError::Damaged { .. }));
    insta::assert_snapshot!(error.to_string().replace(&here.host, "REGISTRY"), @"the artifact REGISTRY/filter:1.0.0@sha256:0000000000000000000000000000000000000000000000000000000000000000 in REGISTRY is damaged: it is not there any more");
}
