//! The text of a `.test.yaml` file → its cases, or all that is wrong with it.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use super::{Case, Cases, Expect, json};
use crate::document::{Diagnostics, Fields, Findings, Limits, Node, Span, Value, closest, parse};

/// What a case may say of its result; one of them.
const EXPECTATIONS: [&str; 4] = ["expect", "expect_file", "expect_error", "expect_nothing"];

/// Reads the file at `path` of the project, which messages call `shown`. `taken` counts
/// the bytes that the project's cases take from files.
pub(super) fn read(
    shown: &str,
    path: &str,
    bytes: &[u8],
    files: &BTreeMap<String, Vec<u8>>,
    taken: &mut usize,
) -> Result<Cases, Diagnostics> {
    let mut findings = Findings::default();
    let Ok(text) = std::str::from_utf8(bytes) else {
        findings.error(
            "encoding",
            &(0..1),
            "this is not UTF-8 text",
            "this file",
            "save the file as UTF-8",
        );
        return Err(findings.of(shown, " "));
    };
    let limits = Limits {
        // A result may have as many bytes as a message.
        scalar: 2 << 20,
        ..Limits::default()
    };
    let Some(root) = parse(shown, text, limits)? else {
        let help = "write a list of cases, each with `input:` and `expect:`";
        findings.error("empty", &(0..1), "there are no cases here", "nothing is here", help);
        return Err(findings.of(shown, if text.is_empty() { " " } else { text }));
    };
    let mut reader = Reader {
        text,
        folder: path.rsplit_once('/').map_or("", |(folder, _)| folder),
        files,
        findings: &mut findings,
        taken,
    };
    let (time_limit, cases) = reader.document(&root);
    match findings.errors() {
        0 => Ok(Cases {
            file: shown.to_owned(),
            time_limit,
            cases,
        }),
        _ => Err(findings.of(shown, text)),
    }
}

struct Reader<'r> {
    text: &'r str,
    /// Where the file stands, `tasks`.
    folder: &'r str,
    files: &'r BTreeMap<String, Vec<u8>>,
    findings: &'r mut Findings,
    taken: &'r mut usize,
}

/// Bytes that a project's cases may take from files, each as often as it is named.
const MOST_TAKEN: usize = 32 << 20;

impl Reader<'_> {
    fn document(&mut self, root: &Node) -> (Duration, Vec<Case>) {
        if let Value::Sequence(items) = &root.value {
            return (Cases::TIME_LIMIT, self.cases(items, &root.span));
        }
        let Some(mut fields) = Fields::of(root, "a file of cases", self.findings) else {
            return (Cases::TIME_LIMIT, Vec::new());
        };
        let time_limit = match fields.take("time_limit") {
            Some(node) => self.time_limit(node),
            None => Cases::TIME_LIMIT,
        };
        let cases = match fields.take("cases") {
            Some(Node {
                value: Value::Sequence(items),
                span,
            }) => self.cases(items, span),
            Some(other) => {
                let label = format!("this is {}", other.kind());
                let title = "`cases` must be a list of cases";
                self.findings
                    .error("type", &other.span, title, label, "begin each case with `- input:`");
                Vec::new()
            }
            None => {
                fields.missing("cases", self.findings);
                Vec::new()
            }
        };
        fields.finish(self.findings);
        (time_limit, cases)
    }

    fn time_limit(&mut self, node: &Node) -> Duration {
        let text = node.text().unwrap_or_default();
        let number: Option<u64> = text.strip_suffix('s').unwrap_or(text).trim_end().parse().ok();
        let most = Cases::MOST_TIME.as_secs();
        match number {
            Some(seconds @ 1..) if seconds <= most => Duration::from_secs(seconds),
            _ => {
                let label = format!("from `1s` to `{most}s`");
                self.findings
                    .error("value", &node.span, "`time_limit` cannot be this", label, "");
                Cases::TIME_LIMIT
            }
        }
    }

    fn cases(&mut self, items: &[Node], span: &Span) -> Vec<Case> {
        if items.is_empty() {
            let help = "write a list of cases, each with `input:` and `expect:`";
            self.findings
                .error("empty", span, "there are no cases here", "this is an empty list", help);
        }
        if items.len() > Cases::MOST {
            let title = format!("there are {} cases here", items.len());
            let label = format!("at most {} are run", Cases::MOST);
            self.findings
                .error("too-many", &items[Cases::MOST].span, title, label, "");
            return Vec::new();
        }
        let mut names = HashSet::new();
        let mut cases = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            cases.extend(self.case(item, index + 1, &mut names));
        }
        cases
    }

    fn case(&mut self, node: &Node, number: usize, names: &mut HashSet<String>) -> Option<Case> {
        let mut fields = Fields::of(node, "a case", self.findings)?;
        let name = match fields.text("name", self.findings) {
            Some((name, span)) => {
                if !names.insert(name.to_owned()) {
                    let title = format!("two cases are called `{name}`");
                    let help = "give each case a name of its own, or none";
                    self.findings
                        .error("duplicate-name", span, title, "the second one", help);
                }
                name.to_owned()
            }
            None => format!("case {number}"),
        };
        let input = self.input(&mut fields);
        let expect = self.expectation(&mut fields);
        fields.finish(self.findings);
        Some(Case {
            name,
            line: self.text[..node.span.start].matches('\n').count() + 1,
            input: input?,
            expect: expect?,
        })
    }

    fn input(&mut self, fields: &mut Fields<'_>) -> Option<Vec<u8>> {
        let second = fields.key_span("input_file");
        match (fields.take("input"), fields.take("input_file")) {
            (Some(_), Some(_)) => {
                self.two(&second.unwrap_or_default(), "input", "input_file");
                None
            }
            (Some(node), None) => self.text_or_json(node, "input").map(|input| match input {
                Written::Text(text) => text.into_bytes(),
                Written::Json(value) => value.to_string().into_bytes(),
            }),
            (None, Some(node)) => self.file(node, "input_file").map(|(_, bytes)| bytes),
            (None, None) => {
                fields.missing("input", self.findings);
                None
            }
        }
    }

    fn expectation(&mut self, fields: &mut Fields<'_>) -> Option<Expect> {
        let mut given: Vec<(&'static str, Span, &Node)> = Vec::new();
        for key in EXPECTATIONS {
            let span = fields.key_span(key);
            if let (Some(span), Some(node)) = (span, fields.take(key)) {
                given.push((key, span, node));
            }
        }
        given.sort_by_key(|(_, span, _)| span.start);
        let (key, span, node) = match given.as_slice() {
            [] => {
                let title = "this case says nothing of its result";
                let help = format!("add one of: {}", EXPECTATIONS.join(", "));
                self.findings
                    .error("missing-key", fields.span(), title, "what is expected?", help);
                return None;
            }
            [one] => one,
            [first, second, ..] => {
                self.two(&second.1, first.0, second.0);
                return None;
            }
        };
        match *key {
            "expect" => self.expected(node),
            "expect_file" => self
                .file(node, key)
                .map(|(path, bytes)| self.expected_file(node, &path, bytes))?,
            "expect_error" => match node.text() {
                Some("") | None => {
                    let help = "write a part of the error's text; `expect_error: panic` is any panic";
                    let label = format!("this is {}", if node.is_null() { "nothing" } else { node.kind() });
                    self.findings
                        .error("type", span, "`expect_error` must be a text", label, help);
                    None
                }
                Some(text) => Some(Expect::Error(text.to_owned())),
            },
            _ => match node.text() {
                Some("true") => Some(Expect::Nothing),
                _ => {
                    let help = "leave it out where something is expected";
                    self.findings
                        .error("value", &node.span, "`expect_nothing` is `true`", "this is not", help);
                    None
                }
            },
        }
    }

    fn expected(&mut self, node: &Node) -> Option<Expect> {
        match self.text_or_json(node, "expect")? {
            Written::Text(text) if text.is_empty() => {
                let title = "no task publishes an empty result";
                let help = "a function that returns `\"\"` filters its input out: write `expect_nothing: true`";
                self.findings.error("value", &node.span, title, "this is empty", help);
                None
            }
            Written::Text(text) => Some(Expect::Exactly(text.into_bytes())),
            Written::Json(value) => Some(Expect::Json(value)),
        }
    }

    fn expected_file(&mut self, node: &Node, path: &str, bytes: Vec<u8>) -> Option<Expect> {
        if !path.ends_with(".json") {
            return Some(Expect::File(bytes));
        }
        match serde_json::from_slice(&bytes) {
            Ok(value) => Some(Expect::Json(value)),
            Err(error) => {
                let title = format!("`{path}` is no JSON: {error}");
                let help = "a file that ends with `.json` is compared as JSON; name it otherwise to have it compared byte by byte";
                self.findings.error("value", &node.span, title, "this file", help);
                None
            }
        }
    }

    fn text_or_json(&mut self, node: &Node, key: &str) -> Option<Written> {
        match &node.value {
            Value::Scalar { .. } if node.is_null() => {
                let title = format!("`{key}` has no value");
                let help = format!("an empty text is written `{key}: \"\"`");
                self.findings.error("type", &node.span, title, "nothing is here", help);
                None
            }
            Value::Scalar { text, .. } => Some(Written::Text(text.clone())),
            _ => Some(Written::Json(json::of(node, self.findings))),
        }
    }

    /// A file that a case names, relative to the file of cases; its path and content.
    fn file(&mut self, node: &Node, key: &'static str) -> Option<(String, Vec<u8>)> {
        let Some(name) = node.text() else {
            let (title, label) = (
                format!("`{key}` must be a file's name"),
                format!("this is {}", node.kind()),
            );
            self.findings.error("type", &node.span, title, label, "");
            return None;
        };
        let top = self.folder.split('/').next().unwrap_or_default();
        let path = within(self.folder, name).filter(|path| path.starts_with(&format!("{top}/")));
        let Some(path) = path else {
            let title = format!("`{key}` names a file outside of `{top}/`");
            let help =
                format!("put the file below `{top}/`, and name it from where this file stands: `testdata/day.json`");
            self.findings
                .error("value", &node.span, title, "this leads outside", help);
            return None;
        };
        if let Some(bytes) = self.files.get(&path) {
            let before = *self.taken;
            *self.taken = before.saturating_add(bytes.len());
            if *self.taken <= MOST_TAKEN {
                return Some((path, bytes.clone()));
            }
            if before <= MOST_TAKEN {
                let title = "these cases take too much from files";
                let label = format!("with this one, more than {} MiB", MOST_TAKEN >> 20);
                self.findings
                    .error("too-large", &node.span, title, label, "use smaller files, or fewer");
            }
            return None;
        }
        let prefix = format!("{}/", self.folder);
        let known = self.files.keys().filter_map(|path| path.strip_prefix(&prefix));
        let help = closest(name, known).map_or(String::new(), |meant| format!("did you mean `{meant}`?"));
        let title = format!("there is no file `{path}`");
        self.findings
            .error("missing-file", &node.span, title, "this file is missing", help);
        None
    }

    fn two(&mut self, span: &Span, first: &str, second: &str) {
        let title = format!("a case has either `{first}` or `{second}`");
        self.findings
            .error("two-keys", span, title, "the second one", "remove one of them");
    }
}

/// A value that is a text, or JSON written in YAML.
enum Written {
    Text(String),
    Json(serde_json::Value),
}

/// `name` from `folder`, both with `/`; none where it leads above the top.
fn within(folder: &str, name: &str) -> Option<String> {
    if name.starts_with('/') || name.contains('\\') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests;
