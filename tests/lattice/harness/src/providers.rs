//! The archives of the external providers, pushed to the registry as the stock
//! images would lie in one.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use oci_client::client::{ClientConfig, ClientProtocol, Config, ImageLayer};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};

const LAYER: &str = "application/vnd.wasmcloud.provider.archive.layer.v1+par";
const CONFIG: &str = "application/vnd.wasmcloud.provider.archive.config";

/// Pushes every `<name>_<version>.par` among the programs. Answers the
/// references, `<registry>/<name>:<version>`, by name.
pub(crate) async fn push(programs: &Path, registry: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let client = Client::new(ClientConfig {
        protocol: ClientProtocol::HttpsExcept(vec![registry.to_owned()]),
        ..ClientConfig::default()
    });
    let mut references = BTreeMap::new();
    for file in std::fs::read_dir(programs)? {
        let path = file?.path();
        let Some((name, version)) = name_and_version(&path) else {
            continue;
        };
        let reference = format!("{registry}/{name}:{version}");
        let layer = ImageLayer::new(std::fs::read(&path)?, LAYER.to_owned(), None);
        let config = Config::new(b"{}".to_vec(), CONFIG.to_owned(), None);
        client
            .push(
                &Reference::try_from(reference.as_str())?,
                &[layer],
                config,
                &RegistryAuth::Anonymous,
                None,
            )
            .await
            .with_context(|| format!("cannot push {reference}"))?;
        references.insert(name.to_owned(), reference);
    }
    Ok(references)
}

fn name_and_version(path: &Path) -> Option<(&str, &str)> {
    path.file_name()?.to_str()?.strip_suffix(".par")?.split_once('_')
}
