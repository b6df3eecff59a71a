//! What of an application waits for a word before it takes messages.
//!
//! A provider listens as soon as it is started, and a component is compiled for a second
//! or two first. What comes in between is lost where no other host of the target has the
//! component. So where an agent watches the lattice, providers that call the component
//! ask for a label of the host (`generate::ready_label`), which is put there once the
//! component is. The same label keeps targets in reserve.

use std::collections::BTreeMap;

use serde_json::Value;

use super::application::{annotations, ids_with, is_built_in};
use super::host::Inventory;
use crate::generate::{ORDER, ready_label};

/// The part of an application that waits, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gate {
    /// The label that a host needs.
    pub(super) label: String,
    /// The ids of the providers that need it.
    pub(super) held: Vec<String>,
    /// Those of them that are processes of their own.
    pub(super) processes: Vec<String>,
    /// All targets of the task, of which only one takes messages; empty where all do.
    pub(super) order: Vec<String>,
    /// Its own target.
    pub(super) target: String,
}

impl Gate {
    /// Of a manifest; none where nothing waits.
    pub(super) fn of(application: &str, document: &Value) -> Option<Self> {
        let label = ready_label(application);
        let held = ids_with(application, document, |part| waits_for(part, &label));
        let annotations = annotations(document);
        let is_process = |part: &Value| waits_for(part, &label) && !is_built_in(&part["properties"]["image"]);
        let processes = ids_with(application, document, is_process);
        (!held.is_empty()).then(|| Self {
            held,
            processes,
            order: order(&annotations),
            target: annotations.get("pelato.target").cloned().unwrap_or_default(),
            label,
        })
    }

    /// Its place in the order.
    pub(super) fn rank(&self) -> usize {
        let at = self.order.iter().position(|target| *target == self.target);
        at.unwrap_or_default()
    }

    /// Whether a target comes before it.
    pub(super) fn is_second(&self) -> bool {
        self.order.first().is_some_and(|first| *first != self.target)
    }

    /// The targets that take messages only when this one does not.
    pub(super) fn behind(&self) -> &[String] {
        let at = self.order.iter().position(|target| *target == self.target);
        at.map_or(&[], |at| &self.order[at + 1..])
    }

    /// Whether a host may take messages for it.
    pub(super) fn is_open(&self, inventory: &Inventory) -> bool {
        inventory.labels.contains_key(&self.label)
    }

    /// Whether a provider need not run on a host: it stands in reserve there.
    pub(super) fn may_lack(&self, provider: &str, inventory: &Inventory) -> bool {
        self.is_second() && !self.is_open(inventory) && self.held.iter().any(|held| held == provider)
    }
}

fn order(annotations: &BTreeMap<String, String>) -> Vec<String> {
    let text = annotations.get(ORDER).map_or("", String::as_str);
    text.split(',')
        .filter(|target| !target.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether all places of a part ask for the label.
fn waits_for(part: &Value, label: &str) -> bool {
    let traits = part["traits"].as_array().into_iter().flatten();
    let mut places = traits.flat_map(|one| one["properties"]["spread"].as_array().into_iter().flatten());
    places.any(|place| !place["requirements"][label].is_null())
}
