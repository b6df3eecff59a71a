//! How long a lattice is given for what.

use std::time::Duration;

/// Bounds of the waits of a deployment.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From wadm's "deploy" to everything running. A host pulls the image and
    /// compiles it in that time, and wadm learns of a new host only with its
    /// next heartbeat (30 s by default).
    pub start: Duration,
    /// How long a start that a host reports as failed may go on failing: wadm
    /// tries again by itself.
    pub failing: Duration,
    /// How long hosts that wadm still counts on may be silent before they are
    /// taken for gone.
    pub silent: Duration,
    /// How long an application that is deployed already, but does not run, is
    /// left alone before it is rolled.
    pub settle: Duration,
    /// How long wadm is given to stop what it started, before the hosts are
    /// told directly.
    pub stop: Duration,
    /// From "undeploy" to empty inventories.
    pub gone: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            start: Duration::from_secs(120),
            failing: Duration::from_secs(15),
            silent: Duration::from_secs(30),
            settle: Duration::from_secs(20),
            stop: Duration::from_secs(5),
            gone: Duration::from_secs(30),
        }
    }
}
