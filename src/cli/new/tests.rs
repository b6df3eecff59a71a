//! What is asked, and what comes of the answers.

use clap::Parser as _;

use super::*;
use crate::cli::args::{Args, Command};

fn command(arguments: &[&str]) -> New {
    match Args::parse_from(["pelato", "new"].iter().chain(arguments)).command {
        Command::New(command) => command,
        _ => unreachable!(),
    }
}

/// What was asked with these answers typed, and the workflow that came of it.
fn conversation(arguments: &[&str], answers: &[&str]) -> (String, String) {
    let templates = Templates::builtin().unwrap();
    let mut heard = String::new();
    let mut answers = answers.iter();
    let questions = Questions::new(|question: &str| {
        let typed = answers.next()?;
        heard.push_str(&format!("{question} {typed}\n"));
        Some(format!("{typed}\n"))
    });
    let result = match asked(&command(arguments), &templates, questions) {
        Ok((template, draft)) => String::from_utf8(draft.files(template)["workflow.yaml"].clone()).unwrap(),
        Err(error) => error.to_string(),
    };
    (heard, result)
}

#[test]
fn what_is_not_typed_has_a_default_and_what_is_wrong_is_asked_again() {
    let (heard, workflow) = conversation(
        &["thermo"],
        &[
            "nothing",
            "4",
            "",
            "a b",
            "warm_filter",
            "edge, edge",
            "edge, cloud",
            "readings.>",
            "out.*",
            "out",
        ],
    );
    insta::assert_snapshot!(heard, @"");
    insta::assert_snapshot!(workflow, @"");
}

#[test]
fn what_flags_say_is_not_asked() {
    let (heard, workflow) = conversation(
        &[
            "--template",
            "producer_nats",
            "--name",
            "Thermo",
            "--task",
            "convert",
            "--target",
            "edge",
            "--set",
            "dest_topic=out",
            "--set",
            "address=127.0.0.1:8000",
        ],
        &[],
    );
    assert_eq!(heard, "");
    insta::assert_snapshot!(workflow, @"");
}

#[test]
fn an_input_that_ends_writes_nothing() {
    assert_eq!(conversation(&[], &["1"]).1, "no answer: nothing was written");
}
