//! What one instance of a component may take.

use std::time::Duration;

/// What a component may take. The defaults are those of a wasmCloud host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of an instance, in bytes.
    pub memory: usize,
    /// Elements of each of its tables.
    pub table_elements: usize,
    /// Instances that live at once, of all components together. What comes on top
    /// waits for its turn.
    pub instances: u32,
    /// How long one message or request may take.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 256 << 20,
            table_elements: 15_000,
            instances: 250,
            time: Duration::from_secs(600),
        }
    }
}
