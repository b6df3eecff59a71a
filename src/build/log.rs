//! What a step prints, line by line and bounded.

use super::line::{Author, plain, whole};
use crate::report::{Reporter, Stage};

/// Bytes of one line; a longer one comes in pieces.
const LINE: usize = 8 << 10;
/// What a line costs beyond its bytes, wherever it is kept: an event, an object of JSON.
const COST: usize = 32;
/// How often the limit a step may print until it is stopped.
const ENDURED: usize = 16;
/// Bytes that an error repeats.
const REPEATED: usize = 16 << 10;

/// Hands what a step prints to the run's log as it comes, and keeps its beginning
/// for an error message.
pub(super) struct Log<'a> {
    reporter: &'a Reporter,
    author: Author,
    limit: usize,
    used: usize,
    came: usize,
    unfinished: Vec<u8>,
    repeated: String,
    killed: bool,
}

impl<'a> Log<'a> {
    /// A log that takes `limit` bytes and then says that it was cut.
    pub(super) fn new(reporter: &'a Reporter, author: Author, limit: usize) -> Self {
        Self {
            reporter,
            author,
            limit,
            used: 0,
            came: 0,
            unfinished: Vec::new(),
            repeated: String::new(),
            killed: false,
        }
    }

    /// Takes in bytes as they come, wherever they break.
    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        self.came = self.came.saturating_add(bytes.len());
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.take(&bytes[..end]);
            self.flush();
            bytes = &bytes[end + 1..];
        }
        self.take(bytes);
    }

    /// Takes in a part of a line.
    fn take(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(LINE) {
            self.unfinished.extend_from_slice(piece);
            if self.unfinished.len() >= LINE {
                let mut raw = std::mem::take(&mut self.unfinished);
                let broken = raw.split_off(whole(&raw));
                let text = plain(&raw);
                // Not through a secret: neither half of it would be known for one.
                let (settled, rest) = text.split_at(self.reporter.mask().settled(&text));
                self.unfinished = [rest.as_bytes(), &broken].concat();
                self.line(settled);
            }
        }
    }

    /// Takes in a line that has no end, and begins to keep anew: what comes next
    /// is another step.
    pub(super) fn end_step(&mut self) -> String {
        if !self.unfinished.is_empty() {
            self.flush();
        }
        (self.killed, self.came) = (false, 0);
        std::mem::take(&mut self.repeated)
    }

    /// Bytes that a step may print, kept or not, where it printed more: it is not going
    /// to stop.
    pub(super) fn is_flooded(&self) -> Option<usize> {
        let most = self.limit.saturating_mul(ENDURED);
        (self.came > most).then_some(most)
    }

    /// Whether a process of the step was killed, which is how a want of memory shows.
    pub(super) fn tells_of_a_kill(&self) -> bool {
        self.killed
    }

    /// Whose output this is.
    pub(super) fn component_name(&self) -> &str {
        &self.author.component_name
    }

    fn flush(&mut self) {
        let line = plain(&std::mem::take(&mut self.unfinished));
        self.line(&line);
    }

    fn line(&mut self, text: &str) {
        if self.used > self.limit || text.is_empty() {
            return;
        }
        self.killed |= text.ends_with("signal: killed");
        let Some(text) = self.author.read(text) else {
            return;
        };
        let text = self.reporter.mask().hide(&text).into_owned();
        self.used += text.len() + COST;
        if self.used > self.limit {
            self.say(format!(
                "… the rest is left out: the output passed {} KiB",
                self.limit >> 10
            ));
            return;
        }
        if self.repeated.len() + text.len() < REPEATED {
            if !self.repeated.is_empty() {
                self.repeated.push('\n');
            }
            self.repeated.push_str(&text);
        }
        self.say(text);
    }

    fn say(&self, text: String) {
        self.reporter
            .line(Some(&self.author.component_name), Stage::Build, text);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use secrecy::SecretString;

    use super::*;
    use crate::report::{Event, Mask, Sink};

    #[derive(Default)]
    struct Lines(Mutex<Vec<String>>);

    impl Sink for Lines {
        fn take(&self, event: &Event) {
            if let Event::Line { text, .. } = event {
                self.0.lock().unwrap().push(text.clone());
            }
        }
    }

    fn lines(limit: usize, feed: impl FnOnce(&mut Log<'_>)) -> Vec<String> {
        let sink = Arc::new(Lines::default());
        let reporter = Reporter::new(vec![sink.clone()]);
        feed(&mut Log::new(&reporter, author(), limit));
        let lines = sink.0.lock().unwrap();
        lines.clone()
    }

    fn author() -> Author {
        Author {
            component_name: "t".to_owned(),
            files: vec![("task.go".to_owned(), "tasks/t.go".to_owned())],
            module: None,
            folder: "/sources".to_owned(),
            advice: Default::default(),
        }
    }

    #[test]
    fn a_line_is_whole_wherever_the_bytes_break() {
        let seen = lines(1000, |log| {
            log.push(b"# task\n./ta");
            log.push("sk.go:1:2: 23 °".as_bytes().split_last().unwrap().1);
            log.push("°".as_bytes().split_first().unwrap().1);
            log.push(b"C\n\nlast");
            assert_eq!(log.end_step(), "tasks/t.go:1:2: 23 °C\nlast");
            log.push(b"next step");
            assert_eq!(log.end_step(), "next step");
        });
        assert_eq!(seen, ["tasks/t.go:1:2: 23 °C", "last", "next step"]);
    }

    #[test]
    fn too_much_is_cut_with_a_line_that_says_so() {
        let seen = lines(2048, |log| {
            for _ in 0..10_000 {
                log.push(b"0123456789012345678901234567890\n");
            }
        });
        assert_eq!(seen.len(), 33);
        assert_eq!(seen[32], "… the rest is left out: the output passed 2 KiB");
    }

    #[test]
    fn lines_of_nothing_cost_something_too() {
        let seen = lines(3200, |log| log.push("x\n".repeat(10_000).as_bytes()));
        assert_eq!(seen.len(), 97);
    }

    #[test]
    fn what_does_not_stop_is_noticed_whether_it_is_kept_or_not() {
        lines(1000, |log| {
            log.push("\n".repeat(16_000).as_bytes());
            assert_eq!(log.is_flooded(), None);
            log.push(b"\n");
            assert_eq!(log.is_flooded(), Some(16_000));
            log.end_step();
            assert_eq!(log.is_flooded(), None);
        });
    }

    #[test]
    fn an_endless_line_comes_in_pieces() {
        let seen = lines(1 << 20, |log| log.push(&vec![b'x'; 3 * LINE]));
        assert_eq!(seen.iter().map(String::len).collect::<Vec<_>>(), [LINE; 3]);
    }

    #[test]
    fn a_secret_is_hidden_wherever_an_endless_line_is_cut() {
        let secrets = [SecretString::from("hunter22")];
        for before in LINE - 60..LINE + 2 {
            let sink = Arc::new(Lines::default());
            let reporter = Reporter::new(vec![sink.clone()]).masked(Mask::of(&secrets));
            let mut log = Log::new(&reporter, author(), 1 << 20);
            let text = format!("{}hun\x1b[0mter22{}\n", "x".repeat(before), "y".repeat(LINE));
            for piece in text.as_bytes().chunks(7) {
                log.push(piece);
            }
            let seen = sink.0.lock().unwrap().concat();
            let hidden = format!("{}***{}", "x".repeat(before), "y".repeat(LINE));
            assert!(seen == hidden, "cut with {before} bytes before it");
        }
    }

    #[test]
    fn a_killed_compiler_is_noticed() {
        lines(1000, |log| {
            log.push(b"task: /usr/local/go/pkg/tool/compile: signal: killed\n");
            assert!(log.tells_of_a_kill());
        });
    }
}
