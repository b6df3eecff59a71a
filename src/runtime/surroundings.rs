//! What a task finds around it.

use std::collections::BTreeMap;

use super::Stores;
use super::bus::Bus;
use super::event::Observer;

/// What a task finds around it: its name, its configuration, and whom it can talk
/// to. One value serves all instances of a task.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The task's name, for events.
    pub task: String,
    /// What `wasi:config` answers.
    pub config: BTreeMap<String, String>,
    /// Where its messages go.
    pub bus: Bus,
    /// Where it keeps things.
    pub stores: Stores,
    /// Who hears of what it does.
    pub observer: Observer,
}
