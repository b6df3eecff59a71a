//! What the platform needs at least: wadm is told, and the host asked in a loop.

use std::time::Duration;

use pelato::generate::Manifest;
use serde_json::Value;
use tokio::time::sleep;

use super::stage::Stage;

/// Replaces whatever runs under the name of a manifest. It waits for the old one's end:
/// a loop that does not leaves old code running under the new name, once in some rounds
/// and for good.
pub(crate) async fn roll(stage: &Stage, manifest: &Manifest) {
    let (wadm, name) = (&stage.wadm, &manifest.application);
    if wadm.undeploy_manifest(name).await.is_ok() {
        wadm.delete_manifest(name, None).await.unwrap();
        while runs(stage, manifest).await {
            sleep(Duration::from_millis(5)).await;
        }
    }
    let document: wadm_types::Manifest = serde_json::from_value(manifest.document.clone()).unwrap();
    wadm.put_manifest(document).await.unwrap();
    wadm.deploy_manifest(name, Some(&manifest.version)).await.unwrap();
}

/// Whether the host has anything of it. One that is busy is asked again.
async fn runs(stage: &Stage, manifest: &Manifest) -> bool {
    let host = stage.lattice.host_id("edge").unwrap();
    let subject = format!("wasmbus.ctl.v1.{}.host.get.{host}", stage.lattice.name());
    let Ok(answer) = stage.nats.request(subject, "".into()).await else {
        return true;
    };
    let answer: Value = serde_json::from_slice(&answer.payload).unwrap();
    let kinds = ["components", "providers"];
    let mut parts = kinds
        .iter()
        .filter_map(|kind| answer["response"][kind].as_array())
        .flatten();
    parts.any(|part| {
        let id = part["id"].as_str().unwrap_or_default();
        id == manifest.component_id || manifest.provider_ids.iter().any(|ours| ours == id)
    })
}
