//! How everything that is deployed stands, without touching any of it.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher as _};

use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};

use super::application::Parts;
use super::history::RESTORED;
use super::host::{Asked, Inventory};
use super::{DeployError, Deployed, Destination, Lattice, Specification};
use crate::report::TargetState;

/// How many hosts are asked at once.
const AT_ONCE: usize = 16;

/// An application, without its manifest.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its name, `<component_name>-<target>`.
    pub application: String,
    /// Whether any version is deployed.
    pub deployed: bool,
    /// `pelato.repository` and the others.
    pub annotations: BTreeMap<String, String>,
    /// The component's image.
    pub image: Option<String>,
    /// Where it listens for HTTP, if it does.
    pub address: Option<String>,
    /// Running, waiting for a host, or failed: not running where there is a host. On a
    /// lattice it is waiting until [`Destination::look_at`] was through.
    pub state: TargetState,
    parts: Parts,
    seal: [u8; 16],
    owner: OwnerKey,
    name: NameKey,
}

/// Whose an application is, in few bytes: a digest of repository, environment and project.
/// There are thousands of applications, and their annotations lie all over the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OwnerKey([u8; 16]);

/// What wadm and hosts take for the name of a task, in few bytes. Names that they take for
/// one have one key; two that have one may be different all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameKey(u64);

impl OwnerKey {
    /// Of `owner/name`, an environment's name and a project's folder.
    pub fn of(repository: &str, environment: &str, project: &str) -> Self {
        let mut digest = Sha256::new();
        for part in [repository, environment, project] {
            digest.update((part.len() as u32).to_le_bytes());
            digest.update(part);
        }
        Self(half(digest.finalize().into()))
    }
}

impl NameKey {
    /// Of a task's name.
    pub fn of(component_name: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        for c in component_name.chars() {
            hasher.write_u8(match c.is_ascii_alphanumeric() {
                true => c.to_ascii_lowercase() as u8,
                false => b'_',
            });
        }
        Self(hasher.finish())
    }
}

/// Annotations that decide nothing about an application whose owner is known.
const LEFT_OUT: [&str; 4] = [
    "pelato.commit",
    "pelato.environment",
    "pelato.project",
    "pelato.repository",
];

impl Standing {
    /// What an application's manifest says, and how it stands.
    pub fn of(deployed: Deployed, state: TargetState) -> Self {
        let parts = Parts::of(&deployed);
        let seal = seal(&deployed);
        let annotation = |key: &str| deployed.annotations.get(key).map_or("", String::as_str);
        let owner = OwnerKey::of(
            annotation("pelato.repository"),
            annotation("pelato.environment"),
            annotation("pelato.project"),
        );
        let name = NameKey::of(annotation("pelato.component"));
        let specification = Specification::of(&deployed.document).ok();
        Self {
            image: parts.image().map(str::to_owned),
            address: specification.and_then(|specification| Some(specification.address?.to_string())),
            application: deployed.application,
            deployed: deployed.deployed,
            annotations: deployed.annotations,
            state,
            parts,
            seal,
            owner,
            name,
        }
    }

    /// Whose it is. What is not said is empty.
    pub fn owner(&self) -> OwnerKey {
        self.owner
    }

    /// The name of its task.
    pub fn name(&self) -> NameKey {
        self.name
    }

    /// Whether `rollback` put it back.
    pub fn is_restored(&self) -> bool {
        self.annotations.contains_key(RESTORED)
    }

    /// A digest of all that a plan is made from: its name, its annotations, and whether it
    /// is deployed. Not whose it is, nor the commit.
    pub fn seal(&self) -> &[u8; 16] {
        &self.seal
    }
}

impl Destination {
    /// All applications that carry `pelato.*` annotations, in the order of their names.
    pub async fn survey(&self) -> Result<Vec<Standing>, DeployError> {
        let mut standings: Vec<Standing> = match self {
            Self::Lattice(lattice) => {
                let waiting = |deployed| Standing::of(deployed, TargetState::Waiting);
                lattice.each_application(waiting).await?
            }
            #[cfg(feature = "local")]
            Self::Local(host) => {
                let all = host.survey().await?.into_iter();
                all.map(|(deployed, state)| Standing::of(deployed, state)).collect()
            }
        };
        standings.sort_by(|a, b| a.application.cmp(&b.application));
        Ok(standings)
    }

    /// Finds out how they stand: each host of a lattice is asked once for all that it
    /// runs, and nothing is waited for.
    pub async fn look_at<'s>(&self, standings: impl Iterator<Item = &'s mut Standing>) -> Result<(), DeployError> {
        match self {
            Self::Lattice(lattice) => {
                let inventories = lattice.inventories().await?;
                for standing in standings {
                    standing.state = state(&standing.parts, &inventories);
                }
            }
            // It said so with the rest.
            #[cfg(feature = "local")]
            Self::Local(_) => {}
        }
        Ok(())
    }
}

impl Lattice {
    /// Target → what its hosts run; none of a host that does not say.
    async fn inventories(&self) -> Result<BTreeMap<String, Vec<Option<Inventory>>>, DeployError> {
        let hosts = self.hosts().await?;
        let asking = hosts.iter().map(|host| async move {
            let target = host.target().unwrap_or_default().to_owned();
            Ok::<_, DeployError>((target, self.control.inventory(host).await?))
        });
        let asked: Vec<_> = stream::iter(asking.collect::<Vec<_>>())
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut inventories: BTreeMap<String, Vec<Option<Inventory>>> = BTreeMap::new();
        for one in asked {
            let (target, asked) = one?;
            let inventory = match asked {
                Asked::Runs(inventory) => Some(inventory),
                Asked::Silent => None,
                Asked::Gone => continue,
            };
            inventories.entry(target).or_default().push(inventory);
        }
        Ok(inventories)
    }
}

fn state(parts: &Parts, inventories: &BTreeMap<String, Vec<Option<Inventory>>>) -> TargetState {
    let on = inventories.get(parts.target()).map_or(&[][..], Vec::as_slice);
    let runs = |inventory: &Option<Inventory>| inventory.as_ref().is_some_and(|inventory| parts.are_all_in(inventory));
    match on {
        [] => TargetState::Waiting,
        on if on.iter().all(runs) => TargetState::Running,
        _ => TargetState::Failed,
    }
}

fn seal(deployed: &Deployed) -> [u8; 16] {
    let mut text = Vec::with_capacity(512);
    let mut part = |one: &str| {
        text.extend((one.len() as u64).to_le_bytes());
        text.extend(one.as_bytes());
    };
    part(&deployed.application);
    part(if deployed.deployed { "deployed" } else { "known" });
    for (key, value) in &deployed.annotations {
        if !LEFT_OUT.contains(&key.as_str()) {
            part(key);
            part(value);
        }
    }
    half(Sha256::digest(&text).into())
}

/// Enough of a digest: another text with the same one is out of reach.
fn half(digest: [u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}
