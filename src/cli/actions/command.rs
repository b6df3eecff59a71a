//! Workflow commands, `::error file=…::…`: one a line, whatever their texts hold.

/// Characters of a message; the whole of it is in the log.
const LONGEST: usize = 4096;

/// An error at a place, or about the run as a whole.
pub(super) fn error(place: Option<&Place>, title: &str, message: &str) -> String {
    let mut properties = String::new();
    if let Some(Place { file, line, column }) = place {
        properties.push_str(&format!("file={},", property(file)));
        if let Some(line) = line {
            properties.push_str(&format!("line={line},"));
        }
        if let Some(column) = column {
            properties.push_str(&format!("col={column},"));
        }
    }
    let message = match message.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    };
    format!("::error {properties}title={}::{}", property(title), data(&message))
}

/// Where in a file, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// From the top of the repository.
    pub(super) file: String,
    pub(super) line: Option<usize>,
    pub(super) column: Option<usize>,
}

/// What a message may hold, so that it stays one command.
pub(in crate::cli) fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The same for what stands before the message.
pub(in crate::cli) fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_begins_a_second_command() {
        let place = Place {
            file: "a,b:\r\n::warning::c.go".into(),
            line: Some(3),
            column: None,
        };
        insta::assert_snapshot!(
            error(Some(&place), "x,title=y::z", "100%\n::add-mask::a\r::stop-commands::b"),
            @"::error file=a%2Cb%3A%0D%0A%3A%3Awarning%3A%3Ac.go,line=3,title=x%2Ctitle=y%3A%3Az::100%25%0A::add-mask::a%0D::stop-commands::b"
        );
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let command = error(None, "t", &"ä".repeat(5000));
        assert_eq!(command.chars().count(), "::error title=t::…".chars().count() + LONGEST);
    }
}
