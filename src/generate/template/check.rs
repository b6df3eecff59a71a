//! Whether the files of somebody else's template can be used.

use std::collections::BTreeMap;

use super::describe::{Description, is_name};
use super::{EXAMPLE, Files, INTERNAL, MANIFEST, PART_WIT, RENDERED, SKELETON, SPEC, WORLD};
use super::{below, expressions, placed, text_of, wit_of, world};
use crate::document::{Findings, closest};
use crate::generate::TemplateError;

/// Bytes of a text that is read as a whole.
const MOST: usize = 256 << 10;
const LONGEST_PATH: usize = 200;
/// A line that is wrong is shown whole.
const LONGEST_LINE: usize = 4_000;

/// The files that every template has, and where others may stand.
pub(super) fn files(place: &str, name: &str, folder: &Files) -> Result<(), TemplateError> {
    let mut wrong = TemplateError::default();
    if !is_name(name) {
        wrong.file(place, "a template's folder is named with letters, digits, `-` and `_`");
    }
    for file in [SPEC, WORLD, MANIFEST, "skeleton/go.mod"] {
        if !folder.contains_key(file) {
            wrong.file(format!("{place}/{file}"), "this file is missing: every template has it");
        }
    }
    for (path, content) in folder {
        let shown = format!("{place}/{path}");
        if let Some(reason) = unusable(path) {
            wrong.file(shown, reason);
            continue;
        }
        if path
            .strip_suffix(".hbs")
            .is_some_and(|written| folder.contains_key(written))
        {
            wrong.file(&shown, "there is the same file without .hbs too: keep one of them");
        }
        let read =
            [SPEC, WORLD, MANIFEST].contains(&path.as_str()) || path.starts_with(EXAMPLE) || path.ends_with(".hbs");
        if !read {
            continue;
        }
        if content.len() > MOST {
            wrong.file(shown, format!("it has {} bytes, {MOST} are the most", content.len()));
        } else if let Err(error) = str::from_utf8(content) {
            let valid = String::from_utf8_lossy(&content[..error.valid_up_to()]);
            let at = valid.len();
            let text = format!("{valid}\u{fffd}");
            wrong.at(
                &shown,
                &text,
                &(at..at + 1),
                "this is not UTF-8 text",
                "from here on",
                "save the file as UTF-8",
            );
        } else if content
            .split(|byte| *byte == b'\n')
            .any(|line| line.len() > LONGEST_LINE)
        {
            wrong.file(shown, format!("a line has more than {LONGEST_LINE} bytes"));
        }
    }
    wrong.done()
}

/// Why a file of a template cannot stand where it does.
fn unusable(path: &str) -> Option<&'static str> {
    if path.len() > LONGEST_PATH || !path.split('/').all(is_plain) {
        return Some(
            "a file's path has letters, digits and `. _ - +` between its slashes, begins none of its parts with a dot, and has 200 bytes at most",
        );
    }
    let skeleton = path.strip_prefix(SKELETON)?;
    if path.ends_with(".hbs") && !path.ends_with(RENDERED) {
        return Some("only Go files can be rendered, ….go.hbs");
    }
    let written = skeleton.strip_suffix(".hbs").unwrap_or(skeleton);
    match written {
        "task.go" => Some("the author's file takes that place"),
        _ if written.starts_with("wit/") => Some("the world's WIT takes that place"),
        _ if written.starts_with("wadm-") && !written.contains('/') => Some("a manifest takes that place"),
        _ => None,
    }
}

/// Why a shared part cannot be one: the file, and what is wrong with it.
pub(in crate::generate) fn unusable_part(part: &str, files: &Files) -> Option<(String, &'static str)> {
    let name = !part.is_empty()
        && part
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !name {
        return Some((
            String::new(),
            "a shared part is a Go package: small letters, digits and `_`",
        ));
    }
    files.iter().find_map(|(path, content)| {
        let reason = match path.as_str() {
            _ if path.len() > LONGEST_PATH || !path.split('/').all(is_plain) => {
                "a file's path has letters, digits and `. _ - +` between its slashes, and begins none of its parts with a dot"
            }
            _ if path.ends_with(".hbs") => "what is shared is copied, never rendered",
            PART_WIT if content.len() > MOST => "a file of WIT has 262144 bytes at most",
            PART_WIT if str::from_utf8(content).is_err() => "this is not UTF-8 text",
            _ => return None,
        };
        Some((path.clone(), reason))
    })
}

/// A name that stays where it is put, on any disk.
fn is_plain(part: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+');
    !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain)
}

/// What the texts say: names that are there, parts that are there, a world.
pub(super) fn texts(
    place: &str,
    description: &Description,
    folder: &Files,
    shared: &BTreeMap<String, Files>,
) -> Result<(), TemplateError> {
    let mut wrong = TemplateError::default();
    let manifest = placed::in_manifest(&description.spec);
    let code = placed::in_code();
    let rendered = below(folder, SKELETON).filter(|(path, _)| path.ends_with(RENDERED));
    let rendered = rendered.map(|(path, _)| (format!("{SKELETON}{path}"), &code));
    for (file, names) in rendered.chain([(MANIFEST.to_owned(), &manifest)]) {
        let mut findings = Findings::default();
        let text = text_of(folder, &file);
        expressions::check(text, names, &mut findings);
        wrong.text(findings.of(&format!("{place}/{file}"), text));
    }
    let parts = parts(place, description, folder, shared, &mut wrong);
    if wrong.count() == 0 {
        let own = format!("{place}/{WORLD}");
        let beside = place.rsplit_once('/').map_or("", |(folder, _)| folder);
        let files: Vec<String> = parts
            .iter()
            .map(|(part, _)| format!("{beside}/shared/{part}/{PART_WIT}"))
            .collect();
        let spec = world::Part {
            file: &format!("{place}/{SPEC}"),
            text: text_of(folder, SPEC),
        };
        let texts = wit_of(folder, &parts, &own, &files);
        if let Err(error) = world::check(&texts, &description.spec.world, (&spec, &description.world)) {
            wrong.extend(error);
        }
    }
    wrong.done()
}

/// The shared parts that a template names.
fn parts(
    place: &str,
    description: &Description,
    folder: &Files,
    shared: &BTreeMap<String, Files>,
    wrong: &mut TemplateError,
) -> Vec<(String, Files)> {
    let mut parts = Vec::new();
    let mut findings = Findings::default();
    for (part, span) in &description.parts {
        let prefix = format!("{SKELETON}{INTERNAL}{part}/");
        if parts.iter().any(|(seen, _)| seen == part) {
            findings.error(
                "value",
                span,
                format!("`shared` names `{part}` twice"),
                "the second one",
                "remove one of them",
            );
        } else if folder.keys().any(|path| path.starts_with(&prefix)) {
            let title = format!("`{part}` is a package of the template's own too");
            findings.error(
                "value",
                span,
                title,
                format!("it stands in {prefix}"),
                "rename one of the two",
            );
        } else if let Some(files) = shared.get(part) {
            parts.push((part.clone(), files.clone()));
        } else {
            let names = || shared.keys().map(String::as_str);
            let help = match closest(part, names()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("there are: {}", names().collect::<Vec<_>>().join(", ")),
            };
            findings.error(
                "value",
                span,
                format!("there is no shared part `{part}`"),
                "it is missing",
                help,
            );
        }
    }
    wrong.text(findings.of(&format!("{place}/{SPEC}"), text_of(folder, SPEC)));
    parts
}
