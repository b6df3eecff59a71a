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
    insta::assert_snapshot!(heard, @"
    What does the task connect?
      1  http_producer_nats  HTTP POST to a NATS subject, answering with the result
      2  nats_to_nats_kv     A NATS subject to a NATS key-value bucket
      3  nats_to_sql         A NATS subject to a PostgreSQL table
      4  processor_nats      A NATS subject to another one
    Template [http_producer_nats]: nothing
      there is no template `nothing`; there are: http_producer_nats, nats_to_nats_kv, nats_to_sql, processor_nats
    Template [http_producer_nats]: 4
    Project [thermo]: 
    Task (its component_name) [only_what_is_warm]: a b
      `component_name` cannot be this: a space cannot stand in it
    Task (its component_name) [only_what_is_warm]: warm_filter
    Targets (host-type labels, with commas) [edge]: edge, edge
      the target `edge` is given twice: the second one
    Targets (host-type labels, with commas) [edge]: edge, cloud
    source_topic: The subject to listen on. It may hold `*` and `>` [readings.kelvin]: readings.>
    dest_topic: The subject to publish results to [readings.warm]: out.*
      `dest_topic` cannot be this: `*` only stands where a task listens
    dest_topic: The subject to publish results to [readings.warm]: out
    ");
    insta::assert_snapshot!(workflow, @r#"
    project_name: thermo
    tasks:
      - name: Warm filter
        type: processor_nats
        code: warm_filter.go
        component_name: warm_filter
        version: 1.0.0
        targets: [edge, cloud]
        source_topic: "readings.>"
        dest_topic: out
    "#);
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
    insta::assert_snapshot!(workflow, @r#"
    project_name: Thermo
    tasks:
      - name: Convert
        type: http_producer_nats
        code: convert.go
        component_name: convert
        version: 1.0.0
        targets: [edge]
        address: "127.0.0.1:8000"
        dest_topic: out
    "#);
}

#[test]
fn an_input_that_ends_writes_nothing() {
    assert_eq!(conversation(&[], &["1"]).1, "no answer: nothing was written");
}
