//! What a build gives.

use sha2::{Digest, Sha256};

/// A WASI Preview 2 component, ready to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// The task's `component_name`.
    pub component_name: String,
    /// The component.
    pub wasm: Vec<u8>,
    /// Hex sha256 of `wasm`.
    pub digest: String,
}

impl Component {
    /// Names `wasm` by its content.
    pub(super) fn new(component_name: &str, wasm: Vec<u8>) -> Self {
        Self {
            component_name: component_name.to_owned(),
            digest: hex::encode(Sha256::digest(&wasm)),
            wasm,
        }
    }
}
