//! All templates there are.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

use crate::workflow::TemplateSpec;

use super::template::Files;
use super::{Template, TemplateError};

/// In the binary, so that an installed one needs nothing beside it.
static BUILTIN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The folder of what several templates share, beside theirs.
const SHARED: &str = "shared";

/// A set of templates.
#[derive(Debug)]
pub struct Templates {
    by_name: BTreeMap<String, Template>,
}

impl Templates {
    /// Those that come with Pelato.
    pub fn builtin() -> Result<Self, TemplateError> {
        let mut files = Files::new();
        collect(&BUILTIN, &mut files);
        Self::read(&files)
    }

    /// Those in a folder: each folder in it is one, but for `shared`.
    fn read(files: &Files) -> Result<Self, TemplateError> {
        let mut folders: BTreeMap<&str, Files> = BTreeMap::new();
        for (path, content) in files {
            if let Some((folder, rest)) = path.split_once('/') {
                let folder = folders.entry(folder).or_default();
                folder.insert(rest.to_owned(), content.clone());
            }
        }
        let shared = folders.remove(SHARED).unwrap_or_default();
        let mut templates = Self {
            by_name: BTreeMap::new(),
        };
        for (name, folder) in &folders {
            templates.add(Template::read(name, folder, &shared)?)?;
        }
        Ok(templates)
    }

    fn add(&mut self, template: Template) -> Result<(), TemplateError> {
        let spec = template.spec();
        if let Some(name) = [&spec.name]
            .into_iter()
            .chain(&spec.aliases)
            .find(|name| self.get(name).is_some())
        {
            return Err(TemplateError::Twice { name: name.clone() });
        }
        self.by_name.insert(spec.name.clone(), template);
        Ok(())
    }

    /// What they say about themselves, by name.
    pub fn specs(&self) -> Vec<&TemplateSpec> {
        self.by_name.values().map(Template::spec).collect()
    }

    /// The template of that name or alias.
    pub fn get(&self, name_or_alias: &str) -> Option<&Template> {
        self.by_name.get(name_or_alias).or_else(|| {
            self.by_name
                .values()
                .find(|template| template.spec().aliases.iter().any(|alias| alias == name_or_alias))
        })
    }
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
