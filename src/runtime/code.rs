//! A component that is ready to run.

use wasmtime::component::{Component, InstancePre};
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use super::bindings::TaskPre;
use super::state::State;
use super::{Runtime, RuntimeError};

/// A compiled component, with all that it imports. Cheap to clone.
#[derive(Clone)]
pub struct Code {
    pub(super) runtime: Runtime,
    /// Where it takes messages.
    pub(super) messages: Option<TaskPre<State>>,
    /// Where it answers HTTP requests.
    pub(super) requests: Option<ProxyPre<State>>,
}

impl Code {
    /// Compiles `wasm` and looks its imports up.
    pub(super) fn new(runtime: Runtime, wasm: &[u8]) -> Result<Self, RuntimeError> {
        let component = Component::new(runtime.engine(), wasm).map_err(RuntimeError::component)?;
        let linked: InstancePre<State> = runtime
            .linker()
            .instantiate_pre(&component)
            .map_err(RuntimeError::component)?;
        let exports = |interface: &str| component.get_export_index(None, interface).is_some();
        let messages = exports("wasmcloud:messaging/handler@0.2.0")
            .then(|| TaskPre::new(linked.clone()))
            .transpose()
            .map_err(RuntimeError::component)?;
        let requests = ProxyPre::new(linked).ok();
        Ok(Self {
            runtime,
            messages,
            requests,
        })
    }

    /// Whether it takes messages.
    pub fn takes_messages(&self) -> bool {
        self.messages.is_some()
    }

    /// Whether it answers HTTP requests.
    pub fn answers_requests(&self) -> bool {
        self.requests.is_some()
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Code")
            .field("messages", &self.takes_messages())
            .field("requests", &self.answers_requests())
            .finish_non_exhaustive()
    }
}
