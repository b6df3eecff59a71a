//! Code of strangers in a run: its cases see nothing of ours, and end.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::command::{Project, Task};
use crate::registry::RealRegistry;

const CODE: &str = r#"package main

import (
	"fmt"
	"os"
	"strings"
)

func exec_task(arg string) string {
	switch arg {
	case "environment":
		return fmt.Sprint(len(os.Environ()), " variables, ", os.Getenv("REGISTRY_PASSWORD"), len(os.Args), " arguments")
	case "folders":
		if _, err := os.ReadDir("/"); err != nil {
			return ""
		}
	case "loop":
		for {
		}
	case "memory":
		all := [][]byte{}
		for {
			all = append(all, make([]byte, 1<<20))
		}
	case "flood":
		line := strings.Repeat("x", 1000) + "\n"
		for {
			os.Stderr.WriteString(line)
		}
	}
	return arg
}
"#;

fn project(registry: &RealRegistry, cases: &str) -> Project {
    let project = Project::of("acme/hostile")
        .with("REGISTRY_URL", &registry.host)
        .with("REGISTRY_USER", "ci")
        .with("REGISTRY_PASSWORD", "correct horse");
    project.write("tasks/hostile.go", CODE);
    project.write("tasks/hostile.test.yaml", cases);
    project.workflow(&[Task::processor("hostile", &["edge"])]);
    project
}

#[tokio::test]
async fn it_sees_nothing_and_its_run_ends_with_a_reason() {
    let registry = RealRegistry::with_password();
    let project = project(
        &registry,
        "time_limit: 8s\ncases:\n\
         - name: environment\n  input: environment\n  expect: 0 variables, 0 arguments\n\
         - name: folders\n  input: folders\n  expect_nothing: true\n\
         - name: loop\n  input: loop\n  expect: loop\n\
         - name: memory\n  input: memory\n  expect: memory\n\
         - name: flood\n  input: flood\n  expect: nothing of it\n\
         - name: afterwards\n  input: a\n  expect: a\n",
    );
    let ended = project.pelato(&["build", "--json"]).await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.said.len() < 100_000, "{} bytes", ended.said.len());
    assert!(!ended.said.contains("correct horse") && !ended.stdout.contains("correct horse"));
    let briefs: Vec<&str> = ended
        .said
        .lines()
        .filter(|line| !line.contains("xxxx") && !line.contains("goroutine"))
        .filter(|line| !line.trim_start().starts_with("| "))
        .collect();
    insta::assert_snapshot!(briefs.join("\n"), @"
        plan  1 task
       build  hostile: [SIZE]
        test  hostile: | tasks/hostile.test.yaml:9: loop: the task took longer than 8 s
        test  hostile: | tasks/hostile.test.yaml:12: memory: the task's instance ended: fatal error: out of memory
        test  hostile: | tasks/hostile.test.yaml:15: flood: the task took longer than 8 s
        test  hostile: failed: tasks/hostile.test.yaml:9: loop: the task took longer than 8 s (3 of 6 cases failed)
    failed: hostile (tasks/hostile.test.yaml:9: loop: the task took longer than 8 s (3 of 6 cases failed))
    ");
    assert!(project.left_behind().is_empty());
}

/// The processes that run cases for the `pelato` with the id `parent`.
fn children_of(parent: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten();
    let lists = tasks.flatten().map(|task| {
        let children = std::fs::read_to_string(task.path().join("children"));
        children.unwrap_or_default()
    });
    let ids: Vec<u32> = lists
        .flat_map(|list| {
            list.split_whitespace()
                .filter_map(|id| id.parse().ok())
                .collect::<Vec<_>>()
        })
        .collect();
    let cases = |id: &u32| {
        let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains("run-cases")
    };
    ids.into_iter().filter(cases).collect()
}

/// The process that runs the cases of a `pelato`, once there is one.
async fn child_of(parent: u32) -> u32 {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        if let Some(child) = children_of(parent).first() {
            return *child;
        }
        assert!(Instant::now() < deadline, "no cases are run");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn is_gone(process: u32) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while std::fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|line| !line.is_empty()) {
        assert!(Instant::now() < deadline, "the cases go on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn signal(process: u32, signal: Signal) {
    let process = Pid::from_raw(process.try_into().unwrap()).unwrap();
    kill_process(process, signal).unwrap();
}

#[tokio::test]
async fn the_process_of_the_cases_ends_with_its_run() {
    let registry = RealRegistry::open();
    let endless = "time_limit: 60s\ncases:\n- input: loop\n  expect: loop\n";
    for how in [Signal::TERM, Signal::KILL] {
        let project = project(&registry, endless);
        let project = project.with("REGISTRY_USER", "").with("REGISTRY_PASSWORD", "");
        let run = project.start(&["build"]);
        let parent = run.id().unwrap();
        let child = child_of(parent).await;
        let environment = std::fs::read(format!("/proc/{child}/environ")).unwrap();
        assert_eq!(String::from_utf8_lossy(&environment), "");
        signal(parent, how);
        let ended = project.ended(run).await;
        assert_eq!(ended.code, if how == Signal::TERM { Some(130) } else { None });
        is_gone(child).await;
    }
}

#[tokio::test]
async fn a_process_of_the_cases_that_is_killed_fails_its_task() {
    let registry = RealRegistry::open();
    let project = project(&registry, "time_limit: 60s\ncases:\n- input: loop\n  expect: loop\n");
    let project = project.with("REGISTRY_USER", "").with("REGISTRY_PASSWORD", "");
    let run = project.start(&["build"]);
    signal(child_of(run.id().unwrap()).await, Signal::KILL);
    let ended = project.ended(run).await;
    assert_eq!(ended.code, Some(1));
    insta::assert_snapshot!(ended.said, @"
        plan  1 task
       build  hostile: [SIZE]
        test  hostile: failed: the process that ran the cases was killed from outside; often the machine has no memory left
    failed: hostile (the process that ran the cases was killed from outside; often the machine has no memory left)
    ");
}
