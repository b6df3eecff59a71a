//! Applications to deploy: the smallest component there is, in the registry,
//! and a manifest of the shape that the templates give.

use lattice_harness::Lattice as Real;
use pelato::generate::{Manifest, Owner};
use pelato::publish::{Registry, RegistryConfig};
use serde_json::{Value, json};

pub(super) fn owner() -> Owner {
    Owner {
        repository: "acme/thermo".to_owned(),
        project: ".".to_owned(),
        environment: "default".to_owned(),
        commit: None,
    }
}

/// Publishes a component with this content; its pinned reference.
pub(super) async fn image(real: &Real, name: &str, content: &str) -> String {
    let registry = Registry::new(RegistryConfig {
        url: real.registry().to_owned(),
        docker_config: Some("/nonexistent/config.json".into()),
        ..RegistryConfig::default()
    });
    // A header, and a custom section `x` with the content.
    let mut wasm = b"\0asm\x0d\0\x01\0\0".to_vec();
    wasm.extend([u8::try_from(content.len() + 2).unwrap(), 1, b'x']);
    wasm.extend(content.as_bytes());
    let fingerprint: String = content.bytes().map(|byte| format!("{byte:02x}")).collect();
    let fingerprint = format!("{fingerprint:0<64}");
    let published = registry.unwrap().publish(name, "1.0.0", &fingerprint, wasm).await;
    published.unwrap().reference
}

/// A component with a messaging provider, on the hosts of `target`.
pub(super) fn manifest(real: &Real, name: &str, target: &str, image: &str, owner: &Owner) -> Manifest {
    let application = format!("{name}-{target}");
    // As unique as its content: a pinned image ends in a digest.
    let version = format!("1.0.0-{}", &image[image.len() - 12..]);
    let scaler = json!({
        "type": "daemonscaler",
        "properties": {"instances": 1, "spread": [{"name": target, "requirements": {"host-type": target}}]},
    });
    let config = |kind: &str, properties: Value| {
        json!([{"name": format!("{application}-{kind}-{}", &version[6..]), "properties": properties}])
    };
    let link = json!({
        "type": "link",
        "properties": {
            "target": {"name": "component"},
            "namespace": "wasmcloud", "package": "messaging", "interfaces": ["handler"],
            "source": {"config": config("link", json!({
                "subscriptions": format!("{name}.in|{name}"), "cluster_uris": real.nats(),
            }))},
        },
    });
    let document = json!({
        "apiVersion": "core.oam.dev/v1beta1",
        "kind": "Application",
        "metadata": {
            "name": application,
            "annotations": {
                "version": version,
                "pelato.repository": owner.repository,
                "pelato.project": owner.project,
                "pelato.environment": owner.environment,
                "pelato.component": name,
                "pelato.target": target,
            },
        },
        "spec": {"components": [
            {"name": "component", "type": "component", "properties": {"image": image}, "traits": [scaler]},
            {"name": "messaging", "type": "capability", "properties": {
                "image": real.messaging_provider(),
                "config": config("nats", json!({"cluster_uris": real.nats()})),
            }, "traits": [scaler, link]},
        ]},
    });
    let plain = application.replace('-', "_");
    Manifest {
        target: target.to_owned(),
        version,
        component_id: format!("{plain}-component"),
        provider_ids: vec![format!("{plain}-messaging")],
        document,
        address: None,
        application,
    }
}

/// The ids of all that a host runs.
pub(super) async fn running_on(real: &Real, host: &str) -> Vec<String> {
    let inventory = real.inventory(host).await.unwrap();
    let parts = ["components", "providers"].into_iter().flat_map(|kind| inventory[kind].as_array().unwrap());
    parts.map(|part| part["id"].as_str().unwrap().to_owned()).collect()
}
