//! What deploying costs on top of the platform: one changed task and twenty, by Pelato
//! and by a bare loop over wadm's client, and twenty by the `wash` command line.
//!
//! `cargo bench --bench deploys [-- [one|twenty] [go] [ROUNDS]]`, after `make setup`. It
//! prints the tables of benches/README.md. It sees to it that every application answers
//! with its new words, and asserts nothing about time. Twenty are the smallest
//! components that answer, since hosts compile one after the other; with `go` they are
//! Go's. What takes part goes in turns, so that whatever else the machine does meets all.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints what it saw, or stops"
)]

#[path = "../tests/answering/mod.rs"]
mod answering;
#[path = "../tests/command/mod.rs"]
mod command;
#[path = "../tests/component/mod.rs"]
mod component;
#[path = "deploys/floor.rs"]
mod floor;
#[path = "deploys/stage.rs"]
mod stage;
#[path = "deploys/wash.rs"]
mod wash;

use std::time::Instant;

use futures_util::future::join_all;
use pelato::deploy::TaskRoll;
use pelato::report::{Reporter, TargetState};
use tokio_util::sync::CancellationToken;

use self::command::{Project, Task};
use self::stage::{Made, Stage, name};

const TWENTY: usize = 20;

/// What the components of a round are made of.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// A few hundred bytes.
    Smallest,
    /// Some 2 MB, of which a host makes machine code for a second or two.
    Go,
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    // cargo adds `--bench`.
    let rounds = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(5);
    let stage = Stage::set().await;
    if !has("twenty") {
        one(&stage, Kind::Smallest, rounds).await;
        one(&stage, Kind::Go, rounds).await;
    }
    if !has("one") {
        let kind = if has("go") { Kind::Go } else { Kind::Smallest };
        twenty(&stage, kind, rounds).await;
    }
}

/// One task that runs, and whose code changed: published → answering.
async fn one(stage: &Stage, kind: Kind, rounds: usize) {
    let ours = stage.ours().await;
    let (mut bare, mut pelato) = (Vec::new(), Vec::new());
    // The first of each is no change of what runs.
    for round in 0..=rounds {
        let made = stage.made(0, kind, &format!("bare {round}")).await;
        let begun = Instant::now();
        floor::roll(stage, &made.manifest).await;
        stage.until_answered(0, &made.words).await;
        bare.push(begun.elapsed().as_secs_f64());

        let made = stage.made(0, kind, &format!("pelato {round}")).await;
        let begun = Instant::now();
        let (reporter, cancel) = (Reporter::default(), CancellationToken::new());
        let mut roll = TaskRoll::default();
        // Messages come meanwhile, as they do in the loop: a host that is asked things
        // compiles sooner, which is not to be a difference.
        let (deployed, ()) = tokio::join!(
            ours.deploy(&made.manifest, &mut roll, &reporter, &cancel),
            stage.until_answered(0, &made.words)
        );
        let deployed = deployed.unwrap();
        assert_eq!(deployed.state, TargetState::Running, "{:?}", deployed.reason);
        pelato.push(begun.elapsed().as_secs_f64());
    }
    let what = match kind {
        Kind::Smallest => "the smallest component",
        Kind::Go => "a task in Go",
    };
    head(&format!("one changed task, {what}"), rounds);
    row("bare loop over wadm's client", &bare[1..], &bare[1..]);
    row("Pelato", &pelato[1..], &bare[1..]);
    ratio(
        &format!("published → answering, {what}"),
        "a bare loop over wadm's client",
        "at most 1.2 ×",
        (&pelato[1..], &bare[1..]),
    );
    stage.clear().await;
}

/// Twenty tasks that run, and the code of all changed: published → all answer.
async fn twenty(stage: &Stage, kind: Kind, rounds: usize) {
    let project = project(stage);
    let wash = wash::installed().await;
    let (mut bare, mut pelato, mut washed, mut away) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..=rounds {
        let all = twenty_made(stage, kind, &format!("bare {round}")).await;
        let begun = Instant::now();
        join_all(all.iter().map(|made| floor::roll(stage, &made.manifest))).await;
        all_answer(stage, &all).await;
        bare.push(begun.elapsed().as_secs_f64());

        let words = stage
            .publish_for(&project, kind, TWENTY, &format!("pelato {round}"))
            .await;
        let begun = Instant::now();
        let said = stage::said(&project, &["deploy", "--json"]).await;
        join_all((0..TWENTY).map(|at| stage.until_answered(at, &words[at]))).await;
        pelato.push(begun.elapsed().as_secs_f64());
        let outcome: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
        let tasks = outcome["tasks"].as_array().unwrap();
        let deployed = |task: &&serde_json::Value| task["deployed"] == true;
        assert_eq!(tasks.iter().filter(deployed).count(), TWENTY);
        away.extend(times_away(&String::from_utf8_lossy(&said.stderr)));

        if wash {
            let all = twenty_made(stage, kind, &format!("wash {round}")).await;
            let begun = Instant::now();
            for made in &all {
                wash::deploy(stage, &made.manifest).await;
            }
            all_answer(stage, &all).await;
            washed.push(begun.elapsed().as_secs_f64());
        }
    }
    let what = match kind {
        Kind::Smallest => "the smallest components",
        Kind::Go => "tasks in Go",
    };
    head(&format!("{TWENTY} changed tasks on one host, {what}"), rounds);
    row("bare loop over wadm's client, all at once", &bare[1..], &bare[1..]);
    row("`pelato deploy`, the whole process", &pelato[1..], &bare[1..]);
    let deploy = format!("deploy of {TWENTY} applications, {what}");
    ratio(
        &deploy,
        "a bare loop over wadm's client, all at once",
        "—",
        (&pelato[1..], &bare[1..]),
    );
    let wash_each = "a process of `wash` 0.43 for each";
    match wash {
        true => {
            row("`wash app deploy`, a process for each", &washed[1..], &bare[1..]);
            ratio(&deploy, wash_each, "0.1 ×", (&pelato[1..], &washed[1..]));
        }
        false => {
            println!("\n`wash` 0.43 is not installed (`cargo install wash --version 0.43.0`): left out.");
            println!("skipped\t{deploy}\t{wash_each}\t10 × faster\t`wash` is not installed");
        }
    }
    away.sort_by(f64::total_cmp);
    println!(
        "\nPelato says that a task was away for {:.1} s (median), {:.1} s at most.",
        away[away.len() / 2],
        away[away.len() - 1]
    );
    stage.clear().await;
}

/// What a run says of how long its tasks were away, in seconds.
fn times_away(said: &str) -> impl Iterator<Item = f64> {
    let times = said.lines().filter_map(|line| line.split_once(" was away for "));
    times.filter_map(|(_, time)| time.strip_suffix(" s")?.parse().ok())
}

async fn twenty_made(stage: &Stage, kind: Kind, round: &str) -> Vec<Made> {
    let mut all = Vec::with_capacity(TWENTY);
    for at in 0..TWENTY {
        all.push(stage.made(at, kind, round).await);
    }
    all
}

async fn all_answer(stage: &Stage, all: &[Made]) {
    let answers = all.iter().enumerate();
    join_all(answers.map(|(at, made)| stage.until_answered(at, &made.words))).await;
}

/// The project that `pelato deploy` is called in.
fn project(stage: &Stage) -> Project {
    let project = Project::of("acme/bench")
        .with("REGISTRY_URL", stage.lattice.registry())
        .with("PELATO_NATS_URL", &stage.lattice.nats())
        .with("PELATO_LATTICE", stage.lattice.name())
        .with("PELATO_PROVIDERS", "builtin");
    let tasks: Vec<Task> = (0..TWENTY).map(|at| Task::processor(&name(at), &["edge"])).collect();
    project.workflow(&tasks);
    project
}

fn head(what: &str, rounds: usize) {
    println!("\n| {what} | seconds (median of {rounds}, least–most) | against the bare loop |\n| --- | --- | --- |");
}

/// A row of the table of benches/README.md.
fn ratio(what: &str, against: &str, reach: &str, (ours, theirs): (&[f64], &[f64])) {
    let spread = |values: &[f64]| {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        let (median, last) = (values[values.len() / 2], values[values.len() - 1]);
        (median, format!("{median:.2} s ({:.2}–{last:.2})", values[0]))
    };
    let ((ours, shown), (theirs, of_theirs)) = (spread(ours), spread(theirs));
    let times = ours / theirs;
    println!("ratio\t{what}\t{against}\t{reach}\t{times:.2} × ({shown} against {of_theirs})");
}

fn row(name: &str, seconds: &[f64], base: &[f64]) {
    let sorted = |values: &[f64]| {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        values
    };
    let (seconds, base) = (sorted(seconds), sorted(base));
    let median = seconds[seconds.len() / 2];
    println!(
        "| {name} | {median:.2} ({:.2}–{:.2}) | {:.2} |",
        seconds[0],
        seconds[seconds.len() - 1],
        median / base[base.len() / 2]
    );
}
