//! A deployment as it was recorded, and the manifest that puts it back.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::Specification;
use super::application::{annotations, ids_of, image_of};
use super::history::{DEPLOYED, RESTORED, RUN, note, text};
use super::link::ways;
use crate::generate::{Manifest, SQL_CONFIG};

/// A deployment of one application: what runs, or what ran.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    document: Value,
    annotations: BTreeMap<String, String>,
}

impl Earlier {
    pub(super) fn of(document: Value) -> Self {
        Self {
            annotations: annotations(&document),
            document,
        }
    }

    pub(super) fn into_document(self) -> Value {
        self.document
    }

    /// The manifest's version, `1.0.0-` and 12 hex digits.
    pub fn version(&self) -> &str {
        self.annotations.get("version").map_or("", String::as_str)
    }

    /// The component's image, pinned by its digest.
    pub fn image(&self) -> &str {
        image_of(&self.document).unwrap_or_default()
    }

    /// Of what the component was built from.
    pub fn fingerprint(&self) -> Option<String> {
        text(&self.annotations, "pelato.fingerprint")
    }

    /// The commit, where there was one.
    pub fn commit(&self) -> Option<String> {
        text(&self.annotations, "pelato.commit")
    }

    /// The run that deployed it. None where an older Pelato did.
    pub fn run(&self) -> Option<String> {
        text(&self.annotations, RUN)
    }

    /// The run whose deployment was put back by this one.
    pub fn restored(&self) -> Option<String> {
        text(&self.annotations, RESTORED)
    }

    /// When it was deployed, RFC 3339 in UTC. None where an older Pelato did. Two of
    /// them compare as texts.
    pub fn at(&self) -> Option<String> {
        text(&self.annotations, DEPLOYED)
    }

    /// Where it listens for HTTP, if it does.
    pub fn address(&self) -> Option<String> {
        let read = Specification::of(&self.document).ok()?;
        read.address.map(|address| address.to_string())
    }

    /// Whether it writes to the environment's database.
    pub fn needs_database(&self) -> bool {
        !ways(&self.document).is_empty()
    }

    /// The manifest as it was, to be put by `run`. A way to a database gets the name
    /// that it has today, `mark` at its end: the name says what is in it, and that is
    /// today's address and password.
    pub fn manifest(&self, run: &str, mark: Option<&str>) -> Manifest {
        let mut document = self.document.clone();
        let application = document["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        let mut version = self.version().to_owned();
        if let Some(mark) = mark {
            let today = format!("{SQL_CONFIG}-{application}-{mark}");
            for name in ways(&self.document).into_iter().filter(|name| *name != today) {
                rename(&mut document, &name, &today);
                version = versioned(&version, &today);
            }
        }
        note(&mut document, "version", &version);
        if let Some(restored) = self.restored().or_else(|| self.run()) {
            note(&mut document, RESTORED, &restored);
        }
        let (component_id, provider_ids) = ids_of(&application, &document);
        Manifest {
            target: self.annotations.get("pelato.target").cloned().unwrap_or_default(),
            application,
            version,
            component_id,
            provider_ids,
            address: self.address(),
            document,
        }
        .by(run)
    }
}

/// Other content has another version.
fn versioned(version: &str, config: &str) -> String {
    let digest = hex::encode(Sha256::digest(format!("{version} {config}")));
    let task = version.rsplit_once('-').map_or(version, |(task, _)| task);
    format!("{task}-{}", digest.get(..12).unwrap_or_default())
}

fn rename(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => to.clone_into(text),
        Value::Array(all) => all.iter_mut().for_each(|value| rename(value, from, to)),
        Value::Object(all) => all.values_mut().for_each(|value| rename(value, from, to)),
        _ => {}
    }
}
