//! A value and where it stands.

use std::ops::Range;

/// A range of bytes in the document's text.
pub type Span = Range<usize>;

/// A value of a YAML document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// What a value is. Plain scalars stay text: only a key's reader knows whether
/// `1.0` is meant as a number or as a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text, number, boolean or nothing.
    Scalar {
        /// As it reads without quotes.
        text: String,
        /// Whether it stood without quotes.
        plain: bool,
    },
    /// `[a, b]`
    Sequence(Vec<Node>),
    /// `{a: b}`, in the order in which it is written.
    Mapping(Vec<(Node, Node)>),
}

impl Node {
    /// The text of a scalar that is not null.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// Whether nothing is there (`key:`, `~`, `null`).
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// What it is, in words: `a list`.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            _ if self.is_null() => "nothing",
            Value::Scalar { .. } => "a single value",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a map",
        }
    }
}
