//! A page as a list of steps.

use std::path::{Path, PathBuf};

use super::with::With;

/// A page of the documentation.
pub(crate) struct Page {
    /// Relative to the checkout.
    pub(crate) path: PathBuf,
    /// What is to be there before it is followed.
    pub(crate) with: Vec<With>,
    pub(crate) steps: Vec<Step>,
}

/// Something that a page says to do, and the line of its fence.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) line: usize,
    pub(crate) what: What,
}

#[derive(Debug)]
pub(crate) enum What {
    /// A file is written.
    File { path: String, text: String },
    /// Commands are called, and end with this exit code.
    Call { commands: String, exits: i32 },
    /// Commands are started, and go on. The next step comes when they have said this.
    Start { commands: String, until: String },
    /// What the step before has to have said, line by line.
    Shows { text: String },
    /// Commands that a test cannot call.
    Skip { reason: String },
}

impl Page {
    /// All of the checkout: the README and what is below `docs/`.
    pub(crate) fn all() -> Vec<Self> {
        let mut found = vec![PathBuf::from("README.md")];
        below(Path::new("docs"), &mut found);
        found.sort();
        found.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(root().join(path)).unwrap();
        Self::parse(path, &text).unwrap_or_else(|(line, wrong)| panic!("{}:{line}: {wrong}", path.display()))
    }

    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self, (usize, String)> {
        let mut page = Self {
            path: path.to_owned(),
            with: Vec::new(),
            steps: Vec::new(),
        };
        let mut said: Option<(usize, String)> = None;
        let mut lines = text.lines().enumerate();
        while let Some((index, line)) = lines.next() {
            let (line, number) = (line.trim_end(), index + 1);
            let bare = line.trim_start();
            if let Some(directive) = directive(bare) {
                if let Some(with) = directive.strip_prefix("with:") {
                    for word in with.split(',').map(str::trim) {
                        let known = With::parse(word);
                        page.with
                            .push(known.ok_or_else(|| (number, format!("no test starts `{word}`")))?);
                    }
                } else if said.replace((number, directive.to_owned())).is_some() {
                    return Err((number, "two directives before one fence".to_owned()));
                }
            } else if let Some(opening) = fence(bare) {
                let indent = line.len() - bare.len();
                let mut inside = String::new();
                for (_, line) in lines.by_ref() {
                    if line.trim() == opening {
                        break;
                    }
                    inside += line.get(indent..).unwrap_or_default();
                    inside.push('\n');
                }
                let language = bare[opening.len()..].split([' ', ',']).next().unwrap_or_default();
                let step =
                    step(language, said.take().map(|(_, said)| said), inside).map_err(|wrong| (number, wrong))?;
                page.steps.extend(step.map(|what| Step { line: number, what }));
            } else if !bare.is_empty()
                && let Some((line, directive)) = said.take()
            {
                return Err((line, format!("no fence comes after `{directive}`")));
            }
        }
        Ok(page)
    }

    /// Those that have something to call: the first part needs files alone and is followed by
    /// `tests/pages.rs`, the second by `tests/lattice`. There is no third.
    pub(crate) fn to_follow() -> (Vec<Self>, Vec<Self>) {
        let all = Self::all().into_iter().filter(Self::has_commands);
        all.partition(|page| page.with.iter().all(|with| with.is_files()))
    }

    /// Whether there is anything to call.
    fn has_commands(&self) -> bool {
        self.steps
            .iter()
            .any(|step| matches!(step.what, What::Call { .. } | What::Start { .. }))
    }
}

/// What is in a comment of our own. Others are for people.
fn directive(line: &str) -> Option<&str> {
    let inside = line.strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    let name = inside.split(':').next().unwrap_or(inside);
    ["with", "file", "shows", "exits", "not run", "runs until"]
        .contains(&name)
        .then_some(inside)
}

/// The marks that a fence opens with.
fn fence(line: &str) -> Option<&str> {
    let marks = line.len() - line.trim_start_matches('`').len();
    (marks >= 3).then(|| &line[..marks])
}

fn step(language: &str, said: Option<String>, inside: String) -> Result<Option<What>, String> {
    let said = said.as_deref().unwrap_or_default();
    let (name, value) = said.split_once(':').unwrap_or((said, ""));
    let value = value.trim().to_owned();
    let what = match (language, name) {
        (_, "file") => What::File {
            path: value,
            text: inside,
        },
        (_, "shows") => What::Shows { text: inside },
        ("console", "") => What::Call {
            commands: inside,
            exits: 0,
        },
        ("console", "exits") => What::Call {
            commands: inside,
            exits: value.parse().map_err(|_| format!("`{value}` is no exit code"))?,
        },
        ("console", "runs until") => What::Start {
            commands: inside,
            until: value,
        },
        ("console", "not run") if value.is_empty() => return Err("say why it is not run".to_owned()),
        ("console", "not run") => What::Skip { reason: value },
        (_, "") => return Ok(None),
        _ => return Err(format!("`{said}` is for a fence of `console`")),
    };
    Ok(Some(what))
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = folder.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
