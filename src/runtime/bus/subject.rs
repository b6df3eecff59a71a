//! Subjects of NATS: parts between dots, with `*` for one part and `>` for the rest.

use super::BusError;

/// The longest subject, in bytes. A NATS server closes the connection of a client
/// whose line of subject and reply-to is longer than 4096, and with it that of all
/// tasks.
const LONGEST: usize = 1024;

/// Whether a message can be sent to `subject`.
pub(super) fn check_target(subject: &str) -> Result<(), BusError> {
    let mut parts = subject.split('.');
    let right = subject.len() <= LONGEST && parts.all(|part| is_part(part) && part != "*" && part != ">");
    match right {
        true => Ok(()),
        false => Err(BusError::Subject(shown(subject))),
    }
}

/// As much of a subject as is worth reading.
fn shown(subject: &str) -> String {
    subject[..subject.floor_char_boundary(LONGEST)].to_owned()
}

/// Whether `subject` can be listened on.
pub(super) fn check_pattern(subject: &str) -> Result<(), BusError> {
    let parts: Vec<&str> = subject.split('.').collect();
    let last = parts.len() - 1;
    let right = subject.len() <= LONGEST
        && parts
            .iter()
            .enumerate()
            .all(|(at, part)| is_part(part) && (*part != ">" || at == last));
    match right {
        true => Ok(()),
        false => Err(BusError::Subject(shown(subject))),
    }
}

fn is_part(part: &str) -> bool {
    !part.is_empty() && !part.contains(char::is_whitespace)
}

/// Whether a message to `subject` is for who listens on `pattern`.
pub(super) fn matches(pattern: &str, subject: &str) -> bool {
    let mut parts = subject.split('.');
    for wanted in pattern.split('.') {
        match (wanted, parts.next()) {
            (">", Some(_)) => return true,
            ("*", Some(_)) => {}
            (wanted, Some(part)) if wanted == part => {}
            _ => return false,
        }
    }
    parts.next().is_none()
}
