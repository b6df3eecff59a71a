//! Subjects of NATS: parts between dots, with `*` for one part and `>` for the rest.

use super::BusError;

/// Whether a message can be sent to `subject`.
pub(super) fn check_target(subject: &str) -> Result<(), BusError> {
    match subject
        .split('.')
        .all(|part| is_part(part) && part != "*" && part != ">")
    {
        true => Ok(()),
        false => Err(BusError::Subject(subject.to_owned())),
    }
}

/// Whether `subject` can be listened on.
pub(super) fn check_pattern(subject: &str) -> Result<(), BusError> {
    let parts: Vec<&str> = subject.split('.').collect();
    let last = parts.len() - 1;
    let right = parts
        .iter()
        .enumerate()
        .all(|(at, part)| is_part(part) && (*part != ">" || at == last));
    match right {
        true => Ok(()),
        false => Err(BusError::Subject(subject.to_owned())),
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
