//! Labels of an application while it is rolled.
//!
//! The agent keeps away from a task that is rolled, so that who rolls puts its labels.

use serde_json::Value;
use tokio::time::{Duration, Instant, sleep};

use super::DeployError;
use super::application::{Deployed, Parts};
use super::gate::Gate;
use super::host::{Asked, Host, Inventory};
use super::lattice::Lattice;
use super::start::of_target;

/// How long a target in reserve is given to take over before a roll.
const TAKE_OVER: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(50);

impl Lattice {
    /// Takes the application's label from all hosts: what starts next is not to take
    /// messages before its component is there.
    pub(super) async fn close(&self, application: &str, document: &Value, hosts: &[Host]) -> Result<(), DeployError> {
        let Some(gate) = Gate::of(application, document) else {
            return Ok(());
        };
        for host in hosts {
            let may_be_open = match self.control.inventory(host).await? {
                Asked::Runs(inventory) => gate.is_open(&inventory),
                Asked::Silent => true,
                Asked::Gone => false,
            };
            if may_be_open {
                self.control.delete_label(host, &gate.label).await?;
            }
        }
        Ok(())
    }

    /// Puts the application's label on a host that has its component. A target in reserve
    /// is left to the agent.
    pub(super) async fn open(&self, gate: &Gate, host: &Host, inventory: &Inventory) -> Result<(), DeployError> {
        match gate.is_open(inventory) || gate.is_second() {
            true => Ok(()),
            false => self.control.put_label(host, &gate.label).await,
        }
    }

    /// Before the target that takes the messages is rolled: the next one in the order
    /// takes over, if it has a host. Without one the messages have nowhere to go.
    pub(super) async fn hand_over(&self, had: &Deployed, hosts: &[Host]) -> Result<(), DeployError> {
        let Some(gate) = Gate::of(&had.application, &had.document) else {
            return Ok(());
        };
        let Some(task) = had.annotations.get("pelato.component") else {
            return Ok(());
        };
        for target in gate.behind() {
            let application = format!("{task}-{target}");
            let Some(next) = self.deployed(&application).await? else {
                continue;
            };
            let ours = ["pelato.repository", "pelato.environment", "pelato.project"];
            if !next.deployed
                || ours
                    .iter()
                    .any(|key| next.annotations.get(*key) != had.annotations.get(*key))
            {
                continue;
            }
            if self.take_over(&Parts::of(&next), hosts).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Whether a target takes messages, after it was told to.
    async fn take_over(&self, parts: &Parts, hosts: &[Host]) -> Result<bool, DeployError> {
        let Some(gate) = parts.gate() else {
            return Ok(false);
        };
        let (hosts, _) = of_target(hosts.to_vec(), parts.target());
        let begun = Instant::now();
        loop {
            let mut there = 0;
            for host in &hosts {
                let Asked::Runs(inventory) = self.control.inventory(host).await? else {
                    continue;
                };
                if !parts.is_component_in(&inventory) {
                    continue;
                }
                there += 1;
                if !gate.is_open(&inventory) {
                    self.control.put_label(host, &gate.label).await?;
                } else if self.takes(gate, &inventory).await? {
                    return Ok(true);
                }
            }
            if there == 0 || begun.elapsed() > TAKE_OVER {
                return Ok(false);
            }
            sleep(PAUSE).await;
        }
    }

    /// Whether a host's providers run, and listen where they are processes.
    pub(super) async fn takes(&self, gate: &Gate, inventory: &Inventory) -> Result<bool, DeployError> {
        let runs = |id: &String| inventory.providers.iter().any(|part| part.id == *id);
        if !gate.held.iter().all(runs) {
            return Ok(false);
        }
        for id in &gate.processes {
            if self.control.answering(id, 1).await? == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
