//! `host.log`: what happens in a host, a line each.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::runtime::{Event, Level, Observer};

/// How large the log may grow before it is begun anew. The one before is kept
/// beside it, as `host.log.1`.
const LARGEST: u64 = 4 << 20;

/// How many lines wait to be written. A task that writes faster loses some.
const WAITING: usize = 10_000;

/// The longest line, in characters.
const LONGEST: usize = 4_096;

enum Entry {
    Line(String),
    Flush(SyncSender<()>),
}

/// The log of one host. Cheap to clone; a line is written a little later.
#[derive(Clone)]
pub(super) struct Journal {
    sender: SyncSender<Entry>,
    lost: Arc<AtomicUsize>,
}

impl Journal {
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        let (sender, entries) = sync_channel(WAITING);
        let journal = Self {
            sender,
            lost: Arc::default(),
        };
        let lost = Arc::clone(&journal.lost);
        let file = File::options().create(true).append(true).open(&path)?;
        let write = move || write(&entries, file, &path, &lost);
        std::thread::Builder::new().name("journal".into()).spawn(write)?;
        Ok(journal)
    }

    pub(super) fn say(&self, text: &str) {
        let at = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
        if self
            .sender
            .try_send(Entry::Line(format!("{at} {}\n", plain(text))))
            .is_err()
        {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until all that was said is written.
    pub(super) fn flush(&self) {
        let (done, wait) = sync_channel(1);
        // Without its thread there is nothing to wait for.
        if self.sender.send(Entry::Flush(done)).is_ok() {
            let _ = wait.recv();
        }
    }

    /// Writes what tasks log, and what fails.
    pub(super) fn observer(&self) -> Observer {
        let journal = self.clone();
        Observer::new(move |event| {
            if let Some(line) = line(&event) {
                journal.say(&line);
            }
        })
    }
}

fn line(event: &Event) -> Option<String> {
    match event {
        Event::Logged { task, level, text } => Some(format!("{task} {}: {text}", word(*level))),
        Event::Handled {
            task,
            subject,
            error: Some(error),
            ..
        } => Some(format!("{task} failed at a message on {subject}: {error}")),
        Event::Answered {
            task,
            method,
            path,
            error: Some(error),
            ..
        } => Some(format!("{task} failed at {method} {path}: {error}")),
        Event::Dropped { task, subject } => Some(format!("{task} is too far behind: dropped a message on {subject}")),
        _ => None,
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Trace => "trace",
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warning",
        Level::Error => "error",
        Level::Critical => "critical",
    }
}

/// One line of bounded length. Tasks write what they like: nothing of it may look
/// like another line, or reach the reader's terminal.
fn plain(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(LONGEST));
    for c in text.chars().take(LONGEST) {
        match c.is_control() {
            true => line.extend(c.escape_default()),
            false => line.push(c),
        }
    }
    line
}

fn write(entries: &Receiver<Entry>, mut file: File, path: &PathBuf, lost: &AtomicUsize) {
    for entry in entries {
        match entry {
            // A full disk is no reason to stop the tasks.
            Entry::Line(line) => {
                let _ = file.write_all(line.as_bytes());
                match lost.swap(0, Ordering::Relaxed) {
                    0 => {}
                    count => {
                        let _ = writeln!(file, "{count} lines were left out here");
                    }
                }
                if file.metadata().is_ok_and(|data| data.len() > LARGEST) {
                    // Emptied in place: what a panic says goes to the same file.
                    let _ = fs::copy(path, path.with_extension("log.1"));
                    let _ = file.set_len(0);
                }
            }
            Entry::Flush(done) => {
                let _ = done.send(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_task_writes_stays_on_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("host.log");
        let journal = Journal::open(path.clone()).unwrap();
        journal.say("convert info: a\n2026-01-01T00:00:00Z other error: b\u{1b}[31m");
        journal.flush();
        let text = fs::read_to_string(&path).unwrap();
        let (_, said) = text.split_once(' ').unwrap();
        assert_eq!(
            said,
            "convert info: a\\n2026-01-01T00:00:00Z other error: b\\u{1b}[31m\n"
        );
    }

    #[test]
    fn the_log_does_not_grow_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("host.log");
        let journal = Journal::open(path.clone()).unwrap();
        let long = "x".repeat(LONGEST + 10);
        for count in 0..3_000 {
            journal.say(&long);
            if count % 1_000 == 0 {
                journal.flush();
            }
        }
        journal.flush();
        let size = |name: &str| fs::metadata(folder.path().join(name)).unwrap().len();
        assert!(size("host.log") <= LARGEST);
        assert!(size("host.log.1") <= LARGEST + 2 * LONGEST as u64);
    }
}
