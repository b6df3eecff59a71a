//! One template: its description, and the files that become a Go project and a
//! manifest.

use std::collections::BTreeMap;

use handlebars::Handlebars;
use serde::Serialize;

use crate::workflow::TemplateSpec;

use super::digest::Digest;
use super::{TemplateError, fill};

/// Path to content, below some folder.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

const SPEC: &str = "template.yaml";
const SKELETON: &str = "skeleton/";
const WORLD: &str = "world.wit";
const MANIFEST: &str = "wadm.yaml";
/// What is rendered, and as what: everything else is copied.
const RENDERED: &str = ".go.hbs";
/// The WIT packages of a shared part.
const PART_WIT: &str = "package.wit";

/// A template that was read and found whole.
#[derive(Debug)]
pub struct Template {
    spec: TemplateSpec,
    copied: Files,
    code: Handlebars<'static>,
    manifest: Handlebars<'static>,
    wit: String,
    digest: String,
}

impl Template {
    /// Reads the template in `folder`. `shared` holds the parts it may name.
    pub(super) fn read(name: &str, folder: &Files, shared: &Files) -> Result<Self, TemplateError> {
        let reading = Reading { name, folder };
        let (spec, parts) = spec(name, reading.text(SPEC)?)?;
        let mut template = Self {
            copied: Files::new(),
            code: fill::go(),
            manifest: fill::yaml(),
            wit: reading.text(WORLD)?.to_owned(),
            digest: String::new(),
            spec,
        };
        let manifest = reading.template(MANIFEST)?;
        template
            .manifest
            .register_template_string(MANIFEST, manifest)
            .map_err(|error| reading.wrong(MANIFEST, error.to_string()))?;
        for (path, content) in below(folder, SKELETON) {
            let Some(target) = path.strip_suffix(".hbs") else {
                template.copied.insert(path.to_owned(), content.clone());
                continue;
            };
            let file = format!("{SKELETON}{path}");
            if !path.ends_with(RENDERED) {
                return Err(reading.wrong(&file, "only Go files can be rendered, ….go.hbs".into()));
            }
            template
                .code
                .register_template_string(target, reading.template(&file)?)
                .map_err(|error| reading.wrong(&file, error.to_string()))?;
        }
        for part in parts {
            template.add_part(&part, shared, &reading)?;
        }
        template.digest = template.digest_of(below(folder, SKELETON));
        Ok(template)
    }

    fn add_part(&mut self, part: &str, shared: &Files, reading: &Reading<'_>) -> Result<(), TemplateError> {
        let prefix = format!("{part}/");
        let mut empty = true;
        for (path, content) in below(shared, &prefix) {
            empty = false;
            if path == PART_WIT {
                let wit = str::from_utf8(content)
                    .map_err(|error| reading.wrong(&format!("../shared/{prefix}{path}"), error.to_string()))?;
                self.wit.push('\n');
                self.wit.push_str(wit);
            } else {
                self.copied.insert(format!("internal/{prefix}{path}"), content.clone());
            }
        }
        if empty {
            return Err(TemplateError::NoPart {
                template: reading.name.to_owned(),
                part: part.to_owned(),
            });
        }
        Ok(())
    }

    fn digest_of<'a>(&self, skeleton: impl Iterator<Item = (&'a str, &'a Vec<u8>)>) -> String {
        Digest::default()
            .part(&self.wit)
            .part(&self.spec.world)
            .named(&self.copied)
            .named(skeleton)
            .hex()
    }

    /// What it says about itself.
    pub fn spec(&self) -> &TemplateSpec {
        &self.spec
    }

    /// Whether its tasks write to the database of their environment.
    pub fn needs_database(&self) -> bool {
        self.wit.contains("import wasmcloud:postgres/")
    }

    /// The WIT of its world and of all that the world names.
    pub(super) fn wit(&self) -> &str {
        &self.wit
    }

    /// SHA-256 of what its Go projects are made from, as 64 hex digits.
    pub(super) fn digest(&self) -> &str {
        &self.digest
    }

    /// The Go project without the author's file. The error is the file of the
    /// template and what is wrong with it.
    pub(super) fn project(&self, context: &impl Serialize) -> Result<Files, (String, String)> {
        let mut files = self.copied.clone();
        for path in self.code.get_templates().keys() {
            let content = self
                .code
                .render(path, context)
                .map_err(|error| (format!("{SKELETON}{path}.hbs"), error.to_string()))?;
            files.insert(path.clone(), content.into_bytes());
        }
        Ok(files)
    }

    /// The manifest's text. The error is as with [`Self::project`].
    pub(super) fn manifest(&self, context: &impl Serialize) -> Result<String, (String, String)> {
        self.manifest
            .render(MANIFEST, context)
            .map_err(|error| (MANIFEST.to_owned(), error.to_string()))
    }

    /// What a document that came out wrong is said to have come from.
    pub(super) fn wrong_manifest(reason: impl ToString) -> (String, String) {
        (MANIFEST.to_owned(), reason.to_string())
    }
}

/// A template's folder while it is read.
struct Reading<'a> {
    name: &'a str,
    folder: &'a Files,
}

impl Reading<'_> {
    fn text(&self, file: &str) -> Result<&str, TemplateError> {
        let content = self.folder.get(file).ok_or_else(|| TemplateError::Missing {
            template: self.name.to_owned(),
            file: file.to_owned(),
        })?;
        str::from_utf8(content).map_err(|error| self.wrong(file, error.to_string()))
    }

    fn template(&self, file: &str) -> Result<&str, TemplateError> {
        let text = self.text(file)?;
        match fill::refused(text) {
            Some(reason) => Err(self.wrong(file, reason.to_owned())),
            None => Ok(text),
        }
    }

    fn wrong(&self, file: &str, reason: String) -> TemplateError {
        TemplateError::File {
            template: self.name.to_owned(),
            file: file.to_owned(),
            reason,
        }
    }
}

/// `template.yaml`: the description, and the shared parts beside it.
fn spec(template: &str, text: &str) -> Result<(TemplateSpec, Vec<String>), TemplateError> {
    let wrong = |error: serde_yaml::Error| TemplateError::Spec {
        template: template.to_owned(),
        reason: error.to_string(),
    };
    let mut document: serde_yaml::Value = serde_yaml::from_str(text).map_err(wrong)?;
    // Which files it takes from beside it concerns no one but this room.
    let parts = match document.as_mapping_mut().and_then(|map| map.remove("shared")) {
        Some(parts) => serde_yaml::from_value(parts).map_err(wrong)?,
        None => Vec::new(),
    };
    let spec: TemplateSpec = serde_yaml::from_value(document).map_err(wrong)?;
    if spec.name != template {
        return Err(TemplateError::Spec {
            template: template.to_owned(),
            reason: format!(
                "its name is {}, the folder's is {template}: make them the same",
                spec.name
            ),
        });
    }
    Ok((spec, parts))
}

fn below<'a>(files: &'a Files, prefix: &str) -> impl Iterator<Item = (&'a str, &'a Vec<u8>)> {
    files
        .iter()
        .filter_map(move |(path, content)| Some((path.strip_prefix(prefix)?, content)))
}
