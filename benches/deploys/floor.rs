//! What the platform needs at least: wadm is told, and nobody looks.

use pelato::generate::Manifest;
use wadm_client::Client;

/// Replaces whatever runs under the name of a manifest. What is old and what is new may
/// meet: nothing is waited for.
pub(crate) async fn roll(wadm: &Client, manifest: &Manifest) {
    let name = &manifest.application;
    if wadm.undeploy_manifest(name).await.is_ok() {
        wadm.delete_manifest(name, None).await.unwrap();
    }
    let document: wadm_types::Manifest = serde_json::from_value(manifest.document.clone()).unwrap();
    wadm.put_manifest(document).await.unwrap();
    wadm.deploy_manifest(name, Some(&manifest.version)).await.unwrap();
}
