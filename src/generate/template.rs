//! One template: its description, and the files that become a Go project and a
//! manifest.

mod check;
mod describe;
mod expressions;
mod placed;
mod sample;
mod world;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use handlebars::Handlebars;
use serde::Serialize;

pub(super) use self::check::unusable_part;
use self::describe::{Description, describe};
use self::world::Part;
use super::digest::Digest;
use super::render::WIT;
use super::{TemplateError, fill};
use crate::golang::{GO_MOD, GO_SUM, read_module};
use crate::workflow::TemplateSpec;

/// Path to content, below some folder.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

const SPEC: &str = "template.yaml";
const SKELETON: &str = "skeleton/";
const EXAMPLE: &str = "example/";
const WORLD: &str = "world.wit";
const MANIFEST: &str = "wadm.yaml";
/// What is rendered, and as what: everything else is copied.
const RENDERED: &str = ".go.hbs";
/// The WIT packages of a shared part.
const PART_WIT: &str = "package.wit";
/// Where a shared part stands in the Go project.
const INTERNAL: &str = "internal/";

/// A template that was read and found whole.
#[derive(Debug)]
pub struct Template {
    description: Description,
    /// Its folder as messages name it, `templates/small`; none for what comes with
    /// Pelato.
    place: Option<String>,
    folder: Files,
    parts: Vec<(String, Files)>,
    /// Most runs need one template of all.
    compiled: OnceLock<Result<Compiled, (String, String)>>,
}

/// What a template is once a task needs it.
#[derive(Debug)]
struct Compiled {
    copied: Files,
    code: Handlebars<'static>,
    manifest: Handlebars<'static>,
    wit: String,
    digest: String,
}

/// The function, and the cases beside it, that a template shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The task's name for people.
    pub name: String,
    /// Values of the template's keys.
    pub keys: BTreeMap<String, String>,
    /// The author's file.
    pub code: String,
    /// Its cases, where it has some.
    pub cases: Option<String>,
}

impl Template {
    /// Reads the template of Pelato's own in `folder`. `shared` has the parts that it
    /// may name.
    pub(super) fn ours(name: &str, folder: Files, shared: &BTreeMap<String, Files>) -> Result<Self, TemplateError> {
        let description = describe(name, &format!("{name}/{SPEC}"), text_of(&folder, SPEC))?;
        Ok(Self::of(description, None, folder, shared))
    }

    /// Reads the template of somebody else's in `folder`, which messages call
    /// `place/name`, and looks at all of it.
    pub(super) fn examined(
        name: &str,
        place: &str,
        folder: Files,
        shared: &BTreeMap<String, Files>,
    ) -> Result<Self, TemplateError> {
        let place = format!("{place}/{name}");
        check::files(&place, name, &folder)?;
        let description = describe(name, &format!("{place}/{SPEC}"), text_of(&folder, SPEC))?;
        check::texts(&place, &description, &folder, shared)?;
        let template = Self::of(description, Some(place), folder, shared);
        if let Err((file, reason)) = template.compiled() {
            let mut wrong = TemplateError::default();
            wrong.file(template.shown(file), reason);
            return Err(wrong);
        }
        sample::check(&template)?;
        Ok(template)
    }

    fn of(
        mut description: Description,
        place: Option<String>,
        folder: Files,
        shared: &BTreeMap<String, Files>,
    ) -> Self {
        if let Some(go_mod) = folder.get(&format!("{SKELETON}{GO_MOD}")) {
            let requires = read_module(&String::from_utf8_lossy(go_mod)).requires;
            description.spec.modules = requires.into_iter().map(|require| require.path).collect();
        }
        let parts = description.parts.iter();
        let parts = parts.filter_map(|(part, _)| Some((part.clone(), shared.get(part)?.clone())));
        let parts: Vec<(String, Files)> = parts.collect();
        description.spec.generated = generated(&folder, &parts);
        Self {
            parts,
            description,
            place,
            folder,
            compiled: OnceLock::new(),
        }
    }

    /// What it says about itself.
    pub fn spec(&self) -> &TemplateSpec {
        &self.description.spec
    }

    /// A line about it.
    pub fn summary(&self) -> &str {
        &self.description.summary
    }

    /// The folder that it comes from; none where it came with Pelato.
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// A task of it to begin with.
    pub fn example(&self) -> Example {
        let spec = self.spec();
        let (name, keys) = &self.description.example;
        let text = |file: &str| {
            self.folder
                .get(&format!("{EXAMPLE}{file}"))
                .map(|text| String::from_utf8_lossy(text).into_owned())
        };
        Example {
            name: if name.is_empty() {
                format!("A {}", spec.name)
            } else {
                name.clone()
            },
            keys: keys.clone(),
            code: text("task.go").unwrap_or_else(|| stub(spec)),
            cases: text("task.test.yaml"),
        }
    }

    /// Whether its tasks write to the database of their environment.
    pub fn needs_database(&self) -> bool {
        self.wit().contains("import wasmcloud:postgres/")
    }

    /// The WIT of its world and of all that the world names.
    pub(super) fn wit(&self) -> &str {
        self.compiled().map_or("", |compiled| &compiled.wit)
    }

    /// SHA-256 of what its Go projects are made from, as 64 hex digits.
    pub(super) fn digest(&self) -> &str {
        self.compiled().map_or("", |compiled| &compiled.digest)
    }

    /// Adds all that it is made from, the name of its place included: messages have that.
    pub(super) fn add_to(&self, digest: Digest) -> Digest {
        let digest = digest
            .part(&self.spec().name)
            .part(self.place.as_deref().unwrap_or_default())
            .part(self.folder.len().to_string())
            .named(&self.folder);
        let parts = self.parts.iter();
        parts.fold(digest.part(self.parts.len().to_string()), |digest, (part, files)| {
            digest.part(part).part(files.len().to_string()).named(files)
        })
    }

    /// The Go project without the author's file. The error is the file of the
    /// template and what is wrong with it.
    pub(super) fn project(&self, context: &impl Serialize) -> Result<Files, (String, String)> {
        let compiled = self.compiled().map_err(Clone::clone)?;
        let mut files = compiled.copied.clone();
        for path in compiled.code.get_templates().keys() {
            let content = compiled
                .code
                .render(path, context)
                .map_err(|error| (format!("{SKELETON}{path}.hbs"), error.to_string()))?;
            files.insert(path.clone(), content.into_bytes());
        }
        Ok(files)
    }

    /// The manifest's text. The error is as with [`Self::project`].
    pub(super) fn manifest(&self, context: &impl Serialize) -> Result<String, (String, String)> {
        let compiled = self.compiled().map_err(Clone::clone)?;
        compiled
            .manifest
            .render(MANIFEST, context)
            .map_err(|error| (MANIFEST.to_owned(), error.to_string()))
    }

    /// What a document that came out wrong is said to have come from.
    pub(super) fn wrong_manifest(reason: impl ToString) -> (String, String) {
        (MANIFEST.to_owned(), reason.to_string())
    }

    fn shown(&self, file: &str) -> String {
        match &self.place {
            Some(place) => format!("{place}/{file}"),
            None => format!("{}/{file}", self.spec().name),
        }
    }

    fn compiled(&self) -> Result<&Compiled, &(String, String)> {
        self.compiled.get_or_init(|| self.compile()).as_ref()
    }

    fn compile(&self) -> Result<Compiled, (String, String)> {
        let mut compiled = Compiled {
            copied: Files::new(),
            code: fill::go(),
            manifest: fill::yaml(),
            wit: String::new(),
            digest: String::new(),
        };
        let wrong = |file: &str, error: handlebars::TemplateError| (file.to_owned(), error.reason().to_string());
        compiled
            .manifest
            .register_template_string(MANIFEST, text_of(&self.folder, MANIFEST))
            .map_err(|error| wrong(MANIFEST, error))?;
        for (path, content) in below(&self.folder, SKELETON) {
            let file = format!("{SKELETON}{path}");
            match path.strip_suffix(".hbs") {
                Some(target) => compiled
                    .code
                    .register_template_string(target, text_of(&self.folder, &file))
                    .map_err(|error| wrong(&file, error))?,
                None => drop(compiled.copied.insert(path.to_owned(), content.clone())),
            }
        }
        for (part, files) in &self.parts {
            let code = files.iter().filter(|(path, _)| *path != PART_WIT);
            let code = code.map(|(path, content)| (format!("{INTERNAL}{part}/{path}"), content.clone()));
            compiled.copied.extend(code);
        }
        compiled.wit = world::joined(&wit_of(&self.folder, &self.parts, WORLD, &[]));
        compiled.digest = Digest::default()
            .part(&compiled.wit)
            .part(&self.spec().world)
            .named(&compiled.copied)
            .named(below(&self.folder, SKELETON))
            .hex();
        Ok(compiled)
    }
}

/// The texts of a template's WIT: its own, and those of its parts, which `files` names.
fn wit_of<'t>(folder: &'t Files, parts: &'t [(String, Files)], world: &'t str, files: &'t [String]) -> Vec<Part<'t>> {
    let mut all = vec![Part {
        file: world,
        text: text_of(folder, WORLD),
    }];
    for (index, (_, part)) in parts.iter().enumerate() {
        if part.contains_key(PART_WIT) {
            all.push(Part {
                file: files.get(index).map_or(PART_WIT, String::as_str),
                text: text_of(part, PART_WIT),
            });
        }
    }
    all
}

/// The paths of its Go project that an author's file cannot have.
fn generated(folder: &Files, parts: &[(String, Files)]) -> Vec<String> {
    let skeleton = below(folder, SKELETON).map(|(path, _)| path.strip_suffix(".hbs").unwrap_or(path).to_owned());
    let parts = parts.iter().flat_map(|(part, files)| {
        let code = files.keys().filter(|path| *path != PART_WIT);
        code.map(move |path| format!("{INTERNAL}{part}/{path}"))
    });
    let others = [WIT.to_owned(), GO_SUM.to_owned()];
    skeleton.chain(parts).chain(others).collect()
}

/// A file that is a text; nothing where it is none.
fn text_of<'f>(files: &'f Files, path: &str) -> &'f str {
    let content = files.get(path).map(Vec::as_slice).unwrap_or_default();
    str::from_utf8(content).unwrap_or_default()
}

/// A function of the first signature that returns what it is given, or nothing.
fn stub(spec: &TemplateSpec) -> String {
    let signature = spec
        .signatures
        .first()
        .map_or("func exec_task(arg string) string", String::as_str);
    format!("package main\n\n{signature} {{\n\tpanic(\"write me\")\n}}\n")
}

fn below<'a>(files: &'a Files, prefix: &str) -> impl Iterator<Item = (&'a str, &'a Vec<u8>)> {
    files
        .iter()
        .filter_map(move |(path, content)| Some((path.strip_prefix(prefix)?, content)))
}
