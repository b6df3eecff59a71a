//! The projects in `examples/`: each one is right, and does what its cases say.

use std::path::{Path, PathBuf};

use crate::command::{Ended, Project};

/// Every folder of `examples/`, and how many tasks it has.
const EXAMPLES: [(&str, usize); 7] = [
    ("continuum", 1),
    ("key-value", 1),
    ("monorepo", 20),
    ("own-template", 1),
    ("sql", 1),
    ("temperature", 2),
    ("third-party-module", 1),
];

/// What says where modules come from, and how that is reached. All else of this
/// machine's environment stays outside.
const PROXY: [&str; 8] = [
    "GOPROXY",
    "GONOSUMDB",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// Commands in a project of nobody's, on the examples where they lie.
async fn pelato(arguments: &[&str], example: &str) -> Ended {
    let mut project = Project::of("acme/examples");
    for name in PROXY {
        if let Ok(value) = std::env::var(name) {
            project = project.with(name, &value);
        }
    }
    let example = folder().join(example);
    let templates = example.join("templates");
    let mut arguments = [arguments, &[example.to_str().unwrap()]].concat();
    if templates.is_dir() {
        arguments.extend(["--templates", templates.to_str().unwrap()]);
    }
    project.pelato(&arguments).await
}

#[test]
fn none_is_forgotten() {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    found.sort();
    let names: Vec<&str> = found
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap())
        .collect();
    assert_eq!(names, EXAMPLES.map(|(name, _)| name), "each folder is in the list");
    let page = std::fs::read_to_string(folder().join("README.md")).unwrap();
    for path in &found {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(path.join("README.md").is_file(), "{name} says what it is");
        assert!(
            page.contains(&format!("[{name}]({name})")),
            "{name} is not in examples/README.md"
        );
    }
}

#[tokio::test]
async fn each_is_right_and_its_tasks_have_cases_that_pass() {
    for (example, tasks) in EXAMPLES {
        let checked = pelato(&["check"], example).await;
        assert_eq!(checked.code, Some(0), "{example}");
        let noun = if tasks == 1 {
            "1 task is right"
        } else {
            "tasks are right"
        };
        assert!(checked.said.ends_with(&format!("{noun}\n")), "{example}");
        // Neither a warning nor a note.
        assert_eq!(checked.said.lines().count(), 1, "{example}");

        let ended = pelato(&["test", "--json"], example).await;
        assert_eq!(ended.code, Some(0), "{example}: {}", ended.said);
        let document = ended.json();
        let tested = document["tasks"].as_array().unwrap();
        assert_eq!(tested.len(), tasks, "{example}: tasks without cases");
        assert_eq!(document["failed"], 0, "{example}");
    }
}
