//! What the author's files embed, and what the files of packages are called.

use super::{Desk, Looked};
use crate::document::Findings;
use crate::golang::{Embed, Part};

/// Characters of a pattern that mean something to Go, and nothing here.
const CLASSES: [char; 2] = ['[', '\\'];

impl Desk<'_> {
    /// Looks at the patterns of a file. `generated` is what stands in the generated
    /// project where the file will.
    pub(super) fn embedded(&mut self, part: &Part<'_>, generated: &[String]) {
        let Some(Looked { findings, .. }) = self.files.get_mut(part.path) else {
            return;
        };
        let folder = part.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for embed in self.library.embeds(part) {
            if embed.text.contains(CLASSES) {
                findings.error(
                    "go-embed",
                    &embed.span,
                    format!("`{}` cannot be embedded", embed.text),
                    "in a pattern there are `*` and `?` only",
                    "name the files, or the folder that they are in",
                );
            } else if embed.files.is_empty() && embed.refused.is_empty() {
                findings.error(
                    "go-embed",
                    &embed.span,
                    format!("no file of {folder}/ is `{}`", embed.text),
                    "nothing to embed",
                    "a path begins at the Go file's folder; what is hidden, as `.x` and `_x`, needs `all:` before it",
                );
            }
            refused(&embed, folder, findings);
            let is_taken = |path: &&&str| generated.iter().any(|taken| taken == **path);
            for path in embed.files.iter().filter(is_taken) {
                findings.error(
                    "go-embed",
                    &embed.span,
                    format!("`{folder}/{path}` cannot be embedded"),
                    "the generated project has a file of that name",
                    "give it another name, or put it into a folder of another name",
                );
            }
        }
    }

    /// Looks at the name of a package's file, which it keeps.
    pub(super) fn file_name(&mut self, path: &str) {
        let Some(Looked { findings, .. }) = self.files.get_mut(path) else {
            return;
        };
        let name = path.rsplit('/').next().unwrap_or(path);
        if !name.starts_with(|c: char| c.is_ascii_alphanumeric() || !c.is_ascii()) {
            findings.error(
                "go-file",
                &(0..1),
                format!("Go takes no file that is called `{name}`"),
                "the file",
                "let its name begin with a letter or a digit",
            );
        }
    }
}

/// Alone that is an error; beside others Go would have taken it along.
fn refused(embed: &Embed<'_>, folder: &str, findings: &mut Findings) {
    let Some(path) = embed.refused.first() else {
        return;
    };
    let more = match embed.refused.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    let (label, help) = match path.rsplit('/').next() {
        Some("go.mod") => (
            "it would make its folder another module",
            "give it another name, such as `go.mod.txt`",
        ),
        _ => (
            "Go would compile it beside the code",
            "give it another ending, such as `.txt`",
        ),
    };
    if embed.files.is_empty() {
        let title = format!("`{folder}/{path}`{more} cannot be embedded");
        findings.error("go-embed", &embed.span, title, label, help);
    } else {
        let title = format!("`{folder}/{path}`{more} is left out of what is embedded");
        findings.warning("go-embed", &embed.span, title, label, help);
    }
}
