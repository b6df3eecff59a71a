//! A `go.mod`: what a module is named, and what it requires.

use std::ops::Range;

/// What a `go.mod` says, as far as a build needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Module {
    /// `module`: its path and where it stands.
    pub path: Option<(String, Range<usize>)>,
    /// `go`: the version, `1.26`, and where it stands.
    pub go: Option<(String, Range<usize>)>,
    /// `toolchain`: where it stands.
    pub toolchain: Option<Range<usize>>,
    /// `require`
    pub requires: Vec<Require>,
    /// `exclude`: path and version.
    pub excludes: Vec<(String, String)>,
    /// `replace`
    pub replaces: Vec<Replace>,
    /// Lines that cannot be read.
    pub problems: Vec<Problem>,
}

/// One module that is required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Require {
    /// `example.org/units`
    pub path: String,
    /// `v1.2.3`
    pub version: String,
    /// Whether a comment says that only other modules need it.
    pub indirect: bool,
    /// The line.
    pub span: Range<usize>,
}

/// One module that stands in for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replace {
    /// What is replaced.
    pub path: String,
    /// Only this version of it.
    pub version: Option<String>,
    /// By what.
    pub by: String,
    /// By which version of it; none for a folder.
    pub by_version: Option<String>,
    /// The line.
    pub span: Range<usize>,
}

/// A line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Why.
    pub reason: &'static str,
    /// The line.
    pub span: Range<usize>,
}

/// Reads a `go.mod`. What a build does not need (`retract`, `tool`, …) is passed over.
pub fn read_module(text: &str) -> Module {
    let mut module = Module::default();
    let mut block: Option<&str> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let begin = at;
        at += line.len();
        let (code, comment) = line.split_once("//").unwrap_or((line, ""));
        let trimmed = code.trim_matches([' ', '\t', '\r', '\n', '\u{feff}']);
        let start = begin + code.find(trimmed).unwrap_or_default();
        let span = start..start + trimmed.len();
        let words: Vec<&str> = trimmed.split_whitespace().collect();
        let (verb, rest) = match (block, words.as_slice()) {
            (_, []) => continue,
            (Some(_), [")"]) => {
                block = None;
                continue;
            }
            (None, [verb, "("]) => {
                block = Some(verb);
                continue;
            }
            (None, [joined]) if joined.ends_with('(') => {
                block = Some(joined.trim_end_matches('('));
                continue;
            }
            (None, [verb, rest @ ..]) => (*verb, rest),
            (Some(verb), rest) => (verb, rest),
        };
        if let Err(reason) = module.line(verb, rest, comment, span.clone()) {
            module.problems.push(Problem { reason, span });
        }
    }
    module
}

impl Module {
    fn line(&mut self, verb: &str, words: &[&str], comment: &str, span: Range<usize>) -> Result<(), &'static str> {
        match (verb, words) {
            ("module", [path]) => self.path = Some((path_of(path)?, span)),
            ("go", [version]) => self.go = Some((version_of(version)?, span)),
            ("toolchain", _) => self.toolchain = Some(span),
            ("require", [path, version]) => self.requires.push(Require {
                path: path_of(path)?,
                version: version_of(version)?,
                indirect: comment.trim().split(';').next() == Some("indirect"),
                span,
            }),
            ("exclude", [path, version]) => self.excludes.push((path_of(path)?, version_of(version)?)),
            ("replace", words) => {
                let arrow = words.iter().position(|word| *word == "=>");
                let arrow = arrow.ok_or("a replacement is `old => new version`")?;
                let (old, new) = (&words[..arrow], &words[arrow + 1..]);
                let (Some(path), Some(by)) = (old.first(), new.first()) else {
                    return Err("a replacement is `old => new version`");
                };
                self.replaces.push(Replace {
                    path: path_of(path)?,
                    version: old.get(1).map(|version| version_of(version)).transpose()?,
                    by: path_of(by)?,
                    by_version: new.get(1).map(|version| version_of(version)).transpose()?,
                    span,
                });
            }
            ("retract" | "tool" | "godebug" | "ignore", _) => {}
            ("module" | "go" | "require" | "exclude", _) => return Err("it has too few words, or too many"),
            _ => return Err("go.mod has no such line"),
        }
        Ok(())
    }

    /// The module that provides a package: that with the longest path.
    pub fn provider(&self, package: &str) -> Option<&Require> {
        let covers = |require: &&Require| is_below(package, &require.path);
        self.requires
            .iter()
            .filter(covers)
            .max_by_key(|require| require.path.len())
    }

    /// The number behind `1.` of the go line.
    pub fn minor(&self) -> Option<u32> {
        let (version, _) = self.go.as_ref()?;
        let minor = version.strip_prefix("1.")?;
        let digits = minor.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok()
    }
}

/// Whether a package is a module's: its path, or below it.
pub(super) fn is_below(package: &str, module: &str) -> bool {
    package
        .strip_prefix(module)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path, without quotes. What it may hold is written into another go.mod.
fn path_of(word: &str) -> Result<String, &'static str> {
    let path = word.trim_matches(['"', '`']);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/+".contains(c);
    match !path.is_empty() && path.chars().all(plain) {
        true => Ok(path.to_owned()),
        false => Err("a path holds letters, digits and `-._~/` only"),
    }
}

fn version_of(word: &str) -> Result<String, &'static str> {
    let version = word.trim_matches(['"', '`']);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-.+".contains(c);
    match !version.is_empty() && version.chars().all(plain) {
        true => Ok(version.to_owned()),
        false => Err("a version holds letters, digits and `-.+` only"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
// The tasks of a greenhouse.
module example.org/thermo // ours

go 1.26.1

toolchain go1.26.8

require example.org/units v1.2.3

require (
\texample.org/deep v0.0.0-20260101000000-0123456789ab // indirect
\t\"example.org/quoted\" v2.0.0+incompatible
)

replace example.org/units => example.org/fork v1.2.4
replace example.org/near v1.0.0 => ../near
exclude example.org/units v1.2.2
retract v0.1.0 // oh
";

    #[test]
    fn what_go_mod_tidy_writes_is_read() {
        let module = read_module(TEXT);
        assert_eq!(module.problems, []);
        assert_eq!(module.path.as_ref().unwrap().0, "example.org/thermo");
        assert_eq!(module.minor(), Some(26));
        assert_eq!(&TEXT[module.toolchain.clone().unwrap()], "toolchain go1.26.8");
        let requires: Vec<(&str, &str, bool)> = module
            .requires
            .iter()
            .map(|require| (require.path.as_str(), require.version.as_str(), require.indirect))
            .collect();
        assert_eq!(
            requires,
            [
                ("example.org/units", "v1.2.3", false),
                ("example.org/deep", "v0.0.0-20260101000000-0123456789ab", true),
                ("example.org/quoted", "v2.0.0+incompatible", false),
            ]
        );
        assert_eq!(module.replaces[0].by_version.as_deref(), Some("v1.2.4"));
        assert_eq!(module.replaces[1].by_version, None);
        assert_eq!(
            &TEXT[module.replaces[1].span.clone()],
            "replace example.org/near v1.0.0 => ../near"
        );
        assert_eq!(module.excludes.len(), 1);
        assert_eq!(
            module.provider("example.org/units/si").unwrap().path,
            "example.org/units"
        );
        assert_eq!(module.provider("example.org/unitsx"), None);
    }

    #[test]
    fn a_line_that_is_none_is_found() {
        for (line, reason) in [
            ("require example.org/units", "it has too few words, or too many"),
            (
                "require example.org/uni{ts v1.0.0",
                "a path holds letters, digits and `-._~/` only",
            ),
            (
                "require example.org/units v1\"=>/etc",
                "a version holds letters, digits and `-.+` only",
            ),
            ("replace a b", "a replacement is `old => new version`"),
            ("replace => b", "a replacement is `old => new version`"),
            ("reqire a v1.0.0", "go.mod has no such line"),
        ] {
            let text = format!("module m\n{line}\n");
            let problems = read_module(&text).problems;
            assert_eq!(problems.len(), 1, "{line}");
            assert_eq!((problems[0].reason, &text[problems[0].span.clone()]), (reason, line));
        }
    }
}
