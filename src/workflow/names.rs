//! What may stand in a workflow's names. Each rule gives the reason why a value
//! is refused, or none when it is fine.

use std::net::SocketAddr;

/// The longest name: wadm, OCI and NATS all take it with a target behind it.
const LONGEST_NAME: usize = 100;
const LONGEST_SUBJECT: usize = 255;
const LONGEST_SQL_NAME: usize = 63;
/// Instances of a component on a host.
const MOST_INSTANCES: u32 = 1_000;

/// `component_name`: an OCI repository, an application of wadm and a token of a
/// NATS subject at once.
pub(super) fn component_name(text: &str) -> Option<String> {
    if let Some(reason) = label(text) {
        return Some(reason);
    }
    // OCI's grammar of a path component: runs of letters and digits, between
    // them one or two `_`, or any number of `-`.
    let bad = text
        .split(|c: char| c.is_ascii_alphanumeric())
        .filter(|between| !between.is_empty())
        .find(|between| !matches!(*between, "_" | "__") && !between.bytes().all(|b| b == b'-'));
    bad.map(|between| format!("a registry refuses `{between}` in a name"))
}

/// A target: the value of a host's label, and part of an application's name.
pub(super) fn label(text: &str) -> Option<String> {
    let first = text.chars().next();
    let last = text.chars().last();
    let bad = text
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_'));
    if text.is_empty() {
        Some("it is empty".into())
    } else if text.len() > LONGEST_NAME {
        Some(format!("it has {} characters, {LONGEST_NAME} are the most", text.len()))
    } else if let Some(bad) = bad {
        Some(format!("{} cannot stand in it", shown(bad)))
    } else if !first.is_some_and(|c| c.is_ascii_alphanumeric()) || !last.is_some_and(|c| c.is_ascii_alphanumeric()) {
        Some("it must begin and end with a letter or a digit".into())
    } else {
        None
    }
}

/// A SQL table: its name, or schema and name.
pub(super) fn table(text: &str) -> Option<String> {
    let (schema, name) = text
        .split_once('.')
        .map_or((None, text), |(schema, name)| (Some(schema), name));
    schema.and_then(column).or_else(|| column(name))
}

/// A column of a SQL table. What is longer a database cuts off.
pub(super) fn column(text: &str) -> Option<String> {
    let bad = text.chars().find(|c| !c.is_alphanumeric() && *c != '_');
    if text.is_empty() {
        Some("a name is empty".into())
    } else if text.len() > LONGEST_SQL_NAME {
        Some(format!(
            "a name has {} bytes, {LONGEST_SQL_NAME} are the most",
            text.len()
        ))
    } else {
        bad.map(|bad| format!("{} cannot stand in a name", shown(bad)))
    }
}

/// `x.y.z`.
pub(super) fn version(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('.').collect();
    let numbers = parts
        .iter()
        .all(|part| !part.is_empty() && part.len() <= 9 && part.bytes().all(|b| b.is_ascii_digit()));
    (parts.len() != 3 || !numbers).then(|| "a version is three numbers, `1.0.0`".into())
}

/// How many messages a host may work on at once.
pub(super) fn instances(text: &str) -> Option<String> {
    let number = text.parse::<u32>().ok().filter(|_| !text.starts_with('+'));
    match number {
        Some(1..=MOST_INSTANCES) => None,
        Some(_) => Some(format!("it is a number from 1 to {MOST_INSTANCES}")),
        None => Some("this is no number".into()),
    }
}

/// A NATS subject; `wildcards` where it is subscribed to.
pub(super) fn subject(text: &str, wildcards: bool) -> Option<String> {
    // `,` and `|` separate subscriptions and queue groups in a provider's
    // configuration.
    let bad = text
        .chars()
        .find(|c| c.is_whitespace() || c.is_control() || matches!(c, ',' | '|'));
    if text.is_empty() {
        return Some("it is empty".into());
    }
    if text.len() > LONGEST_SUBJECT {
        return Some(format!("it has {} bytes, {LONGEST_SUBJECT} are the most", text.len()));
    }
    if let Some(bad) = bad {
        return Some(format!("{} cannot stand in a subject", shown(bad)));
    }
    if text.starts_with('$') || text.starts_with("_INBOX.") {
        return Some("NATS keeps such subjects for itself".into());
    }
    let tokens: Vec<&str> = text.split('.').collect();
    for (index, token) in tokens.iter().enumerate() {
        if token.is_empty() {
            return Some("there is nothing between two dots, or at an end".into());
        }
        let wild = matches!(*token, "*" | ">");
        if !wild && token.contains(['*', '>']) {
            return Some(format!("`*` and `>` stand alone between dots, not as `{token}`"));
        }
        if wild && !wildcards {
            return Some(format!("`{token}` only stands where a task listens"));
        }
        if *token == ">" && index + 1 != tokens.len() {
            return Some("`>` only stands at the end".into());
        }
    }
    None
}

/// `ip:port`.
pub(super) fn address(text: &str) -> Option<String> {
    match text.parse::<SocketAddr>() {
        Ok(address) if address.port() == 0 => Some("port 0 is no port to call".into()),
        Ok(_) => None,
        Err(_) => Some("an address is `ip:port`, `0.0.0.0:8000`".into()),
    }
}

/// `code`: a Go file beneath `tasks/`, or a folder of them.
pub(super) fn code(text: &str) -> Option<String> {
    let bad = text.chars().find(|c| c.is_control() || *c == '\\');
    if text.is_empty() {
        Some("it is empty".into())
    } else if text.len() > LONGEST_SUBJECT {
        Some(format!("it has {} bytes, {LONGEST_SUBJECT} are the most", text.len()))
    } else if let Some(bad) = bad {
        Some(format!("{} cannot stand in a file's name", shown(bad)))
    } else if text.starts_with('/') || text.starts_with('-') {
        Some("it is a path below `tasks/`".into())
    } else if text.split('/').any(|part| matches!(part, "" | "." | "..")) {
        Some("it must stay below `tasks/`: no `..`, no `.`, no empty part".into())
    } else {
        None
    }
}

/// Text for people: anything but control characters, within bounds.
pub(super) fn display(text: &str) -> Option<String> {
    let bad = text.chars().find(|c| c.is_control() || is_direction(*c));
    if text.trim().is_empty() {
        Some("it is empty".into())
    } else if text.chars().count() > 200 {
        Some("200 characters are the most".into())
    } else {
        bad.map(|bad| format!("{} cannot stand in it", shown(bad)))
    }
}

/// Characters that turn the direction of what stands around them.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn shown(c: char) -> String {
    match c {
        ' ' => "a space".into(),
        c if c.is_control() || is_direction(c) => format!("U+{:04X}", u32::from(c)),
        c => format!("`{c}`"),
    }
}

/// An application's name as wadm writes it into ids: lower-cased, whatever is no
/// letter or digit turned to `_`. Names that differ only in that collide.
pub fn application_id(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn component_names_are_what_oci_wadm_and_nats_all_take() {
        for good in ["a", "celsius_to_kelvin_conversion", "a-b", "A__b", "v2", "a---b"] {
            assert_eq!(component_name(good), None, "{good}");
        }
        for bad in [
            "",
            "_a",
            "a_",
            "a b",
            "a.b",
            "a/b",
            "../x",
            "-rf",
            "a___b",
            "a_-b",
            "è",
            "a\0b",
            &"x".repeat(101),
        ] {
            assert!(component_name(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn tables_have_a_schema_or_none_and_columns_never() {
        for good in ["readings", "home.readings", "Readings_2", "città", &"x".repeat(63)] {
            assert_eq!(table(good), None, "{good}");
        }
        for bad in [
            "",
            ".",
            "a.",
            ".a",
            "a.b.c",
            "a b",
            "a-b",
            "a\"b",
            "a;b",
            "a\0",
            &"x".repeat(64),
        ] {
            assert!(table(bad).is_some() && column(bad).is_some(), "{bad:?}");
        }
        assert_eq!(column("a.b").unwrap(), "`.` cannot stand in a name");
    }

    #[test]
    fn subjects_are_checked_token_by_token() {
        for good in ["a", "a.b", "a.*.c", "a.>", "*", ">"] {
            assert_eq!(subject(good, true), None, "{good}");
        }
        for bad in [
            "", "a b", "a..b", ".a", "a.", "a.b*", "a.>.b", "a|b", "a,b", "$JS.API", "_INBOX.x", "a\n",
        ] {
            assert!(subject(bad, true).is_some(), "{bad:?}");
        }
        assert!(subject("a.*", false).is_some());
    }

    #[test]
    fn code_stays_below_tasks() {
        assert_eq!(code("convert.go"), None);
        assert_eq!(code("shared/convert.go"), None);
        assert_eq!(code("convert"), None);
        for bad in [
            "",
            "../a.go",
            "/a.go",
            "a/../b.go",
            "./a.go",
            "a//b.go",
            "a\\b.go",
            "-o.go",
            "a\0.go",
        ] {
            assert!(code(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn versions_and_addresses() {
        assert_eq!(version("1.0.0"), None);
        for bad in ["1.0", "1", "v1.0.0", "1.0.0-rc1", "1..0", ""] {
            assert!(version(bad).is_some(), "{bad:?}");
        }
        assert_eq!(address("0.0.0.0:8000"), None);
        assert_eq!(address("[::1]:8000"), None);
        for bad in [
            "8000",
            ":8000",
            "localhost:8000",
            "0.0.0.0:0",
            "0.0.0.0:70000",
            "1.2.3.4",
        ] {
            assert!(address(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn ids_are_those_of_wadm() {
        assert_eq!(application_id("Celsius_to-Kelvin-edge"), "celsius_to_kelvin_edge");
    }
}
