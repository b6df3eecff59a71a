//! A wadm application, and whose it is.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::DeployError;
use super::gate::Gate;
use super::history::RESTORED;
use super::host::Inventory;
use crate::generate::{Manifest, Owner};

/// What wadm has of an application.
#[derive(Clone, Debug, PartialEq)]
pub struct Deployed {
    /// Its name, `<component_name>-<target>`.
    pub application: String,
    /// The version that is deployed, else the latest one.
    pub version: String,
    /// Whether any version is.
    pub deployed: bool,
    /// Of that version: `pelato.repository` and the others.
    pub annotations: BTreeMap<String, String>,
    /// The whole manifest of that version.
    pub document: Value,
}

/// What of an owner decides whether an application is theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claim {
    repository: String,
    project: String,
    environment: String,
}

impl Claim {
    /// From annotations; none where nobody claims it.
    pub(super) fn of(annotations: &BTreeMap<String, String>) -> Option<Self> {
        let get = |key: &str| annotations.get(key).cloned();
        Some(Self {
            repository: get("pelato.repository")?,
            project: get("pelato.project")?,
            environment: get("pelato.environment")?,
        })
    }
}

impl From<&Owner> for Claim {
    fn from(owner: &Owner) -> Self {
        Self {
            repository: owner.repository.clone(),
            project: owner.project.clone(),
            environment: owner.environment.clone(),
        }
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            repository,
            project,
            environment,
        } = self;
        match project.as_str() {
            "" | "." => write!(f, "{repository} (environment {environment})"),
            project => write!(f, "{repository}, project {project} (environment {environment})"),
        }
    }
}

impl Deployed {
    /// Whether it is of this repository, project and environment.
    pub fn is_of(&self, owner: &Owner) -> bool {
        Claim::of(&self.annotations) == Some(Claim::from(owner))
    }

    /// Whose it is, for people; none where pelato did not deploy it.
    pub fn owner(&self) -> Option<String> {
        Claim::of(&self.annotations).map(|claim| claim.to_string())
    }

    /// The image of its component.
    pub fn image(&self) -> Option<&str> {
        image_of(&self.document)
    }

    /// The target that it is for.
    pub(super) fn target(&self) -> Option<&str> {
        self.annotations.get("pelato.target").map(String::as_str)
    }

    /// Whether `rollback` put it back.
    pub fn is_restored(&self) -> bool {
        self.annotations.contains_key(RESTORED)
    }

    /// Refuses what is not `ours`; `place` is what it is on.
    pub(super) fn check(&self, ours: &Claim, place: &'static str) -> Result<(), DeployError> {
        let theirs = Claim::of(&self.annotations);
        if theirs.as_ref() == Some(ours) {
            return Ok(());
        }
        Err(DeployError::Foreign {
            application: self.application.clone(),
            place,
            theirs: match theirs {
                Some(theirs) => theirs.to_string(),
                None => "someone who did not deploy it with pelato".to_owned(),
            },
            ours: ours.to_string(),
        })
    }

    /// The ids under which hosts run its parts.
    pub(super) fn ids(&self) -> Vec<String> {
        parts(&self.document)
            .map(|(name, properties)| id(&self.application, name, &properties))
            .collect()
    }
}

/// The parts of an application, as the inventory of a host has to show them.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    target: String,
    image: Option<String>,
    component: Option<String>,
    providers: Vec<String>,
    gate: Option<Gate>,
}

impl Parts {
    pub(super) fn of(deployed: &Deployed) -> Self {
        let mut found = Self {
            target: deployed.annotations.get("pelato.target").cloned().unwrap_or_default(),
            image: None,
            component: None,
            providers: Vec::new(),
            gate: Gate::of(&deployed.application, &deployed.document),
        };
        for (name, properties) in parts(&deployed.document) {
            let id = id(&deployed.application, name, &properties);
            if properties["kind"] == "component" {
                found.image = properties["image"].as_str().map(str::to_owned);
                found.component = Some(id);
            } else {
                found.providers.push(id);
            }
        }
        found
    }

    /// The image of the component.
    pub(super) fn image(&self) -> Option<&str> {
        self.image.as_deref()
    }

    /// The `host-type` that it is for.
    pub(super) fn target(&self) -> &str {
        &self.target
    }

    /// Whether a host runs all of it.
    pub(super) fn are_all_in(&self, inventory: &Inventory) -> bool {
        let runs = |id: &String| inventory.providers.iter().any(|part| part.id == *id);
        let may_lack = |id: &String| self.gate.as_ref().is_some_and(|gate| gate.may_lack(id, inventory));
        self.is_component_in(inventory) && self.providers.iter().all(|id| runs(id) || may_lack(id))
    }

    /// Whether a host runs the component, whatever providers it has.
    pub(super) fn is_component_in(&self, inventory: &Inventory) -> bool {
        let ours = inventory
            .components
            .iter()
            .find(|part| self.component.as_deref() == Some(&part.id));
        let image = ours.and_then(|part| part.image_ref.as_deref());
        // Hosts lower-case what they are given.
        image
            .zip(self.image.as_deref())
            .is_some_and(|(is, wanted)| is.eq_ignore_ascii_case(wanted))
    }

    /// What waits for a word.
    pub(super) fn gate(&self) -> Option<&Gate> {
        self.gate.as_ref()
    }
}

/// What of a manifest the lattice has to show.
pub(super) struct Wanted {
    pub(super) claim: Claim,
    /// For the reporter.
    pub(super) task: String,
    /// The image of the component, pinned.
    pub(super) image: String,
    /// The ids of the providers that are processes of their own.
    pub(super) processes: Vec<String>,
    /// What waits for a word.
    pub(super) gate: Option<Gate>,
}

/// What begins the image of a provider that is part of the host.
const BUILT_IN: &str = "wasmcloud+builtin:";

/// Whether the image of a provider is part of the host.
pub(super) fn is_built_in(image: &Value) -> bool {
    image.as_str().is_some_and(|image| image.starts_with(BUILT_IN))
}

impl Wanted {
    pub(super) fn of(manifest: &Manifest) -> Result<Self, DeployError> {
        let wrong = |reason: &str| DeployError::Manifest {
            application: manifest.application.clone(),
            reason: reason.to_owned(),
        };
        let annotations = annotations(&manifest.document);
        let claim = Claim::of(&annotations).ok_or_else(|| {
            wrong("it lacks one of the annotations pelato.repository, pelato.project, pelato.environment")
        })?;
        let image = parts(&manifest.document)
            .find(|(_, properties)| properties["kind"] == "component")
            .and_then(|(_, properties)| properties["image"].as_str().map(str::to_owned))
            .ok_or_else(|| wrong("it has no component with an image"))?;
        let processes = parts(&manifest.document)
            .filter(|(_, properties)| properties["kind"] == "capability")
            .filter(|(_, properties)| !is_built_in(&properties["image"]))
            .map(|(name, properties)| id(&manifest.application, name, &properties))
            .collect();
        Ok(Self {
            claim,
            task: annotations
                .get("pelato.component")
                .cloned()
                .unwrap_or_else(|| manifest.application.clone()),
            image,
            processes,
            gate: Gate::of(&manifest.application, &manifest.document),
        })
    }
}

impl Wanted {
    /// Whether it takes messages only when another target does not.
    pub(super) fn is_second(&self) -> bool {
        self.gate.as_ref().is_some_and(Gate::is_second)
    }
}

/// The image of a manifest's component.
pub(super) fn image_of(document: &Value) -> Option<&str> {
    let parts = document["spec"]["components"].as_array()?;
    let component = parts.iter().find(|part| part["type"] == "component")?;
    component["properties"]["image"].as_str()
}

/// The ids under which hosts run the component and the providers of a manifest.
pub(super) fn ids_of(application: &str, document: &Value) -> (String, Vec<String>) {
    let of = |kind: &str| -> Vec<String> {
        parts(document)
            .filter(|(_, properties)| properties["kind"] == kind)
            .map(|(name, properties)| id(application, name, &properties))
            .collect()
    };
    (of("component").into_iter().next().unwrap_or_default(), of("capability"))
}

/// The ids of the parts of a manifest, its properties aside, that `are`.
pub(super) fn ids_with(application: &str, document: &Value, are: impl Fn(&Value) -> bool) -> Vec<String> {
    let parts = document["spec"]["components"].as_array().into_iter().flatten();
    let named = parts.filter(|part| are(part)).filter_map(|part| {
        let name = part["name"].as_str()?;
        Some(id(application, name, &part["properties"]))
    });
    named.collect()
}

/// `metadata.annotations` of a manifest.
pub(super) fn annotations(document: &Value) -> BTreeMap<String, String> {
    let annotations = document["metadata"]["annotations"].as_object();
    annotations
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// Name and properties of each part, its type under `kind` with them.
fn parts(document: &Value) -> impl Iterator<Item = (&str, Value)> {
    document["spec"]["components"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|part| {
            let mut properties = part["properties"].clone();
            if let Value::Object(properties) = &mut properties {
                properties.insert("kind".to_owned(), part["type"].clone());
            }
            Some((part["name"].as_str()?, properties))
        })
}

/// The id under which a host runs a part: its own, else one that wadm makes.
pub(super) fn id(application: &str, name: &str, properties: &Value) -> String {
    match properties["id"].as_str() {
        Some(id) => id.to_owned(),
        None => format!("{}-{}", plain(application), plain(name)),
    }
}

/// wadm's way of making a part of an id of a name.
pub(super) fn plain(name: &str) -> String {
    name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}
