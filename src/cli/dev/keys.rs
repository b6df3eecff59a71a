//! What is typed while `dev` runs: a letter and the Enter key.

use tokio::sync::mpsc;

/// What can be typed.
pub(super) const HELP: &str = "type  s SUBJECT TEXT  to send a message,  t  to list the tasks,  q  to quit (and Enter)";

/// One wish.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Key {
    Send { subject: String, text: String },
    Tasks,
    Help,
    Quit,
}

/// The standard input, line by line.
pub(super) struct Keys(mpsc::Receiver<String>);

impl Keys {
    /// Reads on a thread of its own, which ends with the program: the runtime would
    /// wait at the end for a line that never comes.
    pub(super) fn read() -> Self {
        let (sender, lines) = mpsc::channel(16);
        std::thread::spawn(move || {
            for line in std::io::stdin().lines().map_while(Result::ok) {
                if sender.blocking_send(line).is_err() {
                    break;
                }
            }
        });
        Self(lines)
    }

    /// The next wish. None ever comes once the input has ended: `dev` may well run
    /// without a terminal.
    pub(super) async fn next(&mut self) -> Key {
        while let Some(line) = self.0.recv().await {
            if let Some(key) = key(&line) {
                return key;
            }
        }
        std::future::pending().await
    }
}

/// What a line means; an empty one means nothing.
fn key(line: &str) -> Option<Key> {
    let line = line.trim_start();
    let (verb, rest) = line.split_once(' ').unwrap_or((line.trim_end(), ""));
    Some(match verb {
        "" => return None,
        "q" | "quit" => Key::Quit,
        "t" | "tasks" => Key::Tasks,
        "s" | "send" => {
            let (subject, text) = rest.trim_start().split_once(' ').unwrap_or((rest.trim(), ""));
            match subject.is_empty() {
                true => Key::Help,
                false => Key::Send {
                    subject: subject.to_owned(),
                    text: text.to_owned(),
                },
            }
        }
        _ => Key::Help,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_may_hold_spaces_and_may_be_empty() {
        let send = |subject: &str, text: &str| {
            Some(Key::Send {
                subject: subject.into(),
                text: text.into(),
            })
        };
        assert_eq!(key("s room.celsius {\"c\": 21}"), send("room.celsius", "{\"c\": 21}"));
        assert_eq!(key("s room.celsius"), send("room.celsius", ""));
        assert_eq!(key("  send a  b "), send("a", " b "));
        assert_eq!(
            (key("s"), key("what?"), key("")),
            (Some(Key::Help), Some(Key::Help), None)
        );
        assert_eq!((key("t"), key("q ")), (Some(Key::Tasks), Some(Key::Quit)));
    }
}
