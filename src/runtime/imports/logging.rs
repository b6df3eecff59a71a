//! `wasi:logging/logging`.

use crate::runtime::bindings::wasi::logging::logging::{Host, Level as Wit};
use crate::runtime::event::Level;
use crate::runtime::state::State;

impl Host for State {
    async fn log(&mut self, level: Wit, context: String, message: String) -> wasmtime::Result<()> {
        let level = match level {
            Wit::Trace => Level::Trace,
            Wit::Debug => Level::Debug,
            Wit::Info => Level::Info,
            Wit::Warn => Level::Warn,
            Wit::Error => Level::Error,
            Wit::Critical => Level::Critical,
        };
        // The generated code's context is the task's own name, which every event has.
        let text = match context.is_empty() || context == self.surroundings.task {
            true => message,
            false => format!("{context}: {message}"),
        };
        self.log.say(level, &text);
        Ok(())
    }
}
