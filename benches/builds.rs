//! What a push costs that changes a task of twenty, or ten of them.
//!
//! `cargo bench --bench builds [-- [ROUNDS] [one|ten]]`: 5 rounds where no number is said,
//! never fewer than that for a figure that is kept; both parts where none is named. The way
//! of the original takes a minute or more each round. After `make setup`: it needs git, Go,
//! Docker with its command line, and the registry of the test lattice. It prints the tables
//! of benches/README.md, and asserts what was built, nothing about time.
//!
//! A push is what the runner does from the moment that a worker has it: the branch is
//! fetched into its mirror, the commit's projects are read from git's objects and checked,
//! all twenty fingerprints are looked up in a real registry, what is lacking is compiled,
//! turned into components and published. What is not in it: the webhook, the lattice (what
//! is deployed there tells the runner of one task to look up, not twenty), and statuses.
//!
//! Beside it, in the same round: the bare `go build` of the same sources with the same
//! flags; and the way of the original, a container for each task with a Go cache of its
//! own, all at once. That one neither makes components nor publishes.

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
#[path = "../tests/publish/registry.rs"]
#[allow(dead_code, reason = "the tests of publishing need more of it")]
mod registry;
#[path = "../tests/tiny_task/mod.rs"]
mod tiny_task;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use pelato::config::{DeployMode, Environment, Nats, Providers, Registry};
use pelato::generate::Sources;
use pelato::pipeline::{self, Goal, Prune, Request, prepare};
use pelato::report::Reporter;
use pelato::services::{Services, build_settings};
use pelato::source::{Head, Limits, Mirror, ProjectFiles, Remote};
use registry::RealRegistry;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::figures::{cell, median};
use crate::git::{commit, git};

const TASKS: usize = 20;
const REPOSITORY: &str = "acme/builds";
const FLAGS: [&str; 5] = [
    "build",
    "-trimpath",
    "-buildmode=c-shared",
    "-buildvcs=false",
    "-ldflags=-s -w -checklinkname=0",
];
const VARIABLES: [(&str, &str); 6] = [
    ("GOOS", "wasip1"),
    ("GOARCH", "wasm"),
    ("CGO_ENABLED", "0"),
    ("GOTOOLCHAIN", "local"),
    ("GOPROXY", "off"),
    ("GOFLAGS", ""),
];

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|text| text != "--bench").collect();
    let rounds: usize = arguments.iter().find_map(|text| text.parse().ok()).unwrap_or(5);
    let wanted = |part: &str| {
        arguments
            .iter()
            .all(|text| text == part || text.parse::<usize>().is_ok())
    };
    let folder = tempfile::tempdir().unwrap();
    let registry = RealRegistry::open();
    let mut bench = Bench {
        folder: folder.path(),
        registry: &registry.host,
        head: None,
        words: 0,
    };
    git(bench.folder, &["init", "-q", "--bare", "-b", "main", "far.git"], "");
    println!(
        "\n{TASKS} tasks, {} cores; median of {rounds} (least–most), seconds",
        std::thread::available_parallelism().unwrap()
    );
    if wanted("one") {
        bench.one_of_twenty(rounds).await;
    }
    if wanted("ten") {
        bench.ten_of_twenty(rounds).await;
    }
}

struct Bench<'b> {
    folder: &'b Path,
    registry: &'b str,
    head: Option<String>,
    words: usize,
}

impl Bench<'_> {
    async fn one_of_twenty(&mut self, rounds: usize) {
        println!("\n| one changed task of {TASKS}, warm | bare `go build` | push → published | on top |");
        println!("| --- | --- | --- | --- |");
        for builder in ["local", "docker"] {
            let services = self.services(builder);
            self.change(TASKS);
            self.push(&services, REPOSITORY, TASKS).await;
            self.bare();
            let (mut bare, mut pushed, mut on_top) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..rounds {
                self.change(1);
                let push = self.push(&services, REPOSITORY, 1).await;
                let floor = self.bare();
                bare.push(floor);
                pushed.push(push);
                on_top.push(push - floor);
            }
            println!(
                "| {builder} | {} | {} | {} |",
                cell(&bare, 2),
                cell(&pushed, 2),
                cell(&on_top, 2)
            );
            let reach = if builder == "local" { "0.3 s" } else { "0.6 s" };
            println!(
                "ratio\tone changed task of {TASKS}, warm, {builder}: push → published\tbare `go build`\tat most {reach} on top\t{} s on top ({} against {})",
                cell(&on_top, 2),
                cell(&pushed, 2),
                cell(&bare, 2)
            );
        }
    }

    async fn ten_of_twenty(&mut self, rounds: usize) {
        let services = self.services("docker");
        self.change(TASKS);
        self.push(&services, REPOSITORY, TASKS).await;
        let (mut warm, mut cold, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..rounds {
            self.change(10);
            warm.push(self.push(&services, REPOSITORY, 10).await);
            self.change(10);
            let fresh = format!("{REPOSITORY}-{}-{round}", std::process::id());
            cold.push(self.push(&services, &fresh, 10).await);
            remove_cache(&fresh);
            theirs.push(self.the_originals_way(10));
        }
        println!("\n| 10 changed tasks of {TASKS}, Docker | seconds | against the original's way |");
        println!("| --- | --- | --- |");
        println!(
            "| a container and an empty Go cache each, all at once | {} | 1 |",
            cell(&theirs, 2)
        );
        for (name, ours) in [("cold: a new cache volume", &cold), ("warm", &warm)] {
            let ratio = median(&theirs) / median(ours);
            println!("| {name} | {} | {ratio:.1} × |", cell(ours, 2));
            let reach = if name == "warm" { 10 } else { 4 };
            println!(
                "ratio\t10 changed tasks, {name}\ta container and an empty cache for each task, all at once\t{reach} × faster\t{ratio:.1} × ({} s against {} s)",
                cell(ours, 2),
                cell(&theirs, 2)
            );
        }
    }

    /// A commit in which the code of so many tasks is another one.
    fn change(&mut self, tasks: usize) {
        self.words += 1;
        let mut files = Vec::new();
        if self.head.is_none() {
            assert_eq!(tasks, TASKS, "the first commit has them all");
            let mut workflow = "project_name: Builds\ntasks:\n".to_owned();
            for n in 0..TASKS {
                let _ = writeln!(
                    workflow,
                    "  - {{ name: T{n}, type: processor_nats, code: task{n}.go, targets: [edge], source_topic: in.{n}, dest_topic: out.{n}, component_name: task{n}, version: 1.0.0 }}"
                );
            }
            files.push(("workflow.yaml".to_owned(), workflow));
        }
        files.extend((0..tasks).map(|n| (format!("tasks/task{n}.go"), code(self.words * 100 + n))));
        self.head = Some(commit(self.folder, self.head.as_deref(), &files));
    }

    /// Seconds from the push of the head to the last of its artifacts.
    async fn push(&self, services: &Services, repository: &str, changed: usize) -> f64 {
        let begun = Instant::now();
        let projects = self.fetch();
        let request = Request {
            projects: &projects,
            others: &[],
            repository,
            cache: repository,
            commit: self.head.as_deref(),
            run: &format!("bench-{}-{}", std::process::id(), self.words),
            keep_going: false,
            prune: Prune::Nothing,
        };
        let (reporter, cancel) = (Reporter::default(), CancellationToken::new());
        let outcome = pipeline::run(&request, Goal::Build, services, &reporter, &cancel)
            .await
            .unwrap();
        let took = begun.elapsed().as_secs_f64();
        let failed: Vec<_> = outcome.failed().map(|task| task.reason.clone()).collect();
        assert!(failed.is_empty(), "{failed:?}");
        let built = outcome.tasks.iter().filter(|task| task.built && task.published).count();
        assert_eq!(
            (built, outcome.tasks.len()),
            (changed, TASKS),
            "what was built and published"
        );
        took
    }

    fn fetch(&self) -> Vec<ProjectFiles> {
        let remote = Remote {
            url: format!("file://{}/far.git", self.folder.display()),
            token: None,
        };
        let mirror = Mirror::open(&self.folder.join("mirror"), remote).unwrap();
        let head = self.head.as_deref().unwrap();
        let Head::Here(commit) = mirror.head("main", head, &Limits::default()).unwrap() else {
            panic!("{head} is the head");
        };
        commit
            .projects()
            .iter()
            .map(|name| commit.read(name).unwrap())
            .collect()
    }

    /// The sources of the first tasks, as they are compiled.
    fn sources(&self, tasks: usize) -> Vec<Sources> {
        let services = self.services("local");
        let prepared = prepare(&self.fetch(), REPOSITORY, None, "default", services.templates()).unwrap();
        let all = &prepared.projects[0].tasks;
        all[..tasks].iter().map(|task| task.sources.clone()).collect()
    }

    /// Seconds that Go alone takes for the first task, its cache warm.
    fn bare(&self) -> f64 {
        let folder = self.folder.join("bare");
        for (path, content) in &self.sources(1)[0].files {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let out = self.folder.join("bare.wasm");
        let _ = std::fs::remove_file(&out);
        let mut go = Command::new("go");
        go.args(FLAGS)
            .args(["-o", out.to_str().unwrap(), "."])
            .current_dir(folder)
            .envs(VARIABLES)
            .env("GOCACHE", self.folder.join("bare-cache"));
        let begun = Instant::now();
        assert!(go.status().unwrap().success(), "go build");
        let took = begun.elapsed().as_secs_f64();
        assert!(out.metadata().unwrap().len() > 100_000, "a module was made");
        took
    }

    /// Seconds that the head's first tasks take as the original builds: a container each,
    /// an empty cache each, all at once.
    fn the_originals_way(&self, tasks: usize) -> f64 {
        let image = tiny_task::options().go_image;
        let script = format!(
            "mkdir -p /tmp/task && cd /tmp/task && tar -xf - && go {} -o /tmp/core.wasm . 1>&2 && cat /tmp/core.wasm",
            FLAGS.map(|flag| format!("'{flag}'")).join(" ")
        );
        let archives: Vec<_> = self.sources(tasks).iter().map(archive).collect();
        let begun = Instant::now();
        let building: Vec<_> = archives
            .into_iter()
            .map(|archive| {
                let mut docker = Command::new("docker");
                docker.args(["run", "--rm", "-i", "--network", "none", "-e", "GOCACHE=/tmp/empty"]);
                for (name, value) in VARIABLES {
                    docker.args(["-e", &format!("{name}={value}")]);
                }
                docker.args([&image, "sh", "-c", &script]);
                let mut child = docker.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
                std::thread::spawn(move || {
                    child.stdin.take().unwrap().write_all(&archive).unwrap();
                    let mut core = Vec::new();
                    child.stdout.take().unwrap().read_to_end(&mut core).unwrap();
                    assert!(child.wait().unwrap().success(), "docker run");
                    assert!(core.starts_with(b"\0asm"), "a module was made");
                })
            })
            .collect();
        assert_eq!(building.len(), tasks);
        for one in building {
            one.join().unwrap();
        }
        begun.elapsed().as_secs_f64()
    }

    fn services(&self, builder: &str) -> Services {
        let environment = Environment {
            name: "default".into(),
            registry: Some(Registry {
                url: self.registry.to_owned(),
                user: None,
                password: None,
                insecure: false,
            }),
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
        let cache = self.folder.join("cache").display().to_string();
        let variable = |name: &str| match name {
            "PELATO_GO_IMAGE" => Some(tiny_task::options().go_image),
            "PELATO_CACHE" => Some(cache.clone()),
            other => std::env::var(other).ok(),
        };
        Services::new(environment, build_settings(builder, "True", variable).unwrap()).unwrap()
    }
}

/// What a task of the usual size does: JSON in, JSON out.
fn code(word: usize) -> String {
    format!(
        "package main\n\nimport (\n\t\"encoding/json\"\n\t\"fmt\"\n\t\"strings\"\n)\n\n\
         type reading struct {{\n\tPlace string\n\tCelsius float64\n}}\n\n\
         func exec_task(arg string) string {{\n\tvar r reading\n\tif err := json.Unmarshal([]byte(arg), &r); err != nil {{\n\t\treturn \"\"\n\t}}\n\
         \tout, _ := json.Marshal(map[string]string{{\"place\": strings.ToUpper(r.Place), \"kelvin\": fmt.Sprintf(\"%.2f\", r.Celsius+273.15+{word})}})\n\
         \treturn string(out)\n}}\n"
    )
}

fn archive(sources: &Sources) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, content) in &sources.files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, path, content.as_slice()).unwrap();
    }
    archive.into_inner().unwrap()
}

/// Removes the volume that a repository had of its own.
fn remove_cache(repository: &str) {
    let mut hash = Sha256::new();
    hash.update(repository.len().to_be_bytes());
    hash.update(repository);
    let label = format!("label=pelato.cache={}", hex::encode(&hash.finalize()[..8]));
    let listed = Command::new("docker")
        .args(["volume", "ls", "-q", "--filter", &label])
        .output()
        .unwrap();
    let names = String::from_utf8(listed.stdout).unwrap();
    assert_eq!(names.lines().count(), 1, "the repository had a cache of its own");
    let removed = Command::new("docker")
        .args(["volume", "rm", names.trim()])
        .output()
        .unwrap();
    assert!(removed.status.success(), "{removed:?}");
}
