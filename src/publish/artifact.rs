//! A component as the artifact that wasmCloud loads: one `application/wasm`
//! layer under the config of the CNCF's "Wasm OCI Artifact layout".

use std::collections::BTreeMap;

use oci_client::client::{Config, ImageLayer};
use oci_client::manifest::{OCI_IMAGE_MEDIA_TYPE, OciDescriptor, OciImageManifest};
use serde::Serialize;
use sha2::{Digest, Sha256};
use wit_component::DecodedWasm;

use super::PublishError;

const CONFIG_MEDIA_TYPE: &str = "application/vnd.wasm.config.v0+json";
pub(super) const LAYER_MEDIA_TYPE: &str = "application/wasm";

/// The same bytes have to give the same manifest, so that no clock goes in; the
/// layout requires the field.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// How a component begins; a core module has another layer in bytes 4 to 8.
const COMPONENT_HEADER: &[u8] = b"\0asm\x0d\0\x01\0";

const VERSION: &str = "org.opencontainers.image.version";
const FINGERPRINT: &str = "pelato.fingerprint";
const COMPONENT: &str = "pelato.component";

/// A component in a registry or a layout folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// The task's `component_name`.
    pub component_name: String,
    /// `host/path/name:version@sha256:…`, or `oci:folder:name:version@sha256:…` in
    /// a layout folder: pinned by content, the name in lower case.
    pub reference: String,
    /// The manifest's digest, `sha256:` and 64 hex digits.
    pub digest: String,
    /// It was there already; nothing was written.
    pub reused: bool,
}

/// The config blob. A struct and no JSON value, since the order of its fields
/// is part of the digest.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WasmConfig {
    created: &'static str,
    architecture: &'static str,
    os: &'static str,
    layer_digests: Vec<String>,
    component: Interfaces,
}

#[derive(Serialize)]
struct Interfaces {
    exports: Vec<String>,
    imports: Vec<String>,
    target: Option<String>,
}

/// What is uploaded for one component.
pub(super) struct Packed {
    pub(super) layer: ImageLayer,
    pub(super) config: Config,
    /// The manifest, as it is stored.
    pub(super) body: Vec<u8>,
}

/// `sha256:` and 64 hex digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// Packs `wasm`. Fails where it is no component.
pub(super) fn pack(
    component_name: &str,
    version: &str,
    fingerprint: &str,
    wasm: Vec<u8>,
) -> Result<Packed, PublishError> {
    let broken = |reason: String| PublishError::NotAComponent {
        name: component_name.to_owned(),
        reason,
    };
    let interfaces = interfaces(&wasm).map_err(broken)?;
    let layer = ImageLayer::new(wasm, LAYER_MEDIA_TYPE.to_owned(), None);
    let config = WasmConfig {
        created: CREATED,
        architecture: "wasm",
        os: "wasip2",
        layer_digests: vec![layer.sha256_digest()],
        component: interfaces,
    };
    let config = serde_json::to_vec(&config).map_err(|error| broken(error.to_string()))?;
    let config = Config::new(config, CONFIG_MEDIA_TYPE.to_owned(), None);
    let annotations = BTreeMap::from([
        (VERSION.to_owned(), version.to_owned()),
        (FINGERPRINT.to_owned(), fingerprint.to_owned()),
        (COMPONENT.to_owned(), component_name.to_owned()),
    ]);
    let mut manifest = OciImageManifest::build(std::slice::from_ref(&layer), &config, Some(annotations));
    manifest.media_type = Some(OCI_IMAGE_MEDIA_TYPE.to_owned());
    let body = serde_json::to_vec(&manifest).map_err(|error| broken(error.to_string()))?;
    Ok(Packed { layer, config, body })
}

/// Whether a manifest from the registry is one of ours for this fingerprint.
/// The tag alone does not say: anyone who may push may move it.
pub(super) fn is_for(manifest: &OciImageManifest, fingerprint: &str) -> bool {
    let annotated = manifest
        .annotations
        .as_ref()
        .and_then(|annotations| annotations.get(FINGERPRINT))
        .is_some_and(|found| found == fingerprint);
    annotated && layer(manifest).is_some()
}

/// The one layer of a manifest: the component.
pub(super) fn layer(manifest: &OciImageManifest) -> Option<&OciDescriptor> {
    match &*manifest.layers {
        [layer] if layer.media_type == LAYER_MEDIA_TYPE => Some(layer),
        _ => None,
    }
}

fn interfaces(wasm: &[u8]) -> Result<Interfaces, String> {
    // The decoder takes a core module too, for the metadata embedded in it.
    if !wasm.starts_with(COMPONENT_HEADER) {
        return Err("it does not begin as one".to_owned());
    }
    match wit_component::decode(wasm) {
        Ok(DecodedWasm::Component(resolve, world)) => {
            let world = &resolve.worlds[world];
            let names = |keys: Vec<_>| keys.into_iter().map(|key| resolve.name_world_key(key)).collect();
            Ok(Interfaces {
                exports: names(world.exports.keys().collect()),
                imports: names(world.imports.keys().collect()),
                target: None,
            })
        }
        Ok(DecodedWasm::WitPackage(..)) => Err("it is a WIT package".to_owned()),
        Err(error) => Err(format!("{error:#}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(version: &str) -> Packed {
        pack("filter", version, "sha256:ab", COMPONENT_HEADER.to_vec()).unwrap()
    }

    #[test]
    fn the_same_component_gives_the_same_manifest() {
        assert_eq!(packed("1.0.0").body, packed("1.0.0").body);
        assert_eq!(
            String::from_utf8(packed("1.0.0").config.data).unwrap(),
            r#"{"created":"1970-01-01T00:00:00Z","architecture":"wasm","os":"wasip2","layerDigests":["sha256:24eaf3439a60c96764c4f2c92a0a81b52bd4fe5d5b91f090184a0f6486b1bf29"],"component":{"exports":[],"imports":[],"target":null}}"#
        );
    }

    #[test]
    fn a_manifest_is_ours_by_its_annotation() {
        let manifest: OciImageManifest = serde_json::from_slice(&packed("1.0.0").body).unwrap();
        assert!(is_for(&manifest, "sha256:ab"));
        assert!(!is_for(&manifest, "sha256:cd"));
        let mut other = manifest;
        other.layers.clear();
        assert!(!is_for(&other, "sha256:ab"));
    }

    #[test]
    fn what_is_no_component_is_refused() {
        let module = b"\0asm\x01\0\0\0".to_vec();
        let error = pack("filter", "1.0.0", "ab", module).err().unwrap().to_string();
        assert_eq!(
            error,
            "what was built for filter is not a WebAssembly component, so it was not published: it does not begin as one"
        );
    }
}
