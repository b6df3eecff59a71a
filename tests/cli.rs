//! The program on the command line: its messages, exit codes and what it leaves.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

#[allow(dead_code, reason = "its `main` is cargo's to call")]
#[path = "../build.rs"]
mod build_script;
mod command;
mod tiny_task;

#[path = "publish/registry.rs"]
mod registry;

#[path = "cli/check.rs"]
mod check;
#[path = "cli/compile.rs"]
mod compile;
#[path = "cli/containers.rs"]
mod containers;
#[path = "cli/docker_login.rs"]
mod docker_login;
#[path = "cli/doctor.rs"]
mod doctor;
#[path = "cli/early.rs"]
mod early;
#[path = "cli/gen.rs"]
mod r#gen;
#[path = "cli/metrics.rs"]
mod metrics;
#[path = "cli/new.rs"]
mod new;
#[path = "cli/plan.rs"]
mod plan;
#[path = "cli/release.rs"]
mod release;
#[path = "cli/surroundings.rs"]
mod surroundings;
#[path = "cli/templates.rs"]
mod templates;
#[path = "cli/version.rs"]
mod version;
#[path = "cli/words.rs"]
mod words;
#[path = "cli/workflow.rs"]
mod workflow;
