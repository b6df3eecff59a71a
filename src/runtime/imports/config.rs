//! `wasi:config/runtime`.

use crate::runtime::bindings::wasi::config::runtime::{ConfigError, Host};
use crate::runtime::state::State;

impl Host for State {
    async fn get(&mut self, key: String) -> wasmtime::Result<Result<Option<String>, ConfigError>> {
        Ok(Ok(self.surroundings.config.get(&key).cloned()))
    }

    async fn get_all(&mut self) -> wasmtime::Result<Result<Vec<(String, String)>, ConfigError>> {
        let all = self.surroundings.config.iter();
        Ok(Ok(all.map(|(key, value)| (key.clone(), value.clone())).collect()))
    }
}
