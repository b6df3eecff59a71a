//! All templates there are: those that come with Pelato, and a folder of somebody
//! else's.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use include_dir::{Dir, include_dir};

use crate::document::closest;
use crate::source::ProjectFiles;
use crate::workflow::TemplateSpec;

use super::digest::Digest;
use super::template::{Files, unusable_part};
use super::{Template, TemplateError};

/// In the binary, so that an installed one needs nothing beside it.
static BUILTIN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The folder of what several templates share, beside theirs.
const SHARED: &str = "shared";

/// A set of templates.
#[derive(Debug)]
pub struct Templates {
    by_name: BTreeMap<String, Template>,
    /// Part to files.
    shared: BTreeMap<String, Files>,
}

impl Templates {
    /// Those that come with Pelato.
    pub fn builtin() -> Result<Self, TemplateError> {
        let mut files = Files::new();
        collect(&BUILTIN, &mut files);
        let mut folders = folders(&files);
        let shared = folders.remove(SHARED).unwrap_or_default();
        let mut templates = Self {
            by_name: BTreeMap::new(),
            shared: self::folders(&shared),
        };
        for (name, folder) in folders {
            let template = Template::ours(&name, folder, &templates.shared)?;
            templates.by_name.insert(name, template);
        }
        Ok(templates)
    }

    /// Those that come with Pelato, and those of a folder: each folder in it is one, but
    /// for `shared`, whose parts stand beside Pelato's own.
    ///
    /// # Errors
    /// All that is wrong with any of them, a name that is taken already included.
    pub fn with(files: &ProjectFiles) -> Result<Self, TemplateError> {
        let mut templates = Self::builtin()?;
        let mut wrong = TemplateError::default();
        let mut folders = folders(&files.files);
        for (part, content) in self::folders(&folders.remove(SHARED).unwrap_or_default()) {
            let place = files.shown(&format!("{SHARED}/{part}"));
            let unusable = unusable_part(&part, &content);
            match (templates.shared.entry(part), unusable) {
                (Entry::Occupied(_), _) => wrong.file(place, "Pelato has a shared part of that name: rename yours"),
                (_, Some((file, reason))) => wrong.file(format!("{place}/{file}"), reason),
                (Entry::Vacant(free), None) => drop(free.insert(content)),
            }
        }
        for (name, folder) in folders {
            match Template::examined(&name, &files.path, folder, &templates.shared) {
                Ok(template) => templates.add(template, &mut wrong),
                Err(error) => wrong.extend(error),
            }
        }
        wrong.done()?;
        Ok(templates)
    }

    fn add(&mut self, template: Template, wrong: &mut TemplateError) {
        let spec = template.spec();
        for name in [&spec.name].into_iter().chain(&spec.aliases) {
            if let Some(other) = self.get(name) {
                let of = match other.place() {
                    Some(place) => format!("the template in {place}"),
                    None => format!("`{}`, which comes with Pelato,", other.spec().name),
                };
                let place = template.place().unwrap_or_default();
                wrong.file(place, format!("{of} is called `{name}` too: rename yours"));
            }
        }
        self.by_name.insert(spec.name.clone(), template);
    }

    /// What they say about themselves, by name.
    pub fn specs(&self) -> Vec<&TemplateSpec> {
        self.all().map(Template::spec).collect()
    }

    /// All of them, by name.
    pub fn all(&self) -> impl Iterator<Item = &Template> {
        self.by_name.values()
    }

    /// SHA-256 of all files of all of them, as 64 hex digits.
    pub fn digest(&self) -> String {
        let digest = self
            .all()
            .fold(Digest::default(), |digest, template| template.add_to(digest));
        digest.hex()
    }

    /// The template of that name or alias.
    pub fn get(&self, name_or_alias: &str) -> Option<&Template> {
        self.by_name.get(name_or_alias).or_else(|| {
            self.by_name
                .values()
                .find(|template| template.spec().aliases.iter().any(|alias| alias == name_or_alias))
        })
    }

    /// The same, or what to say where there is none.
    pub fn named(&self, name: &str) -> Result<&Template, String> {
        self.get(name).ok_or_else(|| {
            let names = || self.by_name.keys().map(String::as_str);
            match closest(name, names()) {
                Some(meant) => format!("there is no template `{name}`; did you mean `{meant}`?"),
                None => format!(
                    "there is no template `{name}`; there are: {}",
                    names().collect::<Vec<_>>().join(", ")
                ),
            }
        })
    }
}

/// The folders at the top of a folder, and what is in them.
fn folders(files: &Files) -> BTreeMap<String, Files> {
    let mut folders: BTreeMap<String, Files> = BTreeMap::new();
    for (path, content) in files {
        if let Some((folder, rest)) = path.split_once('/') {
            let folder = folders.entry(folder.to_owned()).or_default();
            folder.insert(rest.to_owned(), content.clone());
        }
    }
    folders
}

fn collect(dir: &Dir<'_>, files: &mut Files) {
    for file in dir.files() {
        // What is not UTF-8 is no path of a template's.
        if let Some(path) = file.path().to_str() {
            files.insert(path.replace('\\', "/"), file.contents().to_vec());
        }
    }
    for folder in dir.dirs() {
        collect(folder, files);
    }
}

#[cfg(test)]
mod tests;
