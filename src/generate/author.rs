//! The author's files on their way into a generated project.

use std::collections::BTreeMap;

use crate::golang::{GO_MOD, GO_SUM, GoFile, Library, Module, Part, Parts, Resolved, read_module};

use super::digest::Digest;

/// The file of a task that is a single file. Its own name may be one that Go leaves
/// out of a build, as `x_test.go` and `x_linux.go`.
const CODE: &str = "task.go";
/// The folder of the project's packages, in the generated module `task`.
const PACKAGES: &str = "author";

/// What the author's part of a project is.
pub(super) struct Author {
    /// Path in the generated project → content.
    pub(super) files: BTreeMap<String, Vec<u8>>,
    /// Path in the generated project → path as the author knows it.
    pub(super) names: BTreeMap<String, String>,
    /// The `go.mod` to take in place of the template's, with the author's requirements.
    pub(super) go_mod: Option<String>,
    /// The author's `go.sum`, where it has to hold.
    pub(super) go_sum: Option<Vec<u8>>,
    /// The author's module, where packages of it are taken.
    pub(super) module: Option<String>,
    /// The `go.mod` that `go_mod` has the requirements of.
    pub(super) required_by: Option<String>,
    /// A path that two embedded files would have.
    pub(super) clash: Option<String>,
    /// A digest of all of this, as the author wrote it.
    pub(super) digest: String,
}

/// Takes what the task with this code is made of; none where there is nothing.
pub(super) fn take(files: &BTreeMap<String, Vec<u8>>, code: &str, template_mod: &str) -> Option<Author> {
    let library = Library::of(files);
    let parts = library.task(code)?;
    let mut author = Author {
        files: BTreeMap::new(),
        names: BTreeMap::new(),
        go_mod: None,
        go_sum: None,
        module: None,
        required_by: None,
        clash: None,
        digest: String::new(),
    };
    let single = files.contains_key(code);
    for part in &parts.main {
        let name = part.path.rsplit('/').next().unwrap_or(part.path);
        // Go looks for systems in a file's name up to the first dot only; and another
        // `main.go` is there already.
        let name = if single {
            CODE.to_owned()
        } else {
            format!("task.{name}")
        };
        author.add(name, part, &library, &parts);
    }
    for (folder, package) in &parts.packages {
        for part in package {
            let name = part.path.rsplit('/').next().unwrap_or(part.path);
            let to = format!("{}/{name}", generated(&parts, folder));
            author.add(to, part, &library, &parts);
        }
    }
    let mut embed = |to: String, content: &[u8]| {
        if author.files.get(&to).is_some_and(|other| other != content) {
            author.clash = Some(to.clone());
        }
        author.files.entry(to).or_insert_with(|| content.to_vec());
    };
    for (path, content) in &parts.embedded {
        embed((*path).to_owned(), content);
    }
    for (folder, files) in &parts.packages_embedded {
        for (path, content) in files {
            embed(format!("{}/{path}", generated(&parts, folder)), content);
        }
    }
    if let Some((folder, module)) = &parts.module {
        let path = module.path.as_ref().map(|(path, _)| path.clone());
        author.module = path.filter(|_| !parts.packages.is_empty());
        if parts.foreign {
            author.required_by = Some(format!("{folder}/{GO_MOD}"));
            author.go_mod = Some(merged(template_mod, module, folder));
            author.go_sum = files.get(&format!("{folder}/{GO_SUM}")).cloned();
        }
    }
    author.digest = digest(&author, &parts, single);
    Some(author)
}

impl Author {
    fn add(&mut self, to: String, part: &Part<'_>, library: &Library<'_>, parts: &Parts<'_>) {
        let content = with_line(part.path, &renamed(part, library, parts));
        self.files.insert(to.clone(), content);
        self.names.insert(to, part.path.to_owned());
    }
}

/// A single file that takes nothing from elsewhere has the digest of its bytes: what
/// was deployed before there could be more stays what it is.
fn digest(author: &Author, parts: &Parts<'_>, single: bool) -> String {
    match parts.main.as_slice() {
        [only] if single && author.files.len() == 1 && author.go_mod.is_none() => {
            Digest::default().part(only.content).hex()
        }
        main => {
            let all = main.iter().chain(parts.packages.values().flatten());
            Digest::default()
                .named(all.map(|part| (part.path, part.content)))
                .named(&parts.embedded)
                .named(parts.packages_embedded.values().flatten())
                .named(author.go_mod.iter().map(|text| (GO_MOD, text)))
                .named(author.go_sum.iter().map(|sums| (GO_SUM, sums)))
                .hex()
        }
    }
}

/// The folder of a package in the generated project: `author/lib/units`. Below
/// `internal` only its neighbours could import it, and the task itself is none here.
fn generated(parts: &Parts<'_>, folder: &str) -> String {
    let top = parts.module.as_ref().map_or("", |(top, _)| top.as_str());
    let below = folder.strip_prefix(top).unwrap_or(folder);
    let mut path = PACKAGES.to_owned();
    for part in below.split('/').filter(|part| !part.is_empty()) {
        path.push('/');
        path.push_str(part);
        if part.trim_end_matches('_') == "internal" {
            path.push('_');
        }
    }
    path
}

/// A file's bytes, with the project's own packages imported from where they are now.
/// What it moves stays on its line, and behind it there is nothing on most.
fn renamed(part: &Part<'_>, library: &Library<'_>, parts: &Parts<'_>) -> Vec<u8> {
    let mut content = Vec::with_capacity(part.content.len());
    let mut copied = 0;
    let GoFile { imports, .. } = &part.head;
    for import in imports {
        if let Resolved::Own(folder) = library.resolve(import.path, parts.module.as_ref()) {
            content.extend_from_slice(&part.content[copied..import.span.start]);
            content.extend_from_slice(format!("\"task/{}\"", generated(parts, &folder)).as_bytes());
            copied = import.span.end;
        }
    }
    content.extend_from_slice(&part.content[copied..]);
    content
}

/// The author's file behind a directive that makes the compiler and panics name
/// it, with line and column as in the author's editor.
fn with_line(author_file: &str, code: &[u8]) -> Vec<u8> {
    // Go takes a byte order mark at the very beginning only.
    let code = code.strip_prefix(b"\xef\xbb\xbf").unwrap_or(code);
    let mut content = format!("//line {author_file}:1:1\n").into_bytes();
    content.extend_from_slice(code);
    content
}

/// The template's `go.mod` with what the author's requires. Only what was read as a
/// path or a version is written; folders of the author's machine are not.
fn merged(template: &str, author: &Module, folder: &str) -> String {
    let ours = read_module(template);
    let newer = match (author.minor(), ours.minor()) {
        (Some(theirs), Some(minimum)) if theirs > minimum => &author.go,
        _ => &ours.go,
    };
    let mut text = format!(
        "module task\n\ngo {}\n",
        newer.as_ref().map_or("1.26", |(version, _)| version)
    );
    let mut requires: BTreeMap<&str, (&str, bool)> = BTreeMap::new();
    for require in ours.requires.iter().chain(&author.requires) {
        let held = requires
            .entry(&require.path)
            .or_insert((&require.version, require.indirect));
        if order(&require.version) > order(held.0) {
            held.0 = &require.version;
        }
        held.1 &= require.indirect;
    }
    let mut block = |verb: &str, lines: Vec<String>, note: &str| {
        if !lines.is_empty() {
            text.push_str(&format!("\n{note}{verb} (\n"));
            lines.iter().for_each(|line| text.push_str(&format!("\t{line}\n")));
            text.push_str(")\n");
        }
    };
    let indirect = |indirect: bool| if indirect { " // indirect" } else { "" };
    let lines = requires.iter();
    let lines = lines.map(|(path, (version, only))| format!("{path} {version}{}", indirect(*only)));
    block("require", lines.collect(), &format!("// From {folder}/go.mod.\n"));
    let lines = author
        .excludes
        .iter()
        .map(|(path, version)| format!("{path} {version}"));
    block("exclude", lines.collect(), "");
    let local = |by: &str| by.starts_with('.') || by.starts_with('/');
    let theirs = author
        .replaces
        .iter()
        .filter(|replace| replace.by_version.is_some() && !local(&replace.by));
    let lines = ours.replaces.iter().chain(theirs).map(|replace| {
        let version =
            |version: &Option<String>| version.as_ref().map_or(String::new(), |version| format!(" {version}"));
        format!(
            "{}{} => {}{}",
            replace.path,
            version(&replace.version),
            replace.by,
            version(&replace.by_version)
        )
    });
    block("replace", lines.collect(), "");
    text
}

/// Which of two versions is the later one.
fn order(version: &str) -> ([u64; 3], bool, &str) {
    let version = version.trim_start_matches('v');
    let version = version.split('+').next().unwrap_or(version);
    let (core, before) = version.split_once('-').unwrap_or((version, ""));
    let mut numbers = core.split('.').map(|number| number.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    ([next(), next(), next()], before.is_empty(), before)
}
