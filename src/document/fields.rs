//! Reads the keys of a map, and finds those that nobody asked for.

use std::collections::HashMap;

use super::{Findings, Node, Span, Value, closest};

/// The keys of one map. Each is taken once; what is left over is unknown.
pub struct Fields<'n> {
    what: &'static str,
    span: Span,
    entries: Vec<(&'n str, &'n Node, &'n Node)>,
    known: Vec<&'static str>,
    extra: Vec<String>,
}

impl<'n> Fields<'n> {
    /// The keys of `node`, which is `what` to people (`a task`). A node that is
    /// no map, a key that is no text and a key that comes twice are findings.
    pub fn of(node: &'n Node, what: &'static str, findings: &mut Findings) -> Option<Self> {
        let Value::Mapping(pairs) = &node.value else {
            findings.error(
                "type",
                &node.span,
                format!("{what} must be a map of keys"),
                format!("this is {}", node.kind()),
                "write `key: value` lines",
            );
            return None;
        };
        let mut entries: Vec<(&str, &Node, &Node)> = Vec::with_capacity(pairs.len());
        let mut seen: HashMap<&str, &Node> = HashMap::with_capacity(pairs.len());
        for (key, value) in pairs {
            let Some(name) = key.text() else {
                findings.error(
                    "type",
                    &key.span,
                    format!("a key of {what} must be a word"),
                    format!("this is {}", key.kind()),
                    "write a word before the `:`",
                );
                continue;
            };
            if let Some(first) = seen.get(name) {
                findings.error(
                    "duplicate-key",
                    &key.span,
                    format!("`{name}` is given twice in {what}"),
                    "the second one",
                    "remove one of them",
                );
                findings.also(&first.span, "the first one");
                continue;
            }
            seen.insert(name, key);
            entries.push((name, key, value));
        }
        // The whole of a long map says nothing: its first line does.
        let span = entries.first().map_or(node.span.clone(), |(_, key, value)| {
            key.span.start..first_end(key, value)
        });
        Some(Self {
            what,
            span,
            entries,
            known: Vec::new(),
            extra: Vec::new(),
        })
    }

    /// Where the map begins, for findings about the whole of it.
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// Takes a key's value, null or not.
    pub fn take(&mut self, name: &'static str) -> Option<&'n Node> {
        self.known.push(name);
        self.take_named(name)
    }

    /// Like [`Self::take`], for a key that only a template knows.
    pub fn take_extra(&mut self, name: &str) -> Option<&'n Node> {
        self.extra.push(name.to_owned());
        self.take_named(name)
    }

    fn take_named(&mut self, name: &str) -> Option<&'n Node> {
        let at = self.entries.iter().position(|(seen, _, _)| *seen == name)?;
        Some(self.entries.remove(at).2)
    }

    /// Where a key stands that was not taken yet.
    pub fn key_span(&self, name: &str) -> Option<Span> {
        self.entries
            .iter()
            .find(|(seen, _, _)| *seen == name)
            .map(|(_, key, _)| key.span.clone())
    }

    /// Takes a text that may be left out.
    pub fn text(&mut self, name: &'static str, findings: &mut Findings) -> Option<(&'n str, &'n Span)> {
        let node = self.take(name)?;
        scalar(name, node, findings)
    }

    /// Takes a text that must be there.
    pub fn required(&mut self, name: &'static str, findings: &mut Findings) -> Option<(&'n str, &'n Span)> {
        match self.take(name) {
            Some(node) => scalar(name, node, findings),
            None => {
                self.missing(name, findings);
                None
            }
        }
    }

    /// Says that a key is missing.
    pub fn missing(&self, name: &str, findings: &mut Findings) {
        findings.error(
            "missing-key",
            &self.span,
            format!("`{name}` is missing in {}", self.what),
            "it belongs to this one",
            format!("add `{name}:`"),
        );
    }

    /// Takes a `true` or `false`.
    pub fn boolean(&mut self, name: &'static str, findings: &mut Findings) -> Option<bool> {
        let (text, span) = self.text(name, findings)?;
        match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                findings.error(
                    "type",
                    span,
                    format!("`{name}` is true or false"),
                    "this is neither",
                    format!("write `{name}: true` or `{name}: false`"),
                );
                None
            }
        }
    }

    /// Names keys that may be there although nobody takes them: what a map may have
    /// is not known while it does not say what it is.
    pub fn allow(&mut self, names: impl IntoIterator<Item = String>) {
        self.extra.extend(names);
        let extra = &self.extra;
        self.entries
            .retain(|(name, _, _)| !extra.iter().any(|known| known == name));
    }

    /// Says of every key that was not taken that it is unknown.
    pub fn finish(self, findings: &mut Findings) {
        let known = || self.known.iter().copied().chain(self.extra.iter().map(String::as_str));
        for (name, key, _) in &self.entries {
            let help = match closest(name, known()) {
                // YAML 1.1 had these, and many have met them elsewhere.
                _ if *name == "<<" => "YAML 1.2 has no merge keys: write the keys out".to_owned(),
                Some(meant) => format!("did you mean `{meant}`?"),
                None => {
                    let mut names: Vec<&str> = known().collect();
                    names.sort_unstable();
                    names.dedup();
                    format!("{} may have: {}", self.what, names.join(", "))
                }
            };
            findings.error(
                "unknown-key",
                &key.span,
                format!("`{name}` is not a key of {}", self.what),
                "unknown key",
                help,
            );
        }
    }
}

fn first_end(key: &Node, value: &Node) -> usize {
    match value.value {
        Value::Scalar { .. } => value.span.end.max(key.span.end),
        _ => key.span.end,
    }
}

/// The text of a scalar; anything else is a finding.
pub(super) fn scalar<'n>(name: &str, node: &'n Node, findings: &mut Findings) -> Option<(&'n str, &'n Span)> {
    match node.text() {
        Some(text) => Some((text, &node.span)),
        None => {
            findings.error(
                "type",
                &node.span,
                format!("`{name}` must be a single value"),
                format!("this is {}", node.kind()),
                if node.is_null() {
                    format!("write it behind `{name}:`, or remove the key")
                } else {
                    format!("write it behind `{name}:`, on the same line")
                },
            );
            None
        }
    }
}
