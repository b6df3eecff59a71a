//! `metrics.md`: what `/metrics` shows of itself.

use std::collections::BTreeSet;
use std::time::Duration;

use regex::Regex;

use super::cell;
use super::door::{Door, plan};
use super::table::hold;

/// A runner that counted something of everything.
async fn shown() -> String {
    let plan = plan();
    let figures = plan.settings.figures.clone();
    figures.run_ended("acme/thermo", "success", Duration::from_secs(1));
    figures.stage_ended("build", Duration::from_secs(1));
    figures.built(true);
    figures.head_missed("acme/thermo");
    figures.heads_seen("acme/thermo", true);
    figures.drift("acme/thermo", "production", Some(1));
    figures.healing("acme/thermo", "production");
    let door = Door::open_with(plan).await;
    let delivery = reqwest::Client::new().post(format!("{}/webhooks/gitea", door.url()));
    delivery.send().await.unwrap();
    door.get("/metrics").await.1
}

#[tokio::test]
async fn the_metrics_are_documented() {
    let text = shown().await;
    let head = Regex::new(r"(?m)^# HELP (\S+) (.*)\.\n# TYPE \S+ (\S+)").unwrap();
    let label = Regex::new(r#"([a-z_]+)=""#).unwrap();
    let mut table = "| metric | kind | labels | |\n| --- | --- | --- | --- |\n".to_owned();
    let mut rows = 0;
    for found in head.captures_iter(&text) {
        let (name, says, kind) = (&found[1], &found[2], &found[3]);
        // Prometheus asks for a counter by this name.
        let asked = if kind == "counter" {
            format!("{name}_total")
        } else {
            name.to_owned()
        };
        let sample = if kind == "histogram" {
            format!("{name}_bucket{{")
        } else {
            format!("{asked}{{")
        };
        let samples = text.lines().filter(|line| line.starts_with(&sample));
        let labels: BTreeSet<String> = samples
            .flat_map(|line| label.captures_iter(line).map(|found| format!("`{}`", &found[1])))
            .filter(|label| label != "`le`")
            .collect();
        let labels: Vec<String> = labels.into_iter().collect();
        table += &format!("| `{asked}` | {kind} | {} | {} |\n", labels.join(", "), cell(says));
        rows += 1;
    }
    // One that has counted nothing yet is not shown.
    let source = include_str!("../../src/server/figures.rs");
    let registered = Regex::new(r"\ball\s*\.register(?:_with_unit)?\(")
        .unwrap()
        .find_iter(source)
        .count();
    assert_eq!(rows, registered, "`shown` has each of them count something:\n{text}");
    hold("metrics.md", "metrics", &table);
}
