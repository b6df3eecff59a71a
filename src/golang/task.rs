//! Which of a project's files make up a task: its own, and the packages of the
//! project that these import, in turn.

use std::collections::{BTreeMap, BTreeSet};

use super::constraint::named_out;
use super::embed::{self, Embed};
use super::module::is_below;
use super::{GoFile, Module, head, read, read_module, satisfied};

/// The file that names a module and what it requires.
pub const GO_MOD: &str = "go.mod";
/// The file with the sums of what is required.
pub const GO_SUM: &str = "go.sum";

/// A project's files, as Go would look at them.
pub struct Library<'f> {
    files: &'f BTreeMap<String, Vec<u8>>,
}

/// What a task is made of. All paths are the project's.
#[derive(Debug, Default)]
pub struct Parts<'f> {
    /// The files of package main with their text; none where a file is not UTF-8.
    pub main: Vec<Part<'f>>,
    /// The project's packages that it imports: folder → files.
    pub packages: BTreeMap<String, Vec<Part<'f>>>,
    /// The files that its own files embed: path in their folder → content.
    pub embedded: BTreeMap<&'f str, &'f [u8]>,
    /// The same for each of the packages: folder → path in it → content.
    pub packages_embedded: BTreeMap<String, BTreeMap<&'f str, &'f [u8]>>,
    /// The `go.mod` that holds for it, and the folder that it stands in.
    pub module: Option<(String, Module)>,
    /// Whether it, or a package of the project that it imports, imports a package
    /// of another module.
    pub foreign: bool,
}

/// One file of a task.
#[derive(Clone, Debug)]
pub struct Part<'f> {
    /// `tasks/convert.go`
    pub path: &'f str,
    /// What is in it.
    pub content: &'f [u8],
    /// Package clause, imports and directives; empty for what is not UTF-8.
    pub head: GoFile<'f>,
}

/// Where an imported package comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// Go's standard library, or nowhere: its paths have no dot in their first part.
    Standard,
    /// The project's folder.
    Own(String),
    /// The author's module has no such folder.
    Nowhere(String),
    /// A module that the `go.mod` requires.
    Required,
    /// A module that nothing requires.
    Unrequired,
    /// `./…`, which Go does not take in a module.
    Relative,
}

impl<'f> Library<'f> {
    /// The files of a project: path → content.
    pub fn of(files: &'f BTreeMap<String, Vec<u8>>) -> Self {
        Self { files }
    }

    /// The files of the Go package in a folder that a build for wasip1 takes.
    pub fn package(&self, folder: &str) -> Vec<Part<'f>> {
        let taken = |part: &Part<'_>| {
            let name = part.path.rsplit('/').next().unwrap_or(part.path);
            let constraint = part.head.constraint.as_ref();
            !named_out(name) && constraint.is_none_or(|constraint| satisfied(constraint.text) != Some(false))
        };
        self.directly_in(folder)
            .filter(|path| path.ends_with(".go"))
            .filter_map(|path| self.part(path))
            .filter(taken)
            .collect()
    }

    /// The file itself, whatever its name and its constraints say.
    pub fn part(&self, path: &str) -> Option<Part<'f>> {
        let (path, content) = self.files.get_key_value(path)?;
        let head = str::from_utf8(content).map(head).unwrap_or_default();
        Some(Part { path, content, head })
    }

    /// Everything that the task whose code is the file or folder `code` is made of;
    /// none where there is neither.
    pub fn task(&self, code: &str) -> Option<Parts<'f>> {
        let (main, folder) = match self.part(code) {
            Some(part) => (vec![part], code.rsplit_once('/')?.0),
            None => (self.package(code), code),
        };
        let mut parts = Parts {
            module: self.module(folder),
            ..Parts::default()
        };
        let mut waiting: BTreeSet<String> = BTreeSet::new();
        self.follow(&main, &mut parts, &mut waiting);
        while let Some(folder) = waiting.pop_first() {
            let package = self.package(&folder);
            self.follow(&package, &mut parts, &mut waiting);
            let embedded = self.embedded(&folder, &package);
            if !embedded.is_empty() {
                parts.packages_embedded.insert(folder.clone(), embedded);
            }
            parts.packages.insert(folder, package);
            waiting.retain(|folder| !parts.packages.contains_key(folder));
        }
        parts.embedded = self.embedded(folder, &main);
        parts.main = main;
        (!parts.main.is_empty()).then_some(parts)
    }

    /// What the files of a folder embed.
    fn embedded(&self, folder: &str, files: &[Part<'f>]) -> BTreeMap<&'f str, &'f [u8]> {
        let mut embedded = BTreeMap::new();
        for path in files
            .iter()
            .flat_map(|part| self.embeds(part))
            .flat_map(|embed| embed.files)
        {
            if let Some(content) = self.files.get(&format!("{folder}/{path}")) {
                embedded.insert(path, content.as_slice());
            }
        }
        embedded
    }

    /// What a file embeds, pattern for pattern.
    pub fn embeds(&self, part: &Part<'f>) -> Vec<Embed<'f>> {
        if !part.head.imports.iter().any(|import| import.path == "embed") {
            return Vec::new();
        }
        let whole = read(str::from_utf8(part.content).unwrap_or_default());
        let folder = part.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let prefix = format!("{folder}/");
        let patterns = embed::patterns(&whole).into_iter();
        let embeds = patterns.map(|pattern| {
            let below = self.files.range(prefix.clone()..);
            let below = below.take_while(|(path, _)| path.starts_with(&prefix));
            pattern.among(below.map(|(path, _)| &path[prefix.len()..]))
        });
        embeds.collect()
    }

    fn follow(&self, files: &[Part<'f>], parts: &mut Parts<'f>, waiting: &mut BTreeSet<String>) {
        for import in files.iter().flat_map(|part| &part.head.imports) {
            match self.resolve(import.path, parts.module.as_ref()) {
                Resolved::Own(folder) => drop(waiting.insert(folder)),
                Resolved::Required | Resolved::Unrequired => parts.foreign = true,
                Resolved::Standard | Resolved::Nowhere(_) | Resolved::Relative => {}
            }
        }
    }

    /// Where a package comes from that a file below `module` imports.
    pub fn resolve(&self, package: &str, module: Option<&(String, Module)>) -> Resolved {
        if package.starts_with("./") || package.starts_with("../") || matches!(package, "." | "..") {
            return Resolved::Relative;
        }
        let named = module.and_then(|(folder, module)| Some((folder, module, &module.path.as_ref()?.0)));
        let mut nowhere = None;
        if let Some((folder, _, path)) = named
            && is_below(package, path)
        {
            let below = format!("{folder}{}", &package[path.len()..]);
            if is_plain(&below) && self.module_folder(&below) == Some(folder) && !self.package(&below).is_empty() {
                return Resolved::Own(below);
            }
            nowhere = Some(below);
        }
        if let Some((_, module)) = module
            && module.provider(package).is_some()
        {
            return Resolved::Required;
        }
        match nowhere {
            Some(folder) => Resolved::Nowhere(folder),
            None if package.split('/').next().is_some_and(|first| first.contains('.')) => Resolved::Unrequired,
            None => Resolved::Standard,
        }
    }

    /// The `go.mod` that holds for a folder, as Go finds it: in it or above.
    fn module(&self, folder: &str) -> Option<(String, Module)> {
        let folder = self.module_folder(folder)?;
        let text = self.files.get(&format!("{folder}/{GO_MOD}"))?;
        Some((folder.to_owned(), read_module(&String::from_utf8_lossy(text))))
    }

    fn module_folder<'p>(&self, mut folder: &'p str) -> Option<&'p str> {
        loop {
            if self.files.contains_key(&format!("{folder}/{GO_MOD}")) {
                return Some(folder);
            }
            folder = folder.rsplit_once('/')?.0;
        }
    }

    fn directly_in<'l>(&'l self, folder: &str) -> impl Iterator<Item = &'f str> + use<'l, 'f> {
        let prefix = format!("{folder}/");
        let from = self.files.range(prefix.clone()..);
        let length = prefix.len();
        from.take_while(move |(path, _)| path.starts_with(&prefix))
            .map(|(path, _)| path.as_str())
            .filter(move |path| !path[length..].contains('/'))
    }
}

/// A folder's name becomes part of an import path, which Go wants plain.
fn is_plain(folder: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "-._~+".contains(c))
    };
    folder.split('/').all(plain)
}
