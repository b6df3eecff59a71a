//! What a Go file embeds: the patterns of its `//go:embed` lines, and the files that
//! they mean.

use std::ops::Range;

use super::GoFile;

/// Endings of files that Go would compile, were they laid beside the code.
const COMPILED: [&str; 9] = [".go", ".s", ".S", ".sx", ".c", ".h", ".cc", ".syso", ".swig"];

/// A pattern of a `//go:embed` line, and what it comes to. Paths are relative to the
/// file's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embed<'f> {
    /// The pattern, without `all:`.
    pub text: String,
    /// Where its line stands, from `embed` on.
    pub span: Range<usize>,
    /// The files that are embedded.
    pub files: Vec<&'f str>,
    /// Those that it means too and that cannot be.
    pub refused: Vec<&'f str>,
}

/// A pattern of a `//go:embed` line.
pub(super) struct Pattern {
    text: String,
    /// Whether hidden files of a folder count too.
    all: bool,
    span: Range<usize>,
}

/// The patterns of a file that was read whole.
pub(super) fn patterns(file: &GoFile<'_>) -> Vec<Pattern> {
    let lines = file.directives.iter().filter_map(|directive| {
        let rest = directive.text.strip_prefix("embed")?;
        rest.starts_with([' ', '\t']).then_some((rest, &directive.span))
    });
    lines
        .flat_map(|(line, span)| words(line).into_iter().map(move |word| (word, span.clone())))
        .map(|(word, span)| {
            let (text, all) = match word.strip_prefix("all:") {
                Some(text) => (text.to_owned(), true),
                None => (word, false),
            };
            Pattern { text, all, span }
        })
        .collect()
}

/// Whether a file cannot be laid beside the code: Go would compile it, or take its
/// folder for another module.
fn is_refused(path: &str) -> bool {
    COMPILED.iter().any(|ending| path.ends_with(ending)) || path.rsplit('/').next() == Some("go.mod")
}

/// Words apart, or Go's strings, which may have spaces. Go refuses the line where a
/// string has no end; what stands before it is given.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '`' => match rest[1..].split_once('`') {
                Some((word, after)) => (word.to_owned(), after),
                None => break,
            },
            '"' => match quoted(&rest[1..]) {
                Some(parts) => parts,
                None => break,
            },
            _ => {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        words.push(word);
        rest = after.trim_start();
    }
    words
}

/// A string up to its closing quote, and what comes after. Paths have no other escapes
/// than those of a quote and a backslash.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((word, &text[at + 1..])),
            '\\' => word.push(characters.next()?.1),
            other => word.push(other),
        }
    }
    None
}

impl Pattern {
    /// What it comes to among the files of the package's folder.
    pub(super) fn among<'f>(self, paths: impl Iterator<Item = &'f str>) -> Embed<'f> {
        let meant = paths.filter(|path| self.means(path));
        let (refused, files) = meant.partition(|path| is_refused(path));
        Embed {
            files,
            refused,
            text: self.text,
            span: self.span,
        }
    }

    /// Whether it means a file, or a folder that the file is in. The path is relative
    /// to the package's folder.
    fn means(&self, path: &str) -> bool {
        let mut parts = path.split('/');
        for pattern in self.text.split('/') {
            match parts.next() {
                Some(part) if matches(pattern, part) => {}
                _ => return false,
            }
        }
        // Within a folder, what is hidden is left out.
        self.all || parts.all(|part| !part.starts_with(['.', '_']))
    }
}

/// `*` and `?` of one part of a path, in time of the product of both lengths.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, n));
                p += 1;
            }
            Some(&byte) if byte == b'?' || byte == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match &mut star {
                Some((after, from)) => {
                    *from += 1;
                    (p, n) = (*after, *from);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golang::read;

    #[test]
    fn a_pattern_means_files_and_folders_as_go_has_it() {
        let text =
            "package main\n\n//go:embed table.csv \"data/*.json\" all:raw\n//go:embed static\nvar files embed.FS\n";
        let file = read(text);
        let patterns = patterns(&file);
        let taken = |path: &str| patterns.iter().any(|pattern| pattern.means(path)) && !is_refused(path);
        for path in ["table.csv", "data/a.json", "raw/.hidden", "raw/a/_b", "static/a/b.css"] {
            assert!(taken(path), "{path}");
        }
        for path in [
            "other.csv",
            "data/a.txt",
            "data/x/a.json",
            "static/.git",
            "static/a.go",
            "a/table.csv",
            "raw/x.s",
        ] {
            assert!(!taken(path), "{path}");
        }
        for (pattern, name, fits) in [
            ("*", "", true),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1b2", false),
            ("?", "a", true),
            ("**a", "bca", true),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
        let text = "package main\n\n//go:embed\t\"my file.txt\" `a b/*.csv`\tall:x \"no end\nvar files embed.FS\n";
        let words: Vec<String> = super::patterns(&read(text))
            .into_iter()
            .map(|pattern| pattern.text)
            .collect();
        assert_eq!(words, ["my file.txt", "a b/*.csv", "x"]);
        assert!(!matches(&"*a".repeat(1_000), &"a".repeat(999)));
    }
}
