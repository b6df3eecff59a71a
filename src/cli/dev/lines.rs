//! Events of the embedded host → lines for people.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::cli::printer::Printer;
use crate::report::printable;
use crate::runtime::{Event, Level, Observer};

/// Lines that wait to be printed. A terminal that is slower than the tasks must not
/// stop them.
const CAPACITY: usize = 4096;

/// What the tasks do, line by line.
pub(super) struct Lines {
    receiver: mpsc::Receiver<String>,
    left_out: Arc<AtomicUsize>,
}

/// An observer, and the lines that its events become. They end with it.
pub(super) fn lines() -> (Observer, Lines) {
    let (sender, receiver) = mpsc::channel(CAPACITY);
    let left_out = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&left_out);
    let observer = Observer::new(move |event| {
        if sender.try_send(line(&event)).is_err() {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    (observer, Lines { receiver, left_out })
}

impl Lines {
    /// Prints them until the observer is gone.
    pub(super) async fn print(mut self, printer: &Printer) {
        while let Some(line) = self.receiver.recv().await {
            printer.show(&line);
            match self.left_out.swap(0, Ordering::Relaxed) {
                0 => {}
                count => printer.show(&format!("… {count} lines left out")),
            }
        }
    }
}

fn line(event: &Event) -> String {
    let text = match event {
        Event::Published { task, subject, bytes } => format!("{subject}  {}  from {task}", size(*bytes)),
        Event::Kept {
            task,
            bucket,
            key,
            bytes,
        } => format!("{bucket}/{key}  {}  from {task}", size(*bytes)),
        Event::Queried { task, texts } => {
            let bytes = texts.iter().map(String::len).sum();
            format!("database  {}  from {task}", size(bytes))
        }
        Event::Handled {
            task,
            subject,
            bytes,
            took,
            error,
        } => format!("{subject}  {}  {task}  {}{}", size(*bytes), time(*took), because(error)),
        Event::Answered {
            task,
            method,
            path,
            status,
            took,
            error,
        } => format!("{method} {path}  {status}  {task}  {}{}", time(*took), because(error)),
        Event::Logged { task, level, text } => match level {
            Level::Trace | Level::Debug | Level::Info => format!("{task} | {text}"),
            Level::Warn => format!("{task} | warning: {text}"),
            Level::Error | Level::Critical => format!("{task} | error: {text}"),
        },
        Event::Dropped { task, subject } => format!("{subject}  dropped: {task} is too far behind"),
    };
    // What tasks say may hold anything.
    printable(&text)
}

fn because(error: &Option<String>) -> String {
    error
        .as_deref()
        .map(|error| format!("  failed: {error}"))
        .unwrap_or_default()
}

fn size(bytes: usize) -> String {
    match bytes {
        0..10_000 => format!("{bytes} B"),
        10_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

fn time(took: Duration) -> String {
    match took.as_secs_f64() {
        seconds if seconds < 1.0 => format!("{:.1} ms", seconds * 1e3),
        seconds => format!("{seconds:.2} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_of_a_message_is_a_line() {
        let (task, subject) = ("filter".to_owned(), "room.kelvin".to_owned());
        let events = [
            Event::Handled {
                task: task.clone(),
                subject: subject.clone(),
                bytes: 14,
                took: Duration::from_micros(1240),
                error: None,
            },
            Event::Handled {
                task: task.clone(),
                subject: subject.clone(),
                bytes: 1_000_000,
                took: Duration::from_millis(1500),
                error: Some("task failed: panic: no \u{1b}[2Jgood".into()),
            },
            Event::Published {
                task: task.clone(),
                subject,
                bytes: 65_536,
            },
            Event::Answered {
                task: task.clone(),
                method: "POST".into(),
                path: "/".into(),
                status: 200,
                took: Duration::from_millis(3),
                error: None,
            },
            Event::Logged {
                task,
                level: Level::Error,
                text: "task failed".into(),
            },
        ];
        let lines: Vec<String> = events.iter().map(line).collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        room.kelvin  14 B  filter  1.2 ms
        room.kelvin  1.0 MB  filter  1.50 s  failed: task failed: panic: no [2Jgood
        room.kelvin  65.5 kB  from filter
        POST /  200  filter  3.0 ms
        filter | error: task failed
        ");
    }
}
