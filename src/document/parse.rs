//! Text → [`Node`], within limits.

mod positions;

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle};

use self::positions::Positions;
use super::{Diagnostics, Findings, Node, Span, Value};

/// How large a document may be. A repository's YAML is hostile: aliases can
/// blow a page up to gigabytes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of text.
    pub bytes: usize,
    /// Bytes of one scalar.
    pub scalar: usize,
    /// Values in all, those that aliases repeat included.
    pub nodes: usize,
    /// Values within values.
    pub depth: usize,
}

impl Default for Limits {
    /// Room for 10,000 tasks, and far below what hurts.
    fn default() -> Self {
        Self {
            bytes: 8 << 20,
            scalar: 64 << 10,
            nodes: 500_000,
            depth: 32,
        }
    }
}

/// Reads the one document of `text`, which `file` names in messages. `Ok(None)`
/// is an empty document.
pub fn parse(file: &str, text: &str, limits: Limits) -> Result<Option<Node>, Diagnostics> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let offset = text.len() - body.len();
    if body.len() > limits.bytes {
        let mut findings = Findings::default();
        findings.error(
            "too-large",
            &(0..1),
            format!("{file} has {} bytes", body.len()),
            format!("at most {} are read", limits.bytes),
            "split the project into several, each in a folder of its own",
        );
        // The text itself is not worth carrying along.
        return Err(findings.of(file, " "));
    }
    let mut reader = Reader {
        positions: Positions::of(body, offset),
        limits,
        findings: Findings::default(),
        anchors: HashMap::new(),
        open: Vec::new(),
        root: None,
        nodes: 0,
        repeated: 0,
    };
    for event in Parser::new_from_str(body) {
        let goes_on = match event {
            Ok((event, marks)) => {
                let span = reader.positions.span(marks);
                reader.take(event, span)
            }
            Err(error) => {
                let at = reader.positions.at(error.marker().index());
                reader.not_yaml(error.info(), &(at..at + 1))
            }
        };
        if !goes_on {
            break;
        }
    }
    if reader.findings.errors() > 0 {
        return Err(reader.findings.of(file, text));
    }
    Ok(reader.root)
}

/// A collection that is not closed yet.
struct Open {
    anchor: usize,
    start: usize,
    kind: OpenKind,
}

enum OpenKind {
    Sequence(Vec<Node>),
    Mapping(Vec<(Node, Node)>, Option<Node>),
}

struct Reader<'t> {
    positions: Positions<'t>,
    limits: Limits,
    findings: Findings,
    anchors: HashMap<usize, Node>,
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    /// Bytes of text that aliases repeat.
    repeated: usize,
}

impl Reader<'_> {
    /// Takes one event in; whether to go on.
    fn take(&mut self, event: Event<'_>, span: Span) -> bool {
        match event {
            Event::Scalar(text, style, anchor, _) => self.scalar(text, style, anchor, span),
            Event::SequenceStart(anchor, _) => self.begin(anchor, span, OpenKind::Sequence(Vec::new())),
            Event::MappingStart(anchor, _) => self.begin(anchor, span, OpenKind::Mapping(Vec::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => self.end(&span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::DocumentStart(_) if self.root.is_some() => self.stop(
                "documents",
                &span,
                "there is more than one document here",
                "the second one begins here",
                "remove the `---`, or use a file for each",
            ),
            _ => true,
        }
    }

    fn scalar(&mut self, text: Cow<'_, str>, style: ScalarStyle, anchor: usize, span: Span) -> bool {
        let span = self.positions.without_comment(style, span);
        if text.len() > self.limits.scalar {
            return self.stop(
                "too-large",
                &(span.start..span.start + 1),
                &format!("a value has {} bytes", text.len()),
                &format!("it begins here; at most {} are read", self.limits.scalar),
                "data belongs into a file of its own",
            );
        }
        let value = Value::Scalar {
            text: text.into_owned(),
            plain: style == ScalarStyle::Plain,
        };
        self.put(Node { span, value }, anchor, 1)
    }

    fn begin(&mut self, anchor: usize, span: Span, kind: OpenKind) -> bool {
        if self.open.len() >= self.limits.depth {
            return self.too_deep(&span);
        }
        self.open.push(Open {
            anchor,
            start: span.start,
            kind,
        });
        true
    }

    fn end(&mut self, span: &Span) -> bool {
        let Some(open) = self.open.pop() else {
            return true;
        };
        let (value, last) = match open.kind {
            OpenKind::Sequence(items) => {
                let last = items.last().map(|item| item.span.end);
                (Value::Sequence(items), last)
            }
            OpenKind::Mapping(entries, _) => {
                let last = entries.last().map(|(_, value)| value.span.end);
                (Value::Mapping(entries), last)
            }
        };
        // A block collection "ends" where the next token begins; what people see
        // as its end is the end of its last value.
        let end = if span.start < span.end {
            span.end
        } else {
            last.unwrap_or(span.end)
        };
        let node = Node {
            span: open.start..end.max(open.start),
            value,
        };
        self.put(node, open.anchor, 1)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> bool {
        let Some(mut node) = self.anchors.get(&anchor).cloned() else {
            return self.stop(
                "recursive-alias",
                &span,
                "an alias refers to itself",
                "this value is not complete yet",
                "write the value out",
            );
        };
        node.span = span;
        let repeated = count(&node);
        self.repeated += length(&node);
        if self.repeated > self.limits.bytes {
            return self.stop(
                "too-large",
                &node.span,
                "aliases repeat too much text",
                &format!("at most {} bytes in all", self.limits.bytes),
                "write less, or less often",
            );
        }
        self.put(node, 0, repeated)
    }

    /// Puts a whole value where it belongs.
    fn put(&mut self, node: Node, anchor: usize, nodes: usize) -> bool {
        self.nodes += nodes;
        if self.nodes > self.limits.nodes {
            return self.stop(
                "too-many",
                &node.span,
                "the document has too many values",
                &format!(
                    "at most {} are read, those that aliases repeat included",
                    self.limits.nodes
                ),
                "split the project into several, each in a folder of its own",
            );
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.root = Some(node),
            Some(OpenKind::Sequence(items)) => items.push(node),
            Some(OpenKind::Mapping(entries, key)) => match key.take() {
                None => *key = Some(node),
                Some(name) => entries.push((name, node)),
            },
        }
        true
    }

    fn too_deep(&mut self, span: &Span) -> bool {
        let label = format!("at most {} levels are read", self.limits.depth);
        let help = "write it flat: a workflow has three levels";
        self.stop("too-deep", span, "values within values go too deep", &label, help)
    }

    fn not_yaml(&mut self, reason: &str, span: &Span) -> bool {
        // The parser's own limit of depth; ours is lower, but it reads ahead.
        if reason.contains("recursion limit") {
            return self.too_deep(span);
        }
        let help = if reason.contains("tab") {
            "indent with spaces: YAML takes no tabs for that"
        } else if reason.contains("anchor") {
            "`*name` stands for the value that `&name` was written before, further up; in quotes it is a text"
        } else {
            "look at quotes, brackets and indentation from here upwards; a text with `: ` or ` #` in it belongs into quotes"
        };
        self.stop("syntax", span, &format!("this is not YAML: {reason}"), "here", help)
    }

    fn stop(&mut self, rule: &'static str, span: &Span, title: &str, label: &str, help: &str) -> bool {
        self.findings.error(rule, span, title, label, help);
        false
    }
}

fn count(node: &Node) -> usize {
    1 + match &node.value {
        Value::Scalar { .. } => 0,
        Value::Sequence(items) => items.iter().map(count).sum(),
        Value::Mapping(entries) => entries.iter().map(|(k, v)| count(k) + count(v)).sum(),
    }
}

/// Bytes of text in a value.
fn length(node: &Node) -> usize {
    match &node.value {
        Value::Scalar { text, .. } => text.len(),
        Value::Sequence(items) => items.iter().map(length).sum(),
        Value::Mapping(entries) => entries.iter().map(|(k, v)| length(k) + length(v)).sum(),
    }
}

#[cfg(test)]
mod tests;
