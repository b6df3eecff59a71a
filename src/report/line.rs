//! An event as a line of text, for a log or a terminal without colours.

use std::time::Duration;

use super::{Event, Stage};

/// The line of an event, without its end; some events have none. A text of
/// several lines is indented below the first.
pub fn line(event: &Event) -> Option<String> {
    match event {
        Event::Started { .. } | Event::Projects(_) | Event::Ended { .. } => None,
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
    let text = printable(text).replace('\n', "\n           ");
    format!("{:>8}  {task}{text}", stage.to_string())
}

/// Without the characters that move a cursor, colour a terminal or turn text
/// round: what a compiler or a registry says may come from a repository.
pub fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| {
            matches!(c, '\n' | '\t')
                || !(c.is_control()
                    || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        })
        .collect()
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
    fn nothing_in_a_line_moves_the_cursor() {
        let event = Event::Line {
            task: Some("a".into()),
            stage: Stage::Build,
            text: "x\u{1b}[2J\r\u{202e}y\u{7}".into(),
        };
        assert_eq!(line(&event).as_deref(), Some("   build  a: | x[2Jy"));
    }

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
