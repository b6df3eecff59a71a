//! Applications to deploy: the smallest component there is, in the registry,
//! and a manifest of the shape that the templates give.

use std::time::Duration;

use lattice_harness::Lattice as Real;
use pelato::generate::{Manifest, Owner};
use pelato::publish::{Registry, RegistryConfig};
use serde_json::{Value, json};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

pub(super) fn owner() -> Owner {
    Owner {
        repository: "acme/thermo".to_owned(),
        project: ".".to_owned(),
        environment: "default".to_owned(),
        commit: None,
    }
}

/// Publishes the smallest component with this content; its pinned reference.
pub(super) async fn image(real: &Real, name: &str, content: &str) -> String {
    publish(real, name, content, component(content)).await
}

/// Publishes a component, found again by `content`; its pinned reference.
pub(super) async fn publish(real: &Real, name: &str, content: &str, wasm: Vec<u8>) -> String {
    let registry = Registry::new(RegistryConfig {
        url: real.registry().to_owned(),
        docker_config: Some("/nonexistent/config.json".into()),
        ..RegistryConfig::default()
    });
    let fingerprint: String = content.bytes().map(|byte| format!("{byte:02x}")).collect();
    let fingerprint = format!("{fingerprint:0<64}");
    let published = registry.unwrap().publish(name, "1.0.0", &fingerprint, wasm).await;
    published.unwrap().reference
}

/// A component with one empty function, `say-<content>`. It has to export
/// something: a host spins for ever on a component that does not.
fn component(content: &str) -> Vec<u8> {
    let wit =
        format!("package test:story;\ninterface story {{ say-{content}: func(); }}\nworld told {{ export story; }}");
    let mut resolve = Resolve::default();
    let package = resolve.push_str("story.wit", &wit).unwrap();
    let world = resolve.select_world(&[package], Some("told")).unwrap();
    let function = format!("test:story/story#say-{content}");
    let length = |bytes: &[u8]| u8::try_from(bytes.len()).unwrap();
    let mut export = vec![1, length(function.as_bytes())];
    export.extend(function.as_bytes());
    export.extend([0, 0]);
    // Type `() -> ()`, one function of it, the export, an empty body.
    let mut module = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07".to_vec();
    module.push(length(&export));
    module.extend(export);
    module.extend(b"\x0a\x04\x01\x02\0\x0b");
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

/// The same with the messaging provider that is built into the host.
pub(super) fn builtin(mut manifest: Manifest) -> Manifest {
    manifest.document["spec"]["components"][1]["properties"]["image"] = "wasmcloud+builtin://messaging-nats".into();
    manifest
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
    let config = |kind: &str, properties: Value| json!([{"name": format!("{application}-{kind}-{}", &version[6..]), "properties": properties}]);
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
    let parts = ["components", "providers"]
        .into_iter()
        .flat_map(|kind| inventory[kind].as_array().unwrap());
    parts.map(|part| part["id"].as_str().unwrap().to_owned()).collect()
}

/// Whether someone listens on the subject that `name` reads. NATS says at once
/// if nobody does.
pub(super) async fn is_listened_to(real: &Real, name: &str) -> bool {
    let client = async_nats::connect(real.nats()).await.unwrap();
    let asked = tokio::time::timeout(
        Duration::from_millis(200),
        client.request(format!("{name}.in"), "".into()),
    )
    .await;
    !matches!(asked, Ok(Err(error)) if error.kind() == async_nats::RequestErrorKind::NoResponders)
}
