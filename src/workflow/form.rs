//! What a value may look like: whether it is refused, what was likely meant, and how
//! that is said. The JSON Schema is made from the same list.

use super::{KeyKind, Order, names};

/// The form of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Text for people.
    Display,
    /// A name that OCI, wadm and NATS all take.
    ComponentName,
    /// A host's label, or another name of letters, digits, `-` and `_`.
    Label,
    /// `x.y.z`.
    Version,
    /// A path below `tasks/`.
    Code,
    /// A NATS subject; whether it may hold `*` and `>`.
    Subject(bool),
    /// `ip:port`.
    Address,
    /// A SQL table.
    Table,
    /// A column of a SQL table.
    Column,
    /// How many of something.
    Instances,
    /// A word of [`Order`].
    Placement,
}

impl Form {
    /// The form of a template's key; `wildcards` where it is a subject to listen on.
    pub(super) fn of(kind: KeyKind, wildcards: bool) -> Self {
        match kind {
            KeyKind::Subject => Self::Subject(wildcards),
            KeyKind::Address => Self::Address,
            KeyKind::Name => Self::Label,
            KeyKind::Table => Self::Table,
            KeyKind::Column => Self::Column,
        }
    }

    /// Why a value is refused, if it is.
    pub(super) fn refuses(self, text: &str) -> Option<String> {
        match self {
            Self::Display => names::display(text),
            Self::ComponentName => names::component_name(text),
            Self::Label => names::label(text),
            Self::Version => names::version(text),
            Self::Code => names::code(text),
            Self::Subject(wildcards) => names::subject(text, wildcards),
            Self::Address => names::address(text),
            Self::Table => names::table(text),
            Self::Column => names::column(text),
            Self::Instances => names::instances(text),
            Self::Placement => Order::named(text)
                .is_none()
                .then(|| format!("it is {}", Order::WORDS.join(" or "))),
        }
    }

    /// What it is, for people: the words of the documentation and the schema.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Display => "a text",
            Self::ComponentName => "a name: letters, digits, and `-`, `_` or `__` between them",
            Self::Label => "a name: letters, digits, `-`, `_`",
            Self::Version => "a version, `x.y.z`",
            Self::Code => "a path below `tasks/`",
            Self::Subject(true) => "a NATS subject, which may hold `*` and `>`",
            Self::Subject(false) => "a NATS subject",
            Self::Address => "`ip:port`",
            Self::Table => "a SQL table, `name` or `schema.name`",
            Self::Column => "a SQL column",
            Self::Instances => "a number from 1 to 1000",
            Self::Placement => "`all` or `prefer`",
        }
    }

    /// A value that is right.
    pub(super) fn example(self) -> &'static str {
        match self {
            Self::Display => "Temp data conversion",
            Self::ComponentName => "celsius_to_kelvin",
            Self::Label => "edge",
            Self::Version => "1.0.0",
            Self::Code => "convert.go",
            Self::Subject(true) => "sensors.*",
            Self::Subject(false) => "living_room.kelvin",
            Self::Address => "0.0.0.0:8000",
            Self::Table => "readings",
            Self::Column => "sensor",
            Self::Instances => "100",
            Self::Placement => "prefer",
        }
    }

    /// What to write instead of a value that is refused.
    pub(super) fn fix(self, text: &str) -> String {
        match self.mended(text) {
            Some(mended) => format!("write `{mended}`"),
            None => format!("for example `{}`", self.example()),
        }
    }

    /// The value that was likely meant. It is never one that is refused.
    fn mended(self, text: &str) -> Option<String> {
        let mended = match self {
            Self::Display => text
                .chars()
                .filter(|c| names::display(&format!("x{c}")).is_none())
                .collect(),
            Self::ComponentName | Self::Label => name(text),
            Self::Version => version(text)?,
            Self::Code => text.trim().replace('\\', "/").trim_start_matches(['.', '/']).to_owned(),
            Self::Subject(wildcards) => subject(text, wildcards)?,
            Self::Address => address(text)?,
            Self::Table | Self::Column => sql(text, self == Self::Table),
            Self::Instances => return None,
            Self::Placement => text.trim().to_lowercase(),
        };
        (mended != text && self.refuses(&mended).is_none()).then_some(mended)
    }
}

/// Words of letters and digits, with `_` where something else stood.
fn name(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.join("_")
}

/// `v1.2-rc1` → `1.2.0`.
fn version(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches(['v', 'V']);
    let numbers = text.split(['-', '+']).next()?;
    let mut parts: Vec<&str> = numbers.split('.').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        return None;
    }
    parts.resize(3, "0");
    Some(parts.join("."))
}

fn subject(text: &str, wildcards: bool) -> Option<String> {
    let text = text.trim().trim_start_matches('$');
    let text = text.strip_prefix("_INBOX.").unwrap_or(text);
    let mut tokens = Vec::new();
    let written = || text.split('.').filter(|token| !token.is_empty());
    let last = written().count().checked_sub(1)?;
    for (index, token) in written().enumerate() {
        let token = match token {
            "*" | ">" if !wildcards => return None,
            ">" if index < last => "*".to_owned(),
            "*" | ">" => token.to_owned(),
            token => token
                .chars()
                .filter(|c| !matches!(c, '*' | '>'))
                .map(|c| {
                    if names::subject(&format!("x{c}"), false).is_none() {
                        c
                    } else {
                        '_'
                    }
                })
                .collect(),
        };
        tokens.push(token);
    }
    Some(tokens.join("."))
}

fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text
        .split_once("://")
        .map_or(text, |(_, rest)| rest)
        .trim_end_matches('/');
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port),
        _ if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => ("", text),
        _ => (text, "8000"),
    };
    let host = match host {
        "" | "*" => "0.0.0.0",
        "localhost" => "127.0.0.1",
        host => host,
    };
    Some(format!("{host}:{port}"))
}

fn sql(text: &str, dot: bool) -> String {
    let fits = |c: char| c.is_alphanumeric() || c == '_' || (dot && c == '.');
    text.trim().chars().map(|c| if fits(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_offered_where_it_can_be_told() {
        let fixed = |form: Form, text: &str| form.fix(text);
        assert_eq!(
            fixed(Form::ComponentName, "celsius to kelvin!"),
            "write `celsius_to_kelvin`"
        );
        assert_eq!(fixed(Form::Label, "-edge-"), "write `edge`");
        assert_eq!(fixed(Form::Version, "1.0"), "write `1.0.0`");
        assert_eq!(fixed(Form::Version, "v2"), "write `2.0.0`");
        assert_eq!(fixed(Form::Version, "1.2.3-rc1"), "write `1.2.3`");
        assert_eq!(fixed(Form::Version, "latest"), "for example `1.0.0`");
        assert_eq!(fixed(Form::Subject(true), "a b..c.x*"), "write `a_b.c.x`");
        assert_eq!(fixed(Form::Subject(true), "a.>.b"), "write `a.*.b`");
        assert_eq!(fixed(Form::Subject(false), "a.*"), "for example `living_room.kelvin`");
        assert_eq!(fixed(Form::Address, "8000"), "write `0.0.0.0:8000`");
        assert_eq!(fixed(Form::Address, "http://localhost:81/"), "write `127.0.0.1:81`");
        assert_eq!(fixed(Form::Address, "10.0.0.1"), "write `10.0.0.1:8000`");
        assert_eq!(fixed(Form::Address, "example.org:80"), "for example `0.0.0.0:8000`");
        assert_eq!(fixed(Form::Code, "./a\\b.go"), "write `a/b.go`");
        assert_eq!(fixed(Form::Display, "a\u{202e}b\n"), "write `ab`");
        assert_eq!(fixed(Form::Table, "my table.x"), "write `my_table.x`");
        assert_eq!(fixed(Form::Column, "a.b"), "write `a_b`");
    }

    #[test]
    fn every_example_is_right() {
        for form in [
            Form::Display,
            Form::ComponentName,
            Form::Label,
            Form::Version,
            Form::Code,
            Form::Subject(true),
            Form::Subject(false),
            Form::Address,
            Form::Table,
            Form::Column,
            Form::Instances,
            Form::Placement,
        ] {
            assert_eq!(form.refuses(form.example()), None, "{form:?}");
        }
    }
}
