//! `runner-keys.md`: the keys of `runner.yaml`, each held against the reader.

use std::collections::BTreeSet;
use std::path::Path;

use pelato::config::{RunnerConfig, Variables, read_runner};
use pelato::document::{Diagnostics, Severity};
use serde_json::{Value, json};

use super::cell;
use super::keys::{Default, KEYS, Key};
use super::table::hold;

/// A configuration with every key that can be there.
fn sample() -> Value {
    let secret = json!({ "env": "SECRET" });
    json!({
        "listen": "127.0.0.1:9090",
        "public_url": "https://ci.example.org",
        "data": "/var/lib/pelato",
        "builder": "local",
        "keep_going": true,
        "drain": "10s",
        "reconcile": "1m",
        "proxies": ["10.0.0.0/8"],
        "api_token": secret,
        "public": true,
        "limits": { "body": "1MiB", "queue": "10", "connections": "20" },
        "retention": { "runs": "1d", "logs": "2d", "size": "3MiB" },
        "repositories": [{
            "name": "acme/thermo",
            "forge": "gitea",
            "url": "https://git.example.org/acme/thermo.git",
            "allow_http": true,
            "api": "https://git.example.org/api/v1",
            "webhook_secret": secret,
            "insecure_unsigned": false,
            "token": secret,
            "branches": { "main": "production" },
            "templates": true,
            "sources": ["192.0.2.0/24"],
        }],
        "environments": { "production": {
            "registry": { "url": "registry.example.org", "user": "ci", "password": secret, "insecure": true },
            "nats": {
                "url": "nats://nats.example.org", "user": "ci", "password": secret, "token": secret, "nkey": secret,
                "creds": "a.creds", "ca": "ca.pem", "cert": "a.pem", "key": "a.key",
            },
            "sql": { "url": secret },
            "lattice": "home",
            "deploy": "wadm",
            "providers": { "messaging": "m:1", "http_server": "h:1", "keyvalue": "k:1", "sql": "s:1" },
            "targets": { "edge": { "nats": "nats://127.0.0.1:4222" } },
            "heal": true,
            "agent": true,
        }},
    })
}

fn read(document: &Value) -> Result<RunnerConfig, Diagnostics> {
    let text = serde_yaml::to_string(document).unwrap();
    let variables = Variables::given(&[("SECRET", "s3cr3t")]);
    read_runner("runner.yaml", &text, Path::new("/etc/pelato"), &variables)
}

/// What is wrong: the rule, and what a page says of it.
fn errors(document: &Value) -> Vec<(&'static str, String)> {
    let found = read(document).err().map_or_else(Vec::new, |found| found.items);
    let errors = found.into_iter().filter(|item| item.severity == Severity::Error);
    errors
        .map(|item| (item.rule, format!("`{}`: {}, {}", item.rule, item.title, item.label)))
        .collect()
}

/// Where a map of the page is in the sample: `environments.*.nats` → `/environments/production/nats`.
fn pointer(map: &str) -> String {
    let map = map.replace("{secret}", "repositories[].token");
    let mut pointer = String::new();
    for part in map.split('.').filter(|part| !part.is_empty()) {
        let name = match (part, pointer.as_str()) {
            ("*", "/environments") => "production",
            ("*", _) => "edge",
            (part, _) => part,
        };
        pointer += &format!("/{}", name.replace("[]", "/0"));
    }
    pointer
}

/// The map that a key is in, and its name there.
fn place(path: &str) -> (&str, &str) {
    path.rsplit_once('.').unwrap_or(("", path))
}

fn set(document: &Value, path: &str, value: Value) -> Value {
    let (map, name) = place(path);
    let mut changed = document.clone();
    changed.pointer_mut(&pointer(map)).expect("the sample has it")[name] = value;
    changed
}

fn without(document: &Value, path: &str) -> Value {
    let (map, name) = place(path);
    let mut changed = document.clone();
    let map = changed.pointer_mut(&pointer(map)).expect("the sample has it");
    map.as_object_mut().unwrap().remove(name);
    changed
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

/// The keys that the reader takes in a map, as it tells whoever writes another one there.
fn taken(map: &str) -> BTreeSet<String> {
    let wrong = set(&sample(), &format!("{map}.zzzzzzzz"), json!("x"));
    let wrong = if map.is_empty() {
        set(&sample(), "zzzzzzzz", json!("x"))
    } else {
        wrong
    };
    let found = read(&wrong).expect_err("nobody knows this key");
    let help = found.items.iter().filter_map(|item| item.help.as_deref());
    let list = help.filter_map(|help| help.split_once(" may have: ")).next();
    let (_, list) = list.unwrap_or_else(|| panic!("{map}: {}", found.render(false)));
    list.split(", ").map(ToOwned::to_owned).collect()
}

/// A key's row, once all that it says has been seen to be so.
fn row(key: &Key) -> String {
    let document = sample();
    let left_out = without(&document, key.path);
    let default = match key.default {
        Default::Required => {
            let missing = format!("`missing-key`: `{}` is missing", place(key.path).1);
            let is_missed = errors(&left_out).iter().any(|(_, said)| said.starts_with(&missing));
            assert!(is_missed, "{} can be left out", key.path);
            "required".to_owned()
        }
        Default::Nothing => {
            if !NEEDED.contains(&key.path) {
                assert_eq!(errors(&left_out), [], "{}", key.path);
            }
            String::new()
        }
        Default::Is(value) => {
            let written = set(&document, key.path, yaml(value));
            let [left_out, written] = [left_out, written].map(|document| match read(&document) {
                Ok(config) => format!("{config:?}"),
                Err(wrong) => panic!("{}: {}", key.path, wrong.render(false)),
            });
            assert_eq!(left_out, written, "{}", key.path);
            format!("`{value}`")
        }
    };
    let wrong = match place(key.path) {
        ("{secret}", name) => set(&document, "repositories[].token", json!({ name: key.wrong })),
        _ => set(&document, key.path, yaml(key.wrong)),
    };
    // A value that is none counts as missing as well.
    let all = errors(&wrong);
    let refused = all.iter().find(|(rule, _)| *rule != "missing-key");
    let (_, refused) = refused.unwrap_or_else(|| panic!("{} may be {}: {all:?}", key.path, key.wrong));
    format!(
        "| `{}` | {} | {default} | {} | `{}` → {} |\n",
        place(key.path).1,
        cell(key.takes),
        cell(key.says),
        key.wrong,
        cell(refused),
    )
}

/// What something else of the sample needs: a branch its environment, and a secret one of its
/// two keys.
const NEEDED: [&str; 3] = ["environments", "{secret}.env", "{secret}.file"];

/// The maps, in the order of the page, and how it calls them.
const MAPS: [(&str, &str); 11] = [
    ("", "The file"),
    ("limits", "`limits`"),
    ("retention", "`retention`"),
    ("repositories[]", "Each of `repositories`"),
    ("environments.*", "Each of `environments`"),
    ("environments.*.registry", "`registry` of an environment"),
    ("environments.*.nats", "`nats` of an environment"),
    ("environments.*.sql", "`sql` of an environment"),
    ("environments.*.providers", "`providers` of an environment, as a map"),
    ("environments.*.targets.*", "Each of `targets` of an environment"),
    ("{secret}", "A secret"),
];

#[test]
fn the_keys_of_the_runner_are_documented() {
    assert_eq!(errors(&sample()), []);
    let mut page = String::new();
    let mut rows = 0;
    for (map, title) in MAPS {
        let keys: Vec<&Key> = KEYS.iter().filter(|key| place(key.path).0 == map).collect();
        let listed: BTreeSet<String> = keys.iter().map(|key| place(key.path).1.to_owned()).collect();
        assert_eq!(listed, taken(map), "{title}");
        page += &format!("\n## {title}\n\n| key | value | default | | what is refused, for example |\n");
        page += "| --- | --- | --- | --- | --- |\n";
        page.extend(keys.iter().map(|key| row(key)));
        rows += keys.len();
    }
    assert_eq!(rows, KEYS.len(), "each key is in one of the maps");
    page.push('\n');
    hold("runner-keys.md", "keys", &page);
}
