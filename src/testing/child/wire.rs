//! What parent and child say to each other: a line of JSON and the component to
//! the child, one JSON document back.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::testing::{CaseResult, Cases};

/// What is to be run.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) component_name: String,
    pub(super) config: BTreeMap<String, String>,
    pub(super) cases: Cases,
    /// How many cases at once.
    pub(super) width: usize,
    /// How long all of it may take.
    pub(super) time: Duration,
    /// Bytes of the component, which follow the line.
    pub(super) wasm: usize,
}

/// What came of it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    Results(Vec<CaseResult>),
    /// Why the component cannot be loaded.
    Load(String),
}

impl Request {
    /// Its line.
    pub(super) fn head(&self) -> serde_json::Result<Vec<u8>> {
        let mut head = serde_json::to_vec(self)?;
        head.push(b'\n');
        Ok(head)
    }

    /// Reads a request and its component.
    #[cfg(feature = "local")]
    pub(super) fn read(from: &mut impl std::io::BufRead) -> std::io::Result<(Self, Vec<u8>)> {
        let mut head = Vec::new();
        from.read_until(b'\n', &mut head)?;
        let request: Self = serde_json::from_slice(&head)?;
        let mut wasm = vec![0; request.wasm];
        from.read_exact(&mut wasm)?;
        Ok((request, wasm))
    }
}
