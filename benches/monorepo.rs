//! A push that changes one file of a repository of many projects, beside
//! `git diff --name-only` of the same two commits.
//!
//! `cargo bench --bench monorepo [-- PROJECTS [ROUNDS]]`: 1,000 projects of 10 tasks and 100
//! files each where no number is said, 9 rounds. It needs git, and nothing else. It prints
//! the table of benches/README.md, and asserts what was planned, nothing about time.
//!
//! Each round is a process of its own, as cold as a runner that was just started: it
//! fetches, plans, and says how long that took and how much memory it had at most. What is
//! deployed (10,000 applications) comes from a file: the time that a lattice takes to list
//! them is not measured here. Planning is from the commit to what has to be done: which
//! projects there are, which of them are passed over, the others read, rendered and
//! compared, and all of it noted for the next time. Two things go by the tasks that are
//! deployed and stand beside it, each on a line of its own: three digests of each
//! application as the lattice names it (one request each there), and the list of the tasks
//! that stay, which the run's record gets at its end. On git's side the start of its
//! process is in the time; on ours it is not: a runner runs already.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints what it saw, or stops"
)]

#[path = "shared/figures.rs"]
mod figures;
#[path = "shared/git.rs"]
mod git;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use pelato::config::{DeployMode, Environment, Nats, Providers};
use pelato::deploy::{Deployed, Standing};
use pelato::pipeline::{Settling, manifests, prepare, settle_among};
use pelato::report::TargetState;
use pelato::services::{Services, build_settings};
use pelato::source::{Head, Limits, Mirror, Remote};
use serde::{Deserialize, Serialize};

use crate::figures::{cell, median};
use crate::git::{commit, git};

const REPOSITORY: &str = "acme/many";
const TOOLCHAIN: &str = "go1.26.8";
const TASKS: usize = 10;
const FILES: usize = 100;

/// What a process says of its round.
#[derive(Serialize, Deserialize)]
struct Said {
    fetch: f64,
    index: f64,
    plan: f64,
    listed: f64,
    taken: f64,
    peak: f64,
    read: usize,
    affected: usize,
    unchanged: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|text| text != "--bench").collect();
    if let [first, folder, commit] = &arguments[..]
        && first == "round"
    {
        let said = round(Path::new(folder), commit);
        println!("{}", serde_json::to_string(&said).unwrap());
        return;
    }
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse().ok());
    let projects: usize = number(0).unwrap_or(1_000);
    let rounds: usize = number(1).unwrap_or(9);
    let dir = tempfile::tempdir().unwrap();
    compare(dir.path(), projects, rounds);
}

fn compare(dir: &Path, projects: usize, rounds: usize) {
    git(dir, &["init", "-q", "--bare", "-b", "main", "far.git"], "");
    let first = commit(dir, None, &everything(projects));
    let anew = child(dir, &first);
    assert_eq!(
        (anew.read, anew.affected),
        (projects, projects),
        "nothing is deployed yet"
    );
    deploy_all(dir, &first);
    let noting = child(dir, &first);
    assert_eq!((noting.read, noting.unchanged), (projects, projects * TASKS));
    let nothing = child(dir, &first);
    assert_eq!((nothing.read, nothing.unchanged), (0, projects * TASKS));

    let notes = kept(dir);
    let (mut floor, mut said) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let project = round * projects / rounds;
        let path = format!("team{}/project{project}/tasks/task3.go", project / 50);
        let head = commit(dir, Some(&first), &[(path, code(&format!("round {round}")))]);
        let begun = Instant::now();
        let names = git(&dir.join("far.git"), &["diff", "--name-only", &first, &head], "");
        floor.push(begun.elapsed().as_secs_f64() * 1e3);
        assert_eq!(names.lines().count(), 1, "{names}");
        let one = child(dir, &head);
        assert_eq!((one.read, one.affected), (1, 1));
        assert_eq!(one.unchanged, (projects - 1) * TASKS);
        said.push(one);
        // Each round begins from the same commit.
        for (file, content) in &notes {
            std::fs::write(file, content).unwrap();
        }
    }
    let of = |what: fn(&Said) -> f64| said.iter().map(what).collect::<Vec<_>>();
    let plan = of(|said| said.index + said.plan);
    println!(
        "\n{projects} projects, {} tasks, {} files; median of {rounds} (least–most)\n",
        projects * TASKS,
        projects * (FILES + 1)
    );
    println!("| one file changed | |\n| --- | --- |");
    println!("| `git diff --name-only`, its process | {} ms |", cell(&floor, 1));
    println!("| plan: which projects, and what of them | {} ms |", cell(&plan, 1));
    println!(
        "| of that, which projects there are | {} ms |",
        cell(&of(|said| said.index), 1)
    );
    println!("| plan against `git diff` | {:.2} × |", median(&plan) / median(&floor));
    println!(
        "| beside it, before: taking in what is deployed | {} ms |",
        cell(&of(|said| said.taken), 1)
    );
    println!(
        "| beside it, after: listing the tasks that stay | {} ms |",
        cell(&of(|said| said.listed), 1)
    );
    println!("| fetching the commit | {} ms |", cell(&of(|said| said.fetch), 1));
    println!("| memory at most | {} MiB |", cell(&of(|said| said.peak), 1));
    println!(
        "ratio\tplan, {} files, 1 changed\t`git diff --name-only`\tat most 2 ×\t{:.1} × ({} ms against {} ms)",
        projects * (FILES + 1),
        median(&plan) / median(&floor),
        cell(&plan, 1),
        cell(&floor, 1),
    );
    println!("\n| once each | plan, ms | memory, MiB |\n| --- | --- | --- |");
    for (name, said) in [
        ("the first clone, nothing deployed: every project is read", &anew),
        ("all is deployed, nothing noted: every project is read", &noting),
        ("nothing changed", &nothing),
    ] {
        println!("| {name} | {:.1} | {:.0} |", said.index + said.plan, said.peak);
    }
}

/// One push in this process.
fn round(dir: &Path, commit: &str) -> Said {
    let services = services();
    let deployed = deployed(dir);
    let begun = Instant::now();
    let standings: Vec<Standing> = deployed
        .into_iter()
        .map(|deployed| Standing::of(deployed, TargetState::Running))
        .collect();
    let taken = begun.elapsed();
    let begun = Instant::now();
    let remote = Remote {
        url: format!("file://{}/far.git", dir.display()),
        token: None,
    };
    let mirror = Mirror::open(&dir.join("mirror"), remote).unwrap();
    let fetched = mirror.fetch("main").unwrap();
    assert_eq!(fetched, commit, "the head of the branch");
    let fetch = begun.elapsed();
    let begun = Instant::now();
    let head = Arc::new(mirror.commit(commit, &Limits::default()).unwrap());
    let index = begun.elapsed();
    let begun = Instant::now();
    let notes = dir.join("mirror");
    let settling = Settling {
        repository: REPOSITORY,
        commit,
        notes: &notes,
    };
    let settled = settle_among(head, settling, TOOLCHAIN, standings, &services).unwrap();
    let plan = begun.elapsed();
    let begun = Instant::now();
    let outcomes = settled.unchanged.outcomes();
    let listed = begun.elapsed();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: f64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    Said {
        fetch: fetch.as_secs_f64() * 1e3,
        index: index.as_secs_f64() * 1e3,
        plan: plan.as_secs_f64() * 1e3,
        listed: listed.as_secs_f64() * 1e3,
        taken: taken.as_secs_f64() * 1e3,
        peak: peak / 1024.0,
        read: settled.read,
        affected: settled.projects.len(),
        unchanged: outcomes.len(),
    }
}

/// Application, annotations and image: what is deployed.
type Listed = Vec<(String, BTreeMap<String, String>)>;

fn deployed(dir: &Path) -> Vec<Deployed> {
    let Ok(file) = std::fs::File::open(dir.join("deployed.json")) else {
        return Vec::new();
    };
    let listed: Listed = serde_json::from_reader(std::io::BufReader::new(file)).unwrap();
    let deployed = listed.into_iter().map(|(application, annotations)| Deployed {
        version: annotations["version"].clone(),
        deployed: true,
        document: serde_json::Value::Null,
        application,
        annotations,
    });
    deployed.collect()
}

/// Writes what a run that deployed everything would leave.
fn deploy_all(dir: &Path, commit: &str) {
    let services = services();
    let remote = Remote {
        url: format!("file://{}/far.git", dir.display()),
        token: None,
    };
    let mirror = Mirror::open(&dir.join("mirror"), remote).unwrap();
    let Head::Here(head) = mirror.head("main", commit, &Limits::default()).unwrap() else {
        panic!("{commit} is the head");
    };
    let mut listed = Listed::new();
    for name in head.projects() {
        let files = [head.read(name).unwrap()];
        let prepared = prepare(&files, REPOSITORY, Some(commit), "default", services.templates()).unwrap();
        let image = "registry.example.org/a@sha256:0";
        for manifest in manifests(&prepared.projects[0], TOOLCHAIN, image, &services).unwrap() {
            let annotations = manifest.document["metadata"]["annotations"].clone();
            listed.push((manifest.application, serde_json::from_value(annotations).unwrap()));
        }
    }
    listed.sort();
    std::fs::write(dir.join("deployed.json"), serde_json::to_vec(&listed).unwrap()).unwrap();
}

fn services() -> Services {
    let environment = Environment {
        name: "default".into(),
        registry: None,
        nats: Nats::open("nats://127.0.0.1:4222"),
        nats_is_named: false,
        sql: None,
        lattice: "default".into(),
        deploy: DeployMode::Wadm,
        providers: Providers::External,
        targets: BTreeMap::new(),
        heal: false,
        agent: false,
        state: None,
    };
    Services::new(environment, build_settings("local", "1", |_| None).unwrap()).unwrap()
}

fn child(dir: &Path, commit: &str) -> Said {
    let program = std::env::current_exe().unwrap();
    let out = Command::new(program)
        .args(["round", dir.to_str().unwrap(), commit])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(out.status.success(), "a round broke off");
    serde_json::from_slice(&out.stdout).unwrap()
}

/// The files that are kept beside the mirror.
fn kept(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = std::fs::read_dir(dir.join("mirror"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = files.filter(|path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("pelato-"))
    });
    files.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

fn everything(projects: usize) -> Vec<(String, String)> {
    let mut files = Vec::with_capacity(projects * (FILES + 1));
    for project in 0..projects {
        let folder = format!("team{}/project{project}", project / 50);
        let mut workflow = format!("project_name: Project {project}\ntasks:\n");
        for task in 0..TASKS {
            let _ = writeln!(
                workflow,
                "  - {{ name: T{task}, type: processor_nats, code: task{task}.go, target: edge, source_topic: p{project}.{task}.in, dest_topic: p{project}.{task}.out, component_name: p{project}_t{task}, version: 1.0.0 }}"
            );
            files.push((format!("{folder}/tasks/task{task}.go"), code("x")));
        }
        files.push((format!("{folder}/workflow.yaml"), workflow));
        for page in 0..FILES - TASKS {
            files.push((
                format!("{folder}/docs/part{}/page{page}.md", page / 10),
                format!("{project} {page}\n"),
            ));
        }
    }
    files
}

fn code(word: &str) -> String {
    format!("package main\n\nfunc exec_task(arg string) string {{ return arg + \"{word}\" }}\n")
}
