//! How long the parts of a push take by themselves: the signature of a delivery, reading a
//! workflow, planning, rendering, and turning a core module into a component.
//!
//! `cargo bench --bench micro [-- FILTER]`: Criterion's own words. It needs nothing; the
//! component step is left out, with a word, where there is no Go on the PATH. Each asserts
//! what it did, nothing about time.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench says what it leaves out, or stops"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::process::Command;

use criterion::{Criterion, Throughput};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use pelato::build::componentize;
use pelato::forge::{ForgeKind, verify};
use pelato::generate::{Sources, Templates, render};
use pelato::plan::{Base, Change, Found, Leftovers, Note, Wanted, WantedTarget, plan};
use pelato::source::ProjectFiles;
use pelato::workflow::{Workflow, read};
use secrecy::SecretString;
use sha2::Sha256;

const TASKS: usize = 20;
/// A module that uses some of the standard library, as most tasks do.
const CODE: &str = "package main

import (
	\"encoding/json\"
	\"fmt\"
)

func exec_task(arg string) (string, error) {
	var reading struct{ Celsius float64 }
	if err := json.Unmarshal([]byte(arg), &reading); err != nil {
		return \"\", fmt.Errorf(\"no reading: %w\", err)
	}
	reading.Celsius += 273.15
	out, err := json.Marshal(reading)
	return string(out), err
}
";

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for bench in [signature, parse, planning, rendering, component] {
        bench(&mut criterion);
    }
    criterion.final_summary();
}

fn project() -> ProjectFiles {
    let mut workflow = "project_name: Bench\ntasks:\n".to_owned();
    let mut files = BTreeMap::new();
    for task in 0..TASKS {
        let _ = write!(
            workflow,
            "  - name: Task {task}\n    type: processor_nats\n    code: task{task}.go\n    targets: [edge, cloud]\n    \
             source_topic: in.{task}\n    dest_topic: out.{task}\n    component_name: task{task}\n    version: 1.0.0\n"
        );
        files.insert(format!("tasks/task{task}.go"), CODE.into());
    }
    files.insert("workflow.yaml".to_owned(), workflow.into_bytes());
    ProjectFiles {
        path: ".".to_owned(),
        files,
    }
}

fn workflow(project: &ProjectFiles, templates: &Templates) -> Workflow {
    let read = read("workflow.yaml", project, &templates.specs());
    read.expect("the workflow is right").workflow
}

fn signature(criterion: &mut Criterion) {
    // About what a push of some commits comes to.
    let body = vec![b'x'; 16 << 10];
    let secret = "a secret of some length";
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(&body);
    let mut headers = HeaderMap::new();
    let digits = hex::encode(mac.finalize().into_bytes());
    headers.insert("x-gitea-signature", digits.parse().unwrap());
    let secrets = [SecretString::from(secret)];
    let mut group = criterion.benchmark_group("signature");
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("a delivery of 16 KiB", |bencher| {
        bencher.iter(|| {
            assert!(verify(
                ForgeKind::Gitea,
                black_box(&headers),
                black_box(&body),
                &secrets
            ))
        });
    });
    group.finish();
}

fn parse(criterion: &mut Criterion) {
    let (project, templates) = (project(), Templates::builtin().unwrap());
    criterion.bench_function("parse/a workflow of 20 tasks", |bencher| {
        bencher.iter(|| assert_eq!(workflow(black_box(&project), &templates).tasks.len(), TASKS));
    });
}

fn planning(criterion: &mut Criterion) {
    let task = |number: usize| Wanted {
        component_name: format!("task{number}"),
        code: format!("task{number}.go"),
        template: "processor_nats".to_owned(),
        fingerprint: format!("sha256:{number:064x}"),
        note: Note::of(&format!("{number:064x}"), "f", "go1.26.8"),
        targets: vec![WantedTarget {
            target: "edge".to_owned(),
            application: format!("task{number}-edge"),
            settings: "1.0.0-0".to_owned(),
        }],
    };
    let wanted: Vec<Wanted> = (0..TASKS).map(task).collect();
    let found = |wanted: &Wanted| Found {
        application: wanted.targets[0].application.clone(),
        component_name: wanted.component_name.clone(),
        target: "edge".to_owned(),
        deployed: true,
        fingerprint: wanted.fingerprint.clone(),
        note: wanted.note.with_settings("1.0.0-0"),
    };
    let mut found: Vec<Found> = wanted.iter().map(found).collect();
    found[7].fingerprint = "sha256:other".to_owned();
    found[7].note.code = "other".to_owned();
    criterion.bench_function("plan/one of 20 tasks is different", |bencher| {
        bencher.iter(|| {
            let plan = plan(
                black_box(&wanted),
                black_box(&found),
                Base::Environment("default"),
                Leftovers::Remove,
            );
            let changed = plan.iter().filter(|task| task.change == Change::Changed);
            assert_eq!((plan.len(), changed.count()), (TASKS, 1));
        });
    });
}

fn rendering(criterion: &mut Criterion) {
    let (project, templates) = (project(), Templates::builtin().unwrap());
    let workflow = workflow(&project, &templates);
    criterion.bench_function("render/the sources of a task", |bencher| {
        bencher.iter(|| {
            let sources = render(black_box(&workflow.tasks[7]), &project, &templates).unwrap();
            assert!(sources.files.contains_key("main.go"));
        });
    });
}

fn component(criterion: &mut Criterion) {
    let (project, templates) = (project(), Templates::builtin().unwrap());
    let workflow = workflow(&project, &templates);
    let sources = render(&workflow.tasks[7], &project, &templates).unwrap();
    let Some(core) = core(&sources) else {
        println!("component: left out, there is no `go` on the PATH");
        return;
    };
    let mut group = criterion.benchmark_group("component");
    group.throughput(Throughput::Bytes(core.len() as u64)).sample_size(20);
    for (name, validate) in [("checked", true), ("unchecked", false)] {
        group.bench_function(format!("of a core module, {name}"), |bencher| {
            bencher.iter(|| {
                let wasm = componentize(black_box(&core), &sources.wit, &sources.world, validate).unwrap();
                assert!(wasm.len() > core.len(), "the adapter is in it too");
                wasm
            });
        });
    }
    group.finish();
}

/// What Go makes of a task; none where there is no Go.
fn core(sources: &Sources) -> Option<Vec<u8>> {
    let dir = tempfile::tempdir().unwrap();
    for (path, content) in &sources.files {
        let file = dir.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
    }
    let status = Command::new("go")
        .args(["build", "-trimpath", "-buildmode=c-shared", "-buildvcs=false"])
        .args(["-ldflags=-s -w -checklinkname=0", "-o", "core.wasm", "."])
        .envs([("GOOS", "wasip1"), ("GOARCH", "wasm"), ("GOWORK", "off")])
        .current_dir(dir.path())
        .status();
    let status = status.ok()?;
    assert!(status.success(), "the task compiles");
    Some(std::fs::read(dir.path().join("core.wasm")).unwrap())
}
