//! An event as a line of text, for a log or a terminal without colours.

use std::time::Duration;

use super::{Event, Stage};

/// The line of an event, without its end; some events have none. A text of
/// several lines is indented below the first.
pub fn line(event: &Event) -> Option<String> {
    match event {
        Event::Started { .. } | Event::Ended { .. } => None,
        Event::Line { task, stage, text } => Some(entry(*stage, task.as_deref(), &format!("| {text}"))),
        Event::Finished {
            task,
            stage,
            detail,
            took,
        } => Some(entry(*stage, task.as_deref(), &format!("{detail}{}", seconds(*took)))),
        Event::Failed { task, stage, reason } => Some(entry(*stage, task.as_deref(), &format!("failed: {reason}"))),
        Event::Planned(planned) => {
            let reasons = match planned.reasons.is_empty() {
                true => String::new(),
                false => format!(": {}", planned.reasons.join("; ")),
            };
            let text = format!("{}{reasons}", planned.change);
            Some(entry(Stage::Plan, Some(&planned.task), &text))
        }
    }
}

fn entry(stage: Stage, task: Option<&str>, text: &str) -> String {
    let task = task.map(|task| format!("{task}: ")).unwrap_or_default();
    let text = text.replace('\n', "\n           ");
    format!("{:>8}  {task}{text}", stage.to_string())
}

fn seconds(took: Duration) -> String {
    match took.as_millis() {
        0..10 => String::new(),
        millis => format!(" ({}.{:02} s)", millis / 1000, millis % 1000 / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_read_as_a_log() {
        let events = [
            Event::Finished {
                task: Some("filter".into()),
                stage: Stage::Build,
                detail: "2.6 MB".into(),
                took: Duration::from_millis(412),
            },
            Event::Line {
                task: None,
                stage: Stage::Plan,
                text: "one\ntwo".into(),
            },
            Event::Failed {
                task: Some("filter".into()),
                stage: Stage::Build,
                reason: "tasks/filter.go:3:1: undefined: x".into(),
            },
        ];
        let text: Vec<String> = events.iter().filter_map(line).collect();
        insta::assert_snapshot!(text.join("\n"), @"
        build  filter: 2.6 MB (0.41 s)
         plan  | one
                two
        build  filter: failed: tasks/filter.go:3:1: undefined: x
        ");
    }
}
