//! The word that providers wait for: which hosts may take messages.
//!
//! An agent watches a lattice. It puts an application's label on each host that has the
//! component, and takes it from those that lost it. Of a task whose targets have an
//! order it does so on the first that lives; when that one dies the next gets the label,
//! and loses it again once the first is back and listens.

use std::collections::BTreeMap;
use std::time::Duration;

use async_nats::Subscriber;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use super::DeployError;
use super::application::{Deployed, Parts, plain};
use super::gate::Gate;
use super::host::{Asked, Host, Inventory, Part};
use super::lattice::Lattice;
use super::rolling::Rolled;

/// Between two looks at the hosts where nothing is announced: a host that is killed
/// announces nothing.
const LOOK: Duration = Duration::from_millis(500);

/// Between two looks at what is deployed. Whoever deploys puts the labels himself.
const LIST: Duration = Duration::from_secs(5);

/// What is announced together is looked at together.
const TOGETHER: Duration = Duration::from_millis(20);

/// How many hosts are asked at once.
const AT_ONCE: usize = 16;

/// An application with a gate.
#[derive(Clone)]
struct Watched {
    task: String,
    application: String,
    version: String,
    parts: Parts,
    gate: Gate,
}

impl Watched {
    /// None where nothing waits, or it is not deployed.
    fn of(deployed: Deployed) -> Option<Self> {
        let parts = Parts::of(&deployed);
        let gate = parts.gate().filter(|_| deployed.deployed)?.clone();
        let component = deployed.annotations.get("pelato.component")?;
        Some(Self {
            task: plain(component),
            application: deployed.application,
            version: deployed.version,
            parts,
            gate,
        })
    }
}

/// What was done, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The application.
    pub application: String,
    /// The host's name.
    pub host: String,
    /// Whether it takes messages from now on, or no longer.
    pub takes: bool,
}

impl Lattice {
    /// Watches until it is cancelled, and tells `heard` what it does. A lattice that
    /// does not answer is asked again; that, too, is `heard`, once.
    pub async fn watch_over(&self, cancel: &CancellationToken, mut heard: impl FnMut(Result<Word, &DeployError>)) {
        let mut said = None;
        while !cancel.is_cancelled() {
            let watched = tokio::select! {
                watched = self.watch(&mut heard) => watched,
                () = cancel.cancelled() => return,
            };
            if let Err(error) = watched {
                let text = error.to_string();
                if said.replace(text.clone()) != Some(text) {
                    heard(Err(&error));
                }
            }
            tokio::select! {
                () = sleep(LOOK) => {}
                () = cancel.cancelled() => return,
            }
        }
    }

    async fn watch(&self, heard: &mut impl FnMut(Result<Word, &DeployError>)) -> Result<(), DeployError> {
        let client = &self.control.connection.client;
        let events = client
            .subscribe(format!("wasmbus.evt.{}.>", self.control.lattice))
            .await;
        let mut events = events.map_err(|error| self.control.connection.broken(error))?;
        let mut tasks: BTreeMap<String, Vec<Watched>> = BTreeMap::new();
        let mut listed: Option<Instant> = None;
        loop {
            if listed.is_none_or(|listed| listed.elapsed() > LIST) {
                listed = Some(Instant::now());
                tasks = self.watched().await?;
            }
            if !tasks.is_empty() {
                let hosts = self.inventories_by_host().await?;
                for (task, applications) in &tasks {
                    if !self.steps(applications, &hosts).await?.is_empty() {
                        self.tend(task, applications, heard).await?;
                    }
                }
            }
            next(&mut events).await;
        }
    }

    /// Task → its applications that have a gate, in the order in which they are to take
    /// messages.
    async fn watched(&self) -> Result<BTreeMap<String, Vec<Watched>>, DeployError> {
        let all = self.each_application(Watched::of);
        let mut tasks: BTreeMap<String, Vec<Watched>> = BTreeMap::new();
        for one in all.await?.into_iter().flatten() {
            tasks.entry(one.task.clone()).or_default().push(one);
        }
        for applications in tasks.values_mut() {
            applications.sort_by_key(|one| one.gate.rank());
        }
        Ok(tasks)
    }

    async fn inventories_by_host(&self) -> Result<Vec<(Host, Inventory)>, DeployError> {
        let hosts = self.hosts().await?;
        let asking = hosts.into_iter().map(|host| async move {
            Ok::<_, DeployError>(match self.control.inventory(&host).await? {
                Asked::Runs(inventory) => Some((host, inventory)),
                // It can take no messages.
                Asked::Gone | Asked::Silent => None,
            })
        });
        let asked = stream::iter(asking.collect::<Vec<_>>()).buffered(AT_ONCE);
        let all: Vec<Option<_>> = asked.try_collect().await?;
        Ok(all.into_iter().flatten().collect())
    }

    /// The same applications as wadm has them now.
    async fn anew(&self, applications: &[Watched]) -> Result<Vec<Watched>, DeployError> {
        let asking = applications.iter().map(|one| self.deployed(&one.application));
        let all = stream::iter(asking.collect::<Vec<_>>()).buffered(AT_ONCE);
        let all: Vec<Option<Deployed>> = all.try_collect().await?;
        Ok(all.into_iter().flatten().filter_map(Watched::of).collect())
    }

    /// Something seems to be amiss with a task. What is known may be of before a roll, or of
    /// the middle of one that is over by now: so all of it is looked at anew, and nothing is
    /// done where somebody rolled meanwhile.
    async fn tend(
        &self,
        task: &str,
        applications: &[Watched],
        heard: &mut impl FnMut(Result<Word, &DeployError>),
    ) -> Result<(), DeployError> {
        let rolled = self.control.rolled(task).await;
        if rolled == Rolled::Now {
            return Ok(());
        }
        let applications = self.anew(applications).await?;
        let hosts = self.inventories_by_host().await?;
        let steps = self.steps(&applications, &hosts).await?;
        if steps.is_empty() {
            return Ok(());
        }
        let again = self.anew(&applications).await?;
        let same = |(one, other): (&Watched, &Watched)| one.version == other.version;
        if again.len() != applications.len()
            || !applications.iter().zip(&again).all(same)
            || self.control.rolled(task).await != rolled
        {
            return Ok(());
        }
        for Step {
            watched,
            host,
            inventory,
            takes,
        } in steps
        {
            match takes {
                true => self.control.put_label(host, &watched.gate.label).await?,
                false => {
                    self.control.delete_label(host, &watched.gate.label).await?;
                    // wadm leaves running what a host has that no longer may.
                    let held = |part: &&Part| watched.gate.held.contains(&part.id);
                    for part in inventory.providers.iter().filter(held) {
                        self.control.stop_provider(host, part).await?;
                    }
                }
            }
            heard(Ok(Word {
                application: watched.application.clone(),
                host: host.name.clone(),
                takes,
            }));
        }
        Ok(())
    }

    /// What is to be done, so that the hosts that should take messages do.
    async fn steps<'a>(
        &self,
        applications: &'a [Watched],
        hosts: &'a [(Host, Inventory)],
    ) -> Result<Vec<Step<'a>>, DeployError> {
        let mut steps = Vec::new();
        // Whether a target before this one has a host that could take the messages, and
        // whether one does.
        let (mut could, mut does) = (false, false);
        let is_open_behind = hosts.iter().any(|(_, inventory)| {
            let mut behind = applications.iter().filter(|one| one.gate.is_second());
            behind.any(|one| one.gate.is_open(inventory))
        });
        for watched in applications {
            let gate = &watched.gate;
            let is_behind = could && !gate.order.is_empty();
            let on = hosts
                .iter()
                .filter(|(host, _)| host.target() == Some(gate.target.as_str()));
            for (host, inventory) in on {
                let has_component = watched.parts.is_component_in(inventory);
                let is_open = gate.is_open(inventory);
                let takes = match (is_behind, has_component) {
                    (_, false) => false,
                    // It goes on until the one before it listens.
                    (true, true) => is_open && !does,
                    (false, true) => true,
                };
                if takes != is_open {
                    steps.push(Step {
                        watched,
                        host,
                        inventory,
                        takes,
                    });
                }
                could |= has_component;
                let may = is_open_behind && has_component && is_open && !is_behind;
                does = does || may && self.takes(gate, inventory).await?;
            }
        }
        Ok(steps)
    }
}

struct Step<'a> {
    watched: &'a Watched,
    host: &'a Host,
    inventory: &'a Inventory,
    takes: bool,
}

/// Waits until something is announced, or it is time to look again.
async fn next(events: &mut Subscriber) {
    let look = Instant::now() + LOOK;
    loop {
        match timeout_at(look, events.next()).await {
            Ok(Some(message)) if message.subject.ends_with("heartbeat") => {}
            Ok(Some(_)) => break,
            Ok(None) | Err(_) => {
                tokio::time::sleep_until(look).await;
                return;
            }
        }
    }
    let until = Instant::now() + TOGETHER;
    while let Ok(Some(_)) = timeout_at(until, events.next()).await {}
}
