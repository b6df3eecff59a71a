//! One input → what a task makes of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::time::timeout;

use crate::runtime::{Bus, CallError, Code, Event, Message, Observer, Record, Sql, Stores, Surroundings};

/// Where an input seems to come from, and where a result goes when the
/// configuration names no subject.
const SUBJECT: &str = "pelato.test";
/// Bytes of one line of the log that are kept.
const LINE: usize = 64 << 10;

/// What one call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The bytes that were published, none where the input was filtered out; or why
    /// the call failed, with the author's stack where it was a panic. Of a task that
    /// writes to a bucket, `{"data":…,"key":…}` as a message to such a task has them;
    /// of one that writes to a table, the row.
    pub result: Result<Option<Bytes>, String>,
    /// What the task printed and logged, entry by entry.
    pub log: Vec<String>,
    /// From the call to its end.
    pub took: Duration,
}

/// Gives `input` to a new instance of a task with the configuration `config`. The
/// call may take `limit`; its rows go to `sql`; of its log, `log` bytes are kept.
pub async fn call(
    code: &Code,
    component_name: &str,
    config: &BTreeMap<String, String>,
    sql: &Sql,
    input: Bytes,
    limit: Duration,
    log: usize,
) -> Called {
    let payload = config.get("max_payload").and_then(|most| most.parse().ok());
    let record = Record::new(payload.unwrap_or(1 << 20));
    let lines = Arc::new(Mutex::new(Lines::new(log)));
    let heard = Arc::clone(&lines);
    let stores = Stores {
        sql: Some(sql.clone()),
        ..Stores::default()
    };
    let row = Arc::new(Mutex::new(None));
    let rows = Arc::clone(&row);
    let written = Arc::new(Mutex::new(None));
    let writes = Arc::clone(&written);
    let surroundings = Arc::new(Surroundings {
        task: component_name.to_owned(),
        config: config.clone(),
        bus: Bus::Record(record.clone()),
        stores: stores.clone(),
        observer: Observer::new(move |event| match event {
            Event::Logged { text, .. } => heard.lock().unwrap_or_else(PoisonError::into_inner).take(text),
            Event::Kept { bucket, key, .. } => {
                *writes.lock().unwrap_or_else(PoisonError::into_inner) = Some((bucket, key));
            }
            Event::Queried { texts, .. } => {
                *rows.lock().unwrap_or_else(PoisonError::into_inner) = texts.into_iter().next();
            }
            _ => {}
        }),
    });
    let begun = Instant::now();
    let message = Message::new(SUBJECT, input);
    let called = timeout(limit, code.message(&surroundings, message)).await;
    let took = begun.elapsed();
    let lines = std::mem::take(&mut *lines.lock().unwrap_or_else(PoisonError::into_inner));
    let mut log = lines.all();
    let result = match called.unwrap_or(Err(CallError::TooLong(limit))) {
        Ok(()) => {
            let to = config.get("dest_topic");
            let mut messages = record.take();
            messages.retain(|message| to.is_none_or(|to| message.subject == *to));
            let written = written.lock().unwrap_or_else(PoisonError::into_inner).take();
            let row = row.lock().unwrap_or_else(PoisonError::into_inner).take();
            match (messages.pop(), written, row) {
                (Some(message), _, _) => Ok(Some(message.body)),
                (None, Some((bucket, key)), _) => entry(&stores, &bucket, key).await,
                (None, None, row) => Ok(row.map(Bytes::from)),
            }
        }
        Err(error) => Err(with_stack(error.to_string(), &mut log)),
    };
    Called { result, log, took }
}

/// What was written under `key`, as JSON.
async fn entry(stores: &Stores, bucket: &str, key: String) -> Result<Option<Bytes>, String> {
    let value = stores.buckets.get(bucket, &key).await;
    let value = value.map_err(|error| error.to_string())?.unwrap_or_default();
    let entry = serde_json::json!({ "key": key, "data": String::from_utf8_lossy(&value) });
    Ok(Some(entry.to_string().into()))
}

/// The error as the log has it, where it has it: a panic's stack stands there alone.
fn with_stack(error: String, log: &mut Vec<String>) -> String {
    match log.iter().rposition(|line| line.starts_with(&error)) {
        Some(at) => log.remove(at),
        None => error,
    }
}

/// A log that stays within its bound: the beginning, and the last entry, which
/// says why a call failed.
#[derive(Default)]
struct Lines {
    room: usize,
    lines: Vec<String>,
    left_out: usize,
    last: Option<String>,
}

impl Lines {
    fn new(room: usize) -> Self {
        Self {
            room,
            ..Self::default()
        }
    }

    fn take(&mut self, mut text: String) {
        let end = super::boundary(&text, LINE);
        if end < text.len() {
            text.truncate(end);
            text.push('…');
        }
        // An entry without a byte takes room too.
        let size = text.len() + 16;
        if self.left_out == 0 && size <= self.room {
            self.room -= size;
            self.lines.push(text);
            return;
        }
        self.left_out += 1;
        self.last = Some(text);
    }

    fn all(mut self) -> Vec<String> {
        match self.left_out {
            0 => {}
            1 => self.lines.extend(self.last),
            more => {
                let noted = format!("… {} lines are left out", more - 1);
                self.lines.push(noted);
                self.lines.extend(self.last);
            }
        }
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_keeps_its_beginning_and_its_last_entry() {
        let mut lines = Lines::new(200);
        for number in 0..1000 {
            lines.take(format!("line {number}"));
        }
        lines.take("task failed".to_owned() + &"!".repeat(100_000));
        let all = lines.all();
        assert_eq!(all.len(), 11);
        assert_eq!(all[9], "… 991 lines are left out");
        assert!(all[10].starts_with("task failed") && all[10].len() < 66_000);
    }

    #[test]
    fn the_stack_of_a_panic_is_a_part_of_the_error() {
        let mut log = vec![
            "begun".to_owned(),
            "task failed: panic: no\n  at f (tasks/a.go:3)".to_owned(),
        ];
        let error = with_stack("task failed: panic: no".to_owned(), &mut log);
        assert_eq!(error, "task failed: panic: no\n  at f (tasks/a.go:3)");
        assert_eq!(log, ["begun"]);
        assert_eq!(with_stack("another".to_owned(), &mut log), "another");
    }
}
