//! What a function takes and gives, and whether that is what somebody needs.

use super::scan::{Kind, Token};

/// Parameters and results.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// In their order.
    pub parameters: Vec<Parameter>,
    /// In their order.
    pub results: Vec<Parameter>,
}

/// A parameter or a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Its type, one spelling for each: `map[string]int`, `...any`.
    pub kind: String,
}

/// Whether a function is what is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It is.
    Same,
    /// Only the compiler can say: a type's name may stand for another type.
    Unsure,
    /// It is not.
    Different,
}

impl Signature {
    /// Compares types; names and grouping make no difference. `defined` says of a
    /// name whether it is known to be a type of its own.
    pub fn fits(&self, needed: &Self, defined: impl Fn(&str) -> bool) -> Fit {
        if self.parameters.len() != needed.parameters.len() || self.results.len() != needed.results.len() {
            return Fit::Different;
        }
        let pairs = self.parameters.iter().zip(&needed.parameters);
        pairs
            .chain(self.results.iter().zip(&needed.results))
            .map(|(found, needed)| match found.kind == needed.kind {
                true => Fit::Same,
                false if is_certain(&found.kind, &defined) => Fit::Different,
                false => Fit::Unsure,
            })
            .max()
            .unwrap_or(Fit::Same)
    }
}

/// Names that Go itself declares. `error` and the like can be declared anew; who does
/// that hears of it from the compiler.
const PREDECLARED: [&str; 22] = [
    "any",
    "bool",
    "byte",
    "comparable",
    "complex128",
    "complex64",
    "error",
    "float32",
    "float64",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "rune",
    "string",
    "uint",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "uintptr",
];

fn is_certain(kind: &str, defined: impl Fn(&str) -> bool) -> bool {
    const WORDS: [&str; 5] = ["chan", "func", "interface", "map", "struct"];
    !kind.replace("...", "").contains('.')
        && kind
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .filter(|word| !word.is_empty() && !word.starts_with(|c: char| c.is_ascii_digit()))
            .all(|word| PREDECLARED.binary_search(&word).is_ok() || WORDS.contains(&word) || defined(word))
}

/// Reads what stands between the brackets of a list of parameters.
pub(super) fn list(text: &str, tokens: &[Token]) -> Vec<Parameter> {
    let entries = split(tokens);
    let named = entries.iter().any(|entry| is_named(entry));
    let mut list: Vec<Parameter> = Vec::with_capacity(entries.len());
    // In `(key, data string)` the type comes last, for all before it.
    let mut waiting = 0;
    for entry in entries {
        let name = |token: &Token| Some(text[token.start..token.end].to_owned());
        match entry {
            [one] if named && one.kind == Kind::Name => {
                waiting += 1;
                list.push(Parameter {
                    name: name(one),
                    kind: String::new(),
                });
            }
            [first, rest @ ..] if named && is_named(entry) => {
                let kind = kind(text, rest);
                let last = list.len();
                for earlier in &mut list[last - waiting..] {
                    earlier.kind.clone_from(&kind);
                }
                waiting = 0;
                list.push(Parameter {
                    name: name(first),
                    kind,
                });
            }
            _ => {
                waiting = 0;
                list.push(Parameter {
                    name: None,
                    kind: kind(text, entry),
                });
            }
        }
    }
    list
}

/// `x int`, `x []int`, `x ...int`; not `pkg.T`, not `List[int]`, not `[]int`.
fn is_named(entry: &[Token]) -> bool {
    let [first, second, ..] = entry else { return false };
    if first.kind != Kind::Name || second.kind == Kind::Sign(b'.') {
        return false;
    }
    if second.kind != Kind::Sign(b'[') {
        return true;
    }
    // What follows the brackets tells an array from type arguments.
    let mut depth = 0_usize;
    for (index, token) in entry.iter().enumerate().skip(1) {
        match token.kind {
            Kind::Sign(b'[') => depth += 1,
            Kind::Sign(b']') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index + 1 < entry.len();
                }
            }
            _ => {}
        }
    }
    false
}

/// A type in one spelling, without brackets around it.
pub(super) fn kind(text: &str, mut tokens: &[Token]) -> String {
    while let [first, inner @ .., last] = tokens
        && first.kind == Kind::Sign(b'(')
        && last.kind == Kind::Sign(b')')
        && split(inner).len() == 1
    {
        tokens = inner;
    }
    let mut kind = String::new();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    for token in tokens.iter().filter(|token| token.kind != Kind::Semicolon) {
        let word = &text[token.start..token.end];
        if kind.bytes().last().is_some_and(is_word) && word.bytes().next().is_some_and(is_word) {
            kind.push(' ');
        }
        kind.push_str(word);
    }
    kind
}

/// The entries between commas, without an empty one at the end.
fn split(tokens: &[Token]) -> Vec<&[Token]> {
    let mut entries = Vec::new();
    let (mut depth, mut from) = (0_usize, 0);
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Sign(b'(' | b'[' | b'{') => depth += 1,
            Kind::Sign(b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            Kind::Sign(b',') if depth == 0 => {
                entries.push(&tokens[from..index]);
                from = index + 1;
            }
            _ => {}
        }
    }
    entries.push(&tokens[from..]);
    entries.retain(|entry| !entry.is_empty());
    entries
}
