//! Whether a template's WIT holds together and has its world.

use wit_parser::{Resolve, SourceMap};

use crate::document::{Span, closest};
use crate::generate::TemplateError;

/// A text that is a part of the whole, and how messages name it.
pub(super) struct Part<'t> {
    pub(super) file: &'t str,
    pub(super) text: &'t str,
}

/// The texts as one: a world, and all packages that it names.
pub(super) fn joined(parts: &[Part<'_>]) -> String {
    parts.iter().map(|part| part.text).collect::<Vec<_>>().join("\n")
}

/// Reads the texts as one. What is wrong is told of the text that it stands in; that
/// `world` is missing, of the description at `named`.
pub(super) fn check(parts: &[Part<'_>], world: &str, named: (&Part<'_>, &Span)) -> Result<(), TemplateError> {
    let mut wrong = TemplateError::default();
    let mut map = SourceMap::default();
    map.push_str("world.wit", joined(parts));
    let group = match map.parse() {
        Ok(group) => group,
        Err((_, error)) => {
            let span = error.kind().span();
            return Err(at(
                parts,
                span.is_known().then(|| (span.start(), span.end())),
                &error.kind().to_string(),
            ));
        }
    };
    let mut resolve = Resolve::default();
    let package = match resolve.push_group(group) {
        Ok(package) => package,
        Err(error) => {
            let span = error.kind().span();
            return Err(at(
                parts,
                span.is_known().then(|| (span.start(), span.end())),
                &error.kind().to_string(),
            ));
        }
    };
    let worlds = &resolve.packages[package].worlds;
    if !worlds.contains_key(world) {
        let names = || worlds.keys().map(String::as_str);
        let help = match closest(world, names()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("there are: {}", names().collect::<Vec<_>>().join(", ")),
        };
        let (file, span) = named;
        let title = format!("world.wit has no world `{world}`");
        wrong.at(file.file, file.text, span, &title, "this world is missing", &help);
    }
    wrong.done()
}

/// An error at a place of the joined text, told of the part that the place is in.
fn at(parts: &[Part<'_>], span: Option<(u32, u32)>, reason: &str) -> TemplateError {
    let mut wrong = TemplateError::default();
    let (start, end) = span.map_or((0, 1), |(start, end)| (start as usize, end as usize));
    let mut begins = 0;
    for part in parts {
        let ends = begins + part.text.len();
        if start <= ends {
            let span = start - begins..end.min(ends).max(start + 1) - begins;
            let mut lines = reason.splitn(2, '\n');
            let title = format!("this is not WIT: {}", lines.next().unwrap_or_default());
            wrong.at(
                part.file,
                part.text,
                &span,
                &title,
                "here",
                lines.next().unwrap_or_default().trim(),
            );
            break;
        }
        begins = ends + 1;
    }
    wrong
}
