//! A Go project as small as one can be, for the tests of the build room, and a
//! reporter that remembers.

#![allow(dead_code, reason = "each test file takes what it needs")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may stop here")]

pub(crate) mod docker;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use pelato::build::Options;
use pelato::generate::Sources;
use pelato::report::{Event, Reporter, Sink};

/// The author's part of a task that compiles.
pub(crate) const DOUBLES: &str = "package main\n\nfunc twice(n uint32) uint32 { return 2 * n }\n";

/// A project around the author's file `code`, which has to define `twice`.
pub(crate) fn task(component_name: &str, code: &str) -> Sources {
    let files = [
        ("go.mod", "module task\n\ngo 1.26\n"),
        (
            "main.go",
            "package main\n\n//go:wasmexport twice\nfunc export(n uint32) uint32 { return twice(n) }\n\nfunc main() {}\n",
        ),
        ("task.go", code),
    ];
    Sources {
        component_name: component_name.to_owned(),
        files: files
            .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
            .into(),
        wit: "package pelato:task;\n\nworld tiny {\n  export twice: func(n: u32) -> u32;\n}\n".to_owned(),
        world: "tiny".to_owned(),
        code: "tasks/double.go".to_owned(),
        author_files: BTreeMap::from([("task.go".to_owned(), "tasks/double.go".to_owned())]),
        ..Sources::default()
    }
}

/// Options from the environment, the base image from what `scripts/setup-docker.sh`
/// wrote where the environment does not name one.
pub(crate) fn options() -> Options {
    let set = |name: &str| std::env::var(name).ok();
    let cache = Options::from_variables(set).cache;
    let written = std::fs::read_to_string(cache.join("docker.env")).unwrap_or_default();
    let base = written
        .lines()
        .find_map(|line| line.strip_prefix("export PELATO_GO_IMAGE="));
    Options::from_variables(|name| {
        set(name).or_else(|| (name == "PELATO_GO_IMAGE").then(|| base.map(str::to_owned))?)
    })
}

/// What a run said.
#[derive(Default)]
pub(crate) struct Said(Mutex<Vec<Event>>);

impl Said {
    /// A reporter and what will have been said to it.
    pub(crate) fn reporter() -> (Reporter, Arc<Self>) {
        let said = Arc::new(Self::default());
        (Reporter::new(vec![said.clone()]), said)
    }

    /// The lines of a task, or of the run.
    pub(crate) fn lines(&self, of: Option<&str>) -> Vec<String> {
        let events = self.0.lock().unwrap();
        let lines = events.iter().filter_map(|event| match event {
            Event::Line { task, text, .. } if task.as_deref() == of => Some(text.clone()),
            _ => None,
        });
        lines.collect()
    }

    /// Start and end of the stages, `started double`, `finished double`.
    pub(crate) fn steps(&self) -> Vec<String> {
        let events = self.0.lock().unwrap();
        let steps = events.iter().filter_map(|event| {
            let (word, task) = match event {
                Event::Started { task, .. } => ("started", task),
                Event::Finished { task, .. } => ("finished", task),
                Event::Failed { task, .. } => ("failed", task),
                _ => return None,
            };
            Some(format!("{word} {}", task.as_deref().unwrap_or("run")))
        });
        steps.collect()
    }
}

impl Sink for Said {
    fn take(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

/// A run's number that no other test has.
pub(crate) fn run(story: &str) -> String {
    format!("{story}-{}", std::process::id())
}

/// A map of what is in a text of `name=value` lines.
pub(crate) fn pairs(lines: &[String]) -> BTreeMap<String, String> {
    let pairs = lines.iter().filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
