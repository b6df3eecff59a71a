//! The rooms of `src/` use each other, and the libraries, as `ARCHITECTURE.md` says.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test may stop here")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

#[path = "architecture/attacks.rs"]
mod attacks;
#[path = "architecture/texts.rs"]
mod texts;

/// Which rooms each room uses. Both ways: an edge that is not here may not be in
/// the code, and one that is here has to be. Change `ARCHITECTURE.md` with it.
const USES: [(&str, &[&str]); 25] = [
    ("build", &["generate", "report"]),
    (
        "cli",
        &[
            "client", "config", "deploy", "dev", "doctor", "document", "generate", "pipeline", "plan", "report",
            "runner", "runtime", "services", "source", "testing",
        ],
    ),
    ("client", &["server"]),
    ("config", &["document", "forge"]),
    ("dashboard", &["queue", "report"]),
    ("deploy", &["generate", "premises", "report", "runtime"]),
    (
        "dev",
        &[
            "build", "deploy", "generate", "pipeline", "report", "runtime", "services",
        ],
    ),
    (
        "doctor",
        &["build", "deploy", "pipeline", "publish", "report", "services"],
    ),
    ("document", &[]),
    ("forge", &[]),
    ("generate", &["document", "golang", "source", "workflow"]),
    ("golang", &[]),
    (
        "pipeline",
        &[
            "build", "deploy", "document", "generate", "plan", "publish", "report", "runtime", "services", "source",
            "testing", "workflow",
        ],
    ),
    ("plan", &[]),
    ("premises", &[]),
    ("publish", &["premises", "report"]),
    ("queue", &["report"]),
    ("report", &["queue"]),
    (
        "runner",
        &[
            "build", "config", "deploy", "forge", "generate", "pipeline", "queue", "report", "server", "services",
            "source",
        ],
    ),
    ("runtime", &[]),
    ("server", &["dashboard", "forge", "queue"]),
    (
        "services",
        &[
            "build", "config", "deploy", "generate", "publish", "report", "runtime", "testing",
        ],
    ),
    ("source", &["premises", "workflow"]),
    ("testing", &["document", "report", "runtime"]),
    ("workflow", &["document", "golang", "source"]),
];

/// The rooms that may use each other: one shares values of the other's.
const BOTH_WAYS: [(&str, &str); 2] = [("queue", "report"), ("source", "workflow")];

/// Libraries that stay where they are.
const LIBRARIES: [(&str, &[&str]); 36] = [
    ("annotate_snippets", &["document"]),
    ("askama", &["dashboard"]),
    ("async_nats", &["deploy", "runtime"]),
    ("axum", &["server"]),
    ("backon", &["publish"]),
    ("bollard", &["build"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("docker_credential", &["publish"]),
    ("dotenvy", &["config"]),
    ("git2", &["source"]),
    ("handlebars", &["generate"]),
    ("hmac", &["deploy", "forge"]),
    ("hyper", &["runtime", "server"]),
    ("hyper_util", &["runtime", "server"]),
    ("indicatif", &["cli"]),
    ("ipnet", &["config", "server"]),
    ("miniz_oxide", &["deploy"]),
    ("oci_client", &["publish"]),
    ("octocrab", &["forge"]),
    ("prometheus_client", &["server"]),
    ("regex", &["report"]),
    ("reqwest", &["client", "forge", "publish"]),
    ("saphyr_parser", &["document"]),
    ("sd_notify", &["runner"]),
    ("similar", &["testing"]),
    ("sqlx", &["queue"]),
    ("tokio_postgres", &["runtime"]),
    ("tracing_subscriber", &["cli"]),
    ("wadm_client", &["deploy"]),
    ("wadm_types", &["deploy"]),
    ("wasmtime", &["runtime"]),
    ("wasmtime_wasi", &["runtime"]),
    ("wasmtime_wasi_http", &["runtime"]),
    ("wit_component", &["build", "publish"]),
];

/// Rooms that take values and return values, and what of the world they may not name.
const PURE: [&str; 5] = ["document", "generate", "golang", "plan", "workflow"];
const WORLD: [&str; 10] = [
    "std::fs",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "std::process",
    "std::env",
    "tokio",
    "Instant::now",
    "SystemTime",
    "std::thread",
];
/// The noun of them that writes to the disk, and what it finds there.
const WRITES: [&str; 2] = ["src/generate/write.rs", "src/generate/write/present.rs"];

const LONGEST: usize = 400;

/// A file of `src/` as the program has it: without tests and comments.
struct Source {
    /// From the repository's top, with `/`.
    path: String,
    room: String,
    whole: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&top.join("src"), &mut files);
    files.sort();
    files
        .iter()
        .map(|file| {
            let path = file.strip_prefix(top).unwrap().to_string_lossy().replace('\\', "/");
            let whole = fs::read_to_string(file).unwrap();
            // Those of another room may use what a room's tests share.
            let tests = ["#[cfg(test)]\nmod tests", "#[cfg(test)]\npub(crate) mod tests"];
            let begin = tests.iter().filter_map(|tests| whole.find(tests)).min();
            let program = &whole[..begin.unwrap_or(whole.len())];
            let code = program.lines().filter(|line| !line.trim_start().starts_with("//"));
            Source {
                room: path.split('/').nth(1).unwrap().trim_end_matches(".rs").to_owned(),
                code: code.map(|line| format!("{line}\n")).collect(),
                path,
                whole,
            }
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn is_of_tests(source: &Source) -> bool {
    source.path.ends_with("/tests.rs") || source.path.contains("/tests/")
}

/// The files that are the program.
fn program() -> impl Iterator<Item = Source> {
    sources().into_iter().filter(|source| !is_of_tests(source))
}

fn edges() -> BTreeMap<String, BTreeMap<String, String>> {
    let named = Regex::new(r"\bcrate::([a-z_]+|\{)").unwrap();
    let mut edges: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for source in program().filter(|source| !["lib", "main"].contains(&source.room.as_str())) {
        let of_room = edges.entry(source.room.clone()).or_default();
        for found in named.captures_iter(&source.code) {
            assert!(
                &found[1] != "{",
                "{}: a `use` for each room, so that it can be found",
                source.path
            );
            if found[1] != source.room {
                of_room.insert(found[1].to_owned(), source.path.clone());
            }
        }
    }
    edges
}

/// Fails with one line for each offence.
#[track_caller]
fn none(offences: Vec<String>) {
    assert!(offences.is_empty(), "\n{}", offences.join("\n"));
}

#[test]
fn rooms_use_only_the_rooms_that_they_may() {
    let edges = edges();
    let rooms: Vec<&str> = edges.keys().map(String::as_str).collect();
    assert_eq!(rooms, USES.map(|(room, _)| room), "every room is in the table");
    let mut offences = Vec::new();
    for (room, allowed) in USES {
        for (used, file) in edges[room].iter().filter(|(used, _)| !allowed.contains(&used.as_str())) {
            offences.push(format!("{file}: {room} may not use {used}"));
        }
        for stale in allowed.iter().filter(|used| !edges[room].contains_key(**used)) {
            offences.push(format!(
                "{room} does not use {stale} any more: take it out of the table"
            ));
        }
    }
    none(offences);
}

#[test]
fn no_room_reaches_itself_but_for_the_pairs_that_share_values() {
    let pair = |one: &str, other: &str| BOTH_WAYS.contains(&(one, other)) || BOTH_WAYS.contains(&(other, one));
    let uses: BTreeMap<&str, &[&str]> = USES.into();
    let mut offences = Vec::new();
    for (room, _) in USES {
        let mut seen = BTreeSet::new();
        let mut next: Vec<(&str, &str)> = uses[room].iter().map(|used| (room, *used)).collect();
        while let Some((from, to)) = next.pop() {
            if pair(from, to) {
                continue;
            }
            if to == room {
                offences.push(format!("{room} reaches itself, at last through {from}"));
            } else if seen.insert(to) {
                next.extend(uses[to].iter().map(|used| (to, *used)));
            }
        }
    }
    none(offences);
}

#[test]
fn the_map_has_every_room_and_every_edge() {
    let map = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/ARCHITECTURE.md")).unwrap();
    let mut offences = Vec::new();
    for (room, allowed) in USES {
        let Some(row) = map.lines().find(|line| line.starts_with(&format!("| `{room}` |"))) else {
            offences.push(format!("ARCHITECTURE.md has no row for {room}"));
            continue;
        };
        let uses = row.split('|').nth(3).unwrap();
        let all = uses.contains("every stage") || uses.contains("all but");
        for used in allowed.iter().filter(|used| !all && !uses.contains(**used)) {
            offences.push(format!("ARCHITECTURE.md does not say that {room} uses {used}"));
        }
    }
    none(offences);
}

#[test]
fn libraries_stay_in_their_rooms() {
    let named = Regex::new(r"\b([a-z0-9_]+)::").unwrap();
    let libraries: BTreeMap<&str, &[&str]> = LIBRARIES.into();
    let mut offences = Vec::new();
    for source in program() {
        let names: BTreeSet<&str> = named
            .captures_iter(&source.code)
            .map(|found| found.get(1).unwrap().as_str())
            .collect();
        for (library, rooms) in names.into_iter().filter_map(|name| Some((name, libraries.get(name)?))) {
            if !rooms.contains(&source.room.as_str()) {
                offences.push(format!("{}: {library} belongs to {}", source.path, rooms.join(" and ")));
            }
        }
    }
    none(offences);
}

#[test]
fn what_decides_touches_nothing() {
    let mut offences = Vec::new();
    for source in
        program().filter(|source| PURE.contains(&source.room.as_str()) && !WRITES.contains(&source.path.as_str()))
    {
        let touched = WORLD.iter().filter(|name| source.code.contains(**name));
        offences.extend(touched.map(|name| format!("{}: {name}", source.path)));
    }
    none(offences);
}

#[test]
fn every_file_says_what_it_is_and_is_not_too_long() {
    let mut offences = Vec::new();
    for source in sources() {
        if !source.whole.starts_with("//! ") {
            offences.push(format!("{}: begins with no `//!` line", source.path));
        }
        let name = source.path.rsplit('/').next().unwrap();
        if [
            "util.rs",
            "utils.rs",
            "helpers.rs",
            "common.rs",
            "misc.rs",
            "prelude.rs",
        ]
        .contains(&name)
        {
            offences.push(format!("{}: name it after what is in it", source.path));
        }
        let lines = source
            .whole
            .split("#[cfg(test)]\nmod tests")
            .next()
            .unwrap()
            .lines()
            .count();
        if lines > LONGEST && !is_of_tests(&source) {
            offences.push(format!("{}: {lines} lines, at most {LONGEST}", source.path));
        }
    }
    none(offences);
}

#[test]
fn nothing_is_left_unsaid() {
    let words = [
        "todo!",
        "unimplemented!",
        "dbg!",
        ".unwrap()",
        ".expect(",
        "cfg(test)",
        "::*;",
    ];
    let mut offences = Vec::new();
    for source in program() {
        let found = words.iter().filter(|word| source.code.contains(**word));
        offences.extend(found.map(|word| format!("{}: {word}", source.path)));
    }
    none(offences);
}
