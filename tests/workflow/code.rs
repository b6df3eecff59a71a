//! What comes of workflows that pass: Go that compiles.

#[path = "code/author.rs"]
mod author;
#[path = "code/pieces.rs"]
mod pieces;

use std::fmt::Write as _;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use pelato::build::{Builder, Choice, Options, Parallel};
use pelato::generate::{Sources, render};
use pelato::report::Reporter;
use pelato::source::ProjectFiles;
use pelato::workflow::{self, Workflow};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use self::author::{Author, author};
use super::manifests::{TYPES, hold, is_of_keys, task};
use super::{TEMPLATES, project};

/// Tasks that are made up; each is compiled, which takes seconds.
const TASKS: usize = 21;
/// So many workflows are drawn until one passes: a name may be blank, and two may meet.
const DRAWS: usize = 20;

/// One task of each template, with the oddest names that pass.
const ODD: &str = r#"
project_name: "\"Th{{erm}}o\" `$(id)` \\ <b>è</b>"
tasks:
  - name: "it's \"{{name}}\" \\n `x` */ //"
    type: processor_nats
    code: a.go
    targets: [Far-Edge_1]
    source_topic: "è.*.#{{x}}.>"
    dest_topic: "\"quoted\"'.\\back\\.`tick`"
    component_name: A__b--0
    version: 0.0.999999999
  - name: "2024"
    type: http_producer_nats
    code: a.go
    targets: [Far-Edge_1, "2"]
    dest_topic: "{{#if}}"
    component_name: 1--a
    version: 1.0.0
    address: { Far-Edge_1: "[::1]:1", "2": 10.0.0.1:65535 }
  - name: kv
    type: nats_to_nats_kv
    code: kv.go
    targets: [edge]
    source_topic: ">"
    bucket: B_-_1
    component_name: "3"
    version: 1.0.0
  - name: sql
    type: nats_to_sql
    code: a.go
    targets: [edge]
    source_topic: "*"
    table: Città._2
    key_column: ñ
    component_name: type
    version: 1.0.0
"#;

/// A workflow, and the code of its tasks.
struct Made {
    workflow: Workflow,
    project: ProjectFiles,
}

/// The tasks of one seed: every spelling of every template, with the code of an author each.
fn made_of(seed: u64) -> Made {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let mut refused = String::new();
    for _ in 0..DRAWS {
        let tasks: Vec<_> = (0..TASKS)
            .map(|number| {
                let template = TYPES[number % TYPES.len()];
                (task(number, &[template]), author(number, is_of_keys(template)))
            })
            .collect();
        let drawn = (tasks, pieces::module()).new_tree(&mut runner).unwrap().current();
        match read(drawn.0, &drawn.1) {
            Ok(made) => return made,
            Err(wrong) => refused = wrong,
        }
    }
    panic!("none of {DRAWS} workflows passes, seed {seed}:\n{refused}");
}

fn read(tasks: Vec<(serde_json::Value, Author)>, module: &str) -> Result<Made, String> {
    let mut files = pieces::packages(module);
    let tasks: Vec<_> = tasks
        .into_iter()
        .map(|(mut task, author)| {
            task["code"] = json!(author.code);
            files.extend(author.files(module));
            task
        })
        .collect();
    let text = serde_yaml::to_string(&json!({ "project_name": "Made", "tasks": tasks })).unwrap();
    let mut project = ProjectFiles {
        path: ".".into(),
        files: files
            .into_iter()
            .map(|(path, text)| (format!("tasks/{path}"), text))
            .collect(),
    };
    project.files.insert("workflow.yaml".into(), text.into_bytes());
    match workflow::read("workflow.yaml", &project, &TEMPLATES.specs()) {
        Ok(read) => Ok(Made {
            workflow: read.workflow,
            project,
        }),
        Err(wrong) => Err(wrong
            .iter()
            .map(|one| one.render(false))
            .collect::<Vec<_>>()
            .join("\n\n")),
    }
}

/// What does not compile, each with what Go says and with the files of the task.
async fn failures(sources: &[Sources]) -> String {
    let reporter = Reporter::default();
    let options = Options::from_variables(|name| std::env::var(name).ok());
    let builder = Builder::choose(Choice::Local, Parallel::Machine, options, &reporter)
        .await
        .expect("Go on the PATH");
    let cancel = CancellationToken::new();
    let mut failures = String::new();
    for (name, built) in builder.build("tests", "made", sources, &reporter, &cancel).await {
        let Err(error) = built else { continue };
        write!(failures, "{name}: {error:?}\n\n").unwrap();
        let of_task = sources.iter().find(|one| one.component_name == name).unwrap();
        for path in of_task.author_files.keys() {
            let text = String::from_utf8_lossy(&of_task.files[path]);
            write!(failures, "-- {path}\n{text}\n\n").unwrap();
        }
    }
    failures
}

fn rendered(workflow: &Workflow, project: &ProjectFiles) -> Vec<Sources> {
    let tasks = workflow.tasks.iter();
    tasks
        .map(|task| render(task, project, &TEMPLATES).unwrap_or_else(|error| panic!("{error}\n{task:?}")))
        .collect()
}

/// The seed is another one each time, and is printed: `PELATO_TEST_SEED=<seed>` makes the
/// same tasks again.
#[tokio::test]
async fn whatever_passes_makes_go_that_compiles() {
    let given = std::env::var("PELATO_TEST_SEED").ok();
    let seed: u64 = match given {
        Some(seed) => seed.parse().expect("PELATO_TEST_SEED is a number"),
        None => RandomState::new().build_hasher().finish(),
    };
    println!("PELATO_TEST_SEED={seed}");
    let made = made_of(seed);
    assert_eq!(made.workflow.tasks.len(), TASKS);
    let failures = failures(&rendered(&made.workflow, &made.project)).await;
    assert_eq!(failures, "", "PELATO_TEST_SEED={seed}");
    held(made.workflow).await;
}

#[tokio::test]
async fn the_oddest_names_make_go_that_compiles() {
    let project = project(ODD.as_bytes());
    let read =
        workflow::read("workflow.yaml", &project, &TEMPLATES.specs()).unwrap_or_else(|wrong| panic!("{}", wrong[0]));
    assert_eq!(failures(&rendered(&read.workflow, &project)).await, "");
    held(read.workflow).await;
}

/// Its manifests are what wadm takes, too.
async fn held(workflow: Workflow) {
    tokio::task::spawn_blocking(move || hold(&workflow, &TEMPLATES).unwrap())
        .await
        .unwrap();
}

/// Without being compiled: what is made up passes, is the same for the same seed, and another
/// for another.
#[test]
fn what_is_made_up_passes_and_differs() {
    let all: Vec<Made> = (0..40).map(made_of).collect();
    for made in &all {
        rendered(&made.workflow, &made.project);
    }
    let text = |made: &Made| format!("{:?}", made.project.files);
    assert_eq!(text(&all[0]), text(&made_of(0)));
    assert_ne!(text(&all[0]), text(&all[1]));
}
