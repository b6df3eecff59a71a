//! `variables.md`: what `src/config/known.rs` lists, held against the code that reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use pelato::config::{Flags, Reading, Settings, VARIABLES, Variable, Variables};
use regex::Regex;

use super::cell;
use super::commands::{arguments, commands};
use super::keys::KEYS;
use super::table::hold;

/// Words that look like variables, and that no user sets: what the compiler knows, what is
/// told to Go, to the build image and to the database's provider, and what a local host gets
/// from the process that starts it.
const OTHERS: [&str; 14] = [
    "CARGO_PKG_VERSION",
    "CGO_ENABLED",
    "GOLANG_VERSION",
    "GO_IMAGE",
    "PELATO_LOCAL_IDENTITY",
    "PELATO_LOCAL_NATS",
    "PELATO_LOCAL_SQL",
    "PELATO_VERSION",
    "POSTGRES_DATABASE",
    "POSTGRES_HOST",
    "POSTGRES_PASSWORD",
    "POSTGRES_PORT",
    "POSTGRES_TLS_REQUIRED",
    "POSTGRES_USERNAME",
];
/// Read by a library, by this name.
const OF_A_LIBRARY: &str = "RUST_LOG";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every text of the program that is all capitals.
fn capitals() -> BTreeSet<String> {
    let literal = Regex::new(r#""([A-Z][A-Z0-9_]+)=?""#).unwrap();
    let mut found = BTreeSet::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            let program = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let is_program = path.extension().is_some_and(|extension| extension == "rs")
                && !path.ends_with("config/known.rs")
                && !path.iter().any(|part| part == "tests" || part == "tests.rs");
            if is_program {
                found.extend(literal.captures_iter(program).map(|found| found[1].to_owned()));
            }
        }
    }
    found
}

#[test]
fn what_is_read_is_known_and_what_is_known_is_read() {
    let read = capitals();
    let known: BTreeSet<&str> = VARIABLES.iter().map(|variable| variable.name).collect();
    assert_eq!(known.len(), VARIABLES.len(), "each is listed once");
    // Of those without a `_` there are few, and many words that are no variables.
    let unknown: Vec<&String> = read
        .iter()
        .filter(|name| name.contains('_') && !known.contains(name.as_str()) && !OTHERS.contains(&name.as_str()))
        .collect();
    assert!(unknown.is_empty(), "not in src/config/known.rs: {unknown:?}");
    let unread: Vec<&&str> = known
        .iter()
        .filter(|name| !read.contains(**name) && **name != OF_A_LIBRARY)
        .collect();
    assert!(unread.is_empty(), "nobody reads {unread:?}");
    let stale: Vec<&&str> = OTHERS.iter().filter(|name| !read.contains(**name)).collect();
    assert!(stale.is_empty(), "{stale:?} are not there any more");
}

/// Those that may stand in `.env`.
fn of_dotenv() -> impl Iterator<Item = &'static Variable> {
    VARIABLES
        .iter()
        .filter(|variable| variable.read != Reading::Environment)
}

#[test]
fn the_template_of_dotenv_has_each_with_its_default() {
    let text = fs::read_to_string(root().join(".env.template")).unwrap();
    let line = Regex::new(r"(?m)^#?([A-Z][A-Z_]+)=(.*)$").unwrap();
    let template: BTreeMap<String, String> = line
        .captures_iter(&text)
        .map(|found| (found[1].to_owned(), found[2].to_owned()))
        .collect();
    let named: BTreeSet<&str> = template.keys().map(String::as_str).collect();
    let known: BTreeSet<&str> = of_dotenv().map(|variable| variable.name).collect();
    assert_eq!(named, known);
    for variable in of_dotenv() {
        if let Some(default) = variable.default {
            assert_eq!(template[variable.name], default, "{}", variable.name);
        }
    }
}

/// Whoever sets each variable to its default has set nothing.
#[test]
fn the_defaults_are_what_counts_where_nothing_is_set() {
    let settings = |pairs: &[(&str, &str)]| {
        let mut settings = Settings::of(&Variables::given(pairs), &Flags::default()).unwrap();
        // A server that is named is used by the local host too.
        settings.environment.nats_is_named = false;
        format!("{settings:#?}")
    };
    let defaults: Vec<(&str, &str)> = of_dotenv()
        .filter_map(|variable| Some((variable.name, variable.default?)))
        .collect();
    assert_eq!(settings(&[]), settings(&defaults));
}

#[test]
fn the_variables_are_documented() {
    let mut flags: BTreeMap<String, String> = BTreeMap::new();
    for (_, command) in commands() {
        for argument in arguments(&command) {
            let flag = argument.shown.split([' ', '[']).next().unwrap().to_owned();
            for name in argument.variables {
                flags.insert(name, format!("`{flag}`"));
            }
        }
    }
    let default = |variable: &Variable| variable.default.map_or(String::new(), |default| format!("`{default}`"));
    let row = |variable: &Variable| {
        if let Some(key) = variable.key {
            assert!(
                KEYS.iter().any(|known| known.path == key),
                "{}: no key {key}",
                variable.name
            );
        }
        format!(
            "| `{}` | {} | {} | {} | {} |\n",
            variable.name,
            cell(variable.says),
            default(variable),
            flags.get(variable.name).map_or("", String::as_str),
            variable.key.map_or(String::new(), |key| format!("`{key}`")),
        )
    };
    let of = |reading: Reading| VARIABLES.iter().filter(move |variable| variable.read == reading);
    let head = "| variable | | default | flag | in `runner.yaml` |\n| --- | --- | --- | --- | --- |\n";
    for (name, reading) in [("commands", Reading::Commands), ("both", Reading::CommandsAndRunner)] {
        let rows: String = of(reading).map(row).collect();
        hold("variables.md", name, &format!("{head}{rows}"));
    }
    let rows: String = of(Reading::Environment)
        .map(|variable| {
            format!(
                "| `{}` | {} | {} |\n",
                variable.name,
                cell(variable.says),
                default(variable)
            )
        })
        .collect();
    let head = "| variable | | default |\n| --- | --- | --- |\n";
    hold("variables.md", "environment", &format!("{head}{rows}"));
}
