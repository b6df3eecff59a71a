//! A line of output as people should see it: plain text, with the author's path.

use super::advice::Advice;
use crate::generate::Sources;

/// Whom a step's output is for.
#[derive(Clone, Debug)]
pub(super) struct Author {
    /// The task's `component_name`; the project it makes is in `gen/<component_name>`.
    pub(super) component_name: String,
    /// The author's files: path as Go sees it, `task.go`, and as they know it,
    /// `tasks/convert.go`.
    pub(super) files: Vec<(String, String)>,
    /// What the author's module is named, where Go sees its packages as `task/author/…`.
    pub(super) module: Option<String>,
    /// The folder in which Go compiles, without a `/` at its end.
    pub(super) folder: String,
    /// What to say of code that does not fit the generated code.
    pub(super) advice: Advice,
}

impl Author {
    /// The author of `sources`, which Go compiles in `folder`.
    pub(super) fn of(sources: &Sources, folder: &str) -> Self {
        Self {
            component_name: sources.component_name.clone(),
            files: sources.author_files.clone().into_iter().collect(),
            module: sources.author_module.clone(),
            folder: folder.to_owned(),
            advice: Advice::about(sources),
        }
    }

    /// Go's line with the paths that the author knows, or none for a line that
    /// says nothing (`# task`, the name of the package that follows).
    pub(super) fn read(&self, line: &str) -> Option<String> {
        if line.starts_with("# ") && line.split_whitespace().count() == 2 {
            return None;
        }
        if Advice::is_noise(line) {
            return None;
        }
        let better = self.advice.instead_of(line);
        let line = better.as_deref().unwrap_or(line);
        let project = format!("gen/{}", self.component_name);
        let folder = format!("{}/", self.folder);
        let line = match line.strip_suffix(self.folder.as_str()) {
            Some(rest) if rest.ends_with([' ', '\t']) => format!("{rest}{project}"),
            _ => line.to_owned(),
        };
        let line = self.with_own_packages(&self.without_second_place(&line, &folder));
        let mut read = String::with_capacity(line.len());
        for word in line.split_inclusive([' ', '\t', '(']) {
            let absolute = word.strip_prefix(folder.as_str());
            let path = absolute.or(word.strip_prefix("./")).unwrap_or(word);
            let relative_go = word.starts_with("./") && path.contains(".go:");
            match self.authors(path) {
                Some((file, rest)) => {
                    read.push_str(file);
                    read.push_str(rest);
                }
                _ if absolute.is_some() || relative_go => {
                    read.push_str(&project);
                    read.push('/');
                    read.push_str(path);
                }
                _ => read.push_str(word),
            }
        }
        Some(read)
    }

    /// The author's file that a word begins with, and the rest of it.
    fn authors<'w>(&self, word: &'w str) -> Option<(&str, &'w str)> {
        self.files.iter().find_map(|(generated, file)| {
            let rest = word.strip_prefix(generated.as_str())?;
            (!rest.starts_with(is_of_a_name)).then_some((file.as_str(), rest))
        })
    }

    /// `tasks/convert.go:3:6[/work/task.go:4:6]: …` without what is in brackets: the
    /// file that Go was given in place of the author's.
    fn without_second_place(&self, line: &str, folder: &str) -> String {
        let cut = || {
            let (before, rest) = line.split_once(&format!("[{folder}"))?;
            let (place, after) = rest.split_once(']')?;
            self.authors(place)?;
            Some(format!("{before}{after}"))
        };
        cut().unwrap_or_else(|| line.to_owned())
    }

    /// `task/author/lib/units` as the author imports it.
    fn with_own_packages(&self, line: &str) -> String {
        let Some(module) = &self.module else {
            return line.to_owned();
        };
        let mut parts = line.split("task/author");
        let mut read = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part
                .find(|c: char| !(is_of_a_name(c) || "-._~".contains(c)))
                .unwrap_or(part.len());
            read.push_str(module);
            read.push_str(&part[..end].replace("/internal_", "/internal"));
            read.push_str(&part[end..]);
        }
        read
    }
}

fn is_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '/'
}

/// How much of a text that goes on can be made plain by itself: not half a character at
/// its end, nor the beginning of what a terminal would obey.
pub(super) fn whole(raw: &[u8]) -> usize {
    const LONGEST: usize = 64;
    let near = raw.len().saturating_sub(LONGEST);
    if let Some(at) = raw[near..].iter().rposition(|byte| *byte == 0x1b) {
        return near + at;
    }
    let characters = raw.iter().rev().take(4).position(|byte| (*byte as i8) >= -0x40);
    let last = characters.map_or(raw.len(), |back| raw.len() - 1 - back);
    match std::str::from_utf8(&raw[last..]) {
        Err(error) if error.error_len().is_none() => last,
        _ => raw.len(),
    }
}

/// Plain text of what a program printed: escape sequences, control characters and
/// the characters that turn the direction of text are left out, a tab stays.
pub(super) fn plain(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => match characters.next() {
                Some('[') => skip_parameters(&mut characters),
                Some(']' | 'P' | 'X' | '^' | '_') => skip_string(&mut characters),
                // `ESC ( B` and its like: what comes between, then one more.
                Some(' '..='/') => {
                    characters.by_ref().find(|next| !(' '..='/').contains(next));
                }
                _ => {}
            },
            '\u{9b}' => skip_parameters(&mut characters),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_string(&mut characters),
            '\t' => plain.push('\t'),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            other if other.is_control() => {}
            other => plain.push(other),
        }
    }
    plain
}

/// A colour, a movement of the cursor: up to its final character.
fn skip_parameters(characters: &mut impl Iterator<Item = char>) {
    characters.find(|next| ('@'..='~').contains(next));
}

/// A title, a link: up to the bell, the string terminator or the line's end.
fn skip_string(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while let Some(next) = characters.next() {
        match next {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' if characters.peek() == Some(&'\\') => {
                characters.next();
                return;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn author() -> Author {
        Author {
            component_name: "to_kelvin".to_owned(),
            files: vec![
                (
                    "author/lib/units/units.go".to_owned(),
                    "tasks/lib/units/units.go".to_owned(),
                ),
                ("task.go".to_owned(), "tasks/convert.go".to_owned()),
            ],
            module: Some("example.org/thermo".to_owned()),
            folder: "/sources".to_owned(),
            advice: Advice::default(),
        }
    }

    fn read(line: &str) -> String {
        author().read(line).unwrap()
    }

    #[test]
    fn an_error_names_the_authors_file_and_line() {
        assert_eq!(
            read("./task.go:12:3: undefined: foo"),
            "tasks/convert.go:12:3: undefined: foo"
        );
        assert_eq!(
            read("task.go:1:1: expected 'package'"),
            "tasks/convert.go:1:1: expected 'package'"
        );
        assert_eq!(read("/sources/task.go:4:2: x"), "tasks/convert.go:4:2: x");
        assert_eq!(
            read("\t./task.go:4:2: other declaration"),
            "\ttasks/convert.go:4:2: other declaration"
        );
        assert_eq!(
            read("tasks/convert.go:12:3: undefined: foo"),
            "tasks/convert.go:12:3: undefined: foo",
            "a `//line` in the sources does as well"
        );
        assert_eq!(
            read("\ttasks/convert.go:3:6[/sources/task.go:4:6]: other declaration of exec_task"),
            "\ttasks/convert.go:3:6: other declaration of exec_task"
        );
    }

    #[test]
    fn the_projects_packages_are_named_as_the_author_names_them() {
        assert_eq!(
            read("author/lib/units/units.go:1:1: expected 'package'"),
            "tasks/lib/units/units.go:1:1: expected 'package'"
        );
        assert_eq!(
            read("tasks/convert.go:3:8: \"task/author/lib/internal_/si\" imported as si and not used"),
            "tasks/convert.go:3:8: \"example.org/thermo/lib/internal/si\" imported as si and not used"
        );
        assert_eq!(
            read("\timports task/author: import cycle"),
            "\timports example.org/thermo: import cycle"
        );
    }

    #[test]
    fn what_is_not_the_authors_is_found_where_gen_writes_it() {
        assert_eq!(
            read("./main.go:9:28: cannot use exec_task"),
            "gen/to_kelvin/main.go:9:28: cannot use exec_task"
        );
        assert_eq!(
            read("package task: build constraints exclude all Go files in /sources"),
            "package task: build constraints exclude all Go files in gen/to_kelvin"
        );
    }

    #[test]
    fn text_that_only_looks_like_a_path_stays() {
        for line in [
            "mytask.go:1:1: x",
            "task.gopher: x",
            "package nosuch is not in std (/usr/local/go/src/nosuch)",
            "package sources/x is not in std (/usr/local/go/src/sources/x)",
            "see /sourcesother/x",
        ] {
            assert_eq!(read(line), line);
        }
    }

    #[test]
    fn the_name_of_the_package_is_no_news() {
        assert_eq!(author().read("# task"), None);
        assert_eq!(author().read("# task/internal/abi"), None);
        assert!(author().read("# two more words").is_some());
    }

    #[test]
    fn a_terminal_cannot_be_spoken_to() {
        assert_eq!(plain(b"\x1b[31mred\x1b[0m"), "red");
        assert_eq!(plain(b"\x1b]0;title\x07text"), "text");
        assert_eq!(plain(b"\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\"), "link");
        assert_eq!(plain(b"\x1b(Bplain"), "plain");
        assert_eq!(plain("\u{9b}31mred\u{9d}t\u{9c}.".as_bytes()), "red.");
        assert_eq!(plain(b"good\rbad\x08\x00\x7f"), "goodbad");
        assert_eq!(plain(b"a\tb"), "a\tb");
        assert_eq!(plain("a\u{202e}b\u{2066}c".as_bytes()), "abc");
        assert_eq!(plain(b"\x1b]0;never ends"), "");
        assert_eq!(plain(b"\xff!"), "\u{fffd}!");
        assert_eq!(plain("23 °C, 温度".as_bytes()), "23 °C, 温度");
    }
}
