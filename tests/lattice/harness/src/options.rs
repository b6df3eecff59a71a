//! What a lattice is made of.

use std::time::Duration;

/// What [`crate::Lattice::start`] starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name of the lattice on NATS.
    pub lattice: String,
    /// One host for each name; its label `host-type` is that name.
    pub hosts: Vec<String>,
    /// Whether wadm runs.
    pub wadm: bool,
    /// After what time of silence wadm gives a host up. Hosts tell of themselves
    /// every second, but are silent for longer while they compile big components.
    pub cleanup_interval: Duration,
    /// How long a component may work on one message or request, in seconds.
    pub max_execution: Duration,
    /// The most bytes that NATS takes in a message.
    pub max_payload: usize,
    /// What NATS's configuration has beside that: users, say.
    pub nats: String,
    /// Who wadm is to such a NATS, `user:password`. Hosts say no name: theirs cannot.
    pub wadm_user: Option<String>,
    /// `host:port` of registries beside the lattice's own that speak plain http too.
    pub insecure_registries: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lattice: "default".into(),
            hosts: vec!["edge".into(), "cloud".into()],
            wadm: true,
            cleanup_interval: Duration::from_secs(30),
            max_execution: Duration::from_secs(600),
            max_payload: 1 << 20,
            nats: String::new(),
            wadm_user: None,
            insecure_registries: Vec::new(),
        }
    }
}
