//! The outcome as a forge shows it beside a commit.

use super::name;

/// GitHub refuses a longer description with 422; Gitea shows no more either.
const LONGEST: usize = 140;

/// One status of a commit. A later one with the same context replaces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitStatus {
    /// Whose it is: `pelato` for the run, `pelato/<component_name>` for a task.
    pub context: String,
    /// How it stands.
    pub state: StatusState,
    /// For people. What goes to the forge is cut to 140 characters.
    pub description: String,
    /// The run's page.
    pub target_url: Option<String>,
}

impl CommitStatus {
    /// The description as it is sent: one line, 140 characters at most.
    pub(super) fn short_description(&self) -> String {
        let line: String = self
            .description
            .chars()
            .map(|c| if name::is_hidden(c) { ' ' } else { c })
            .collect();
        let line = line.trim();
        if line.chars().count() <= LONGEST {
            return line.to_owned();
        }
        let mut cut: String = line.chars().take(LONGEST - 1).collect();
        cut.push('…');
        cut
    }
}

/// What both forges know. Neither has a state for "waiting" or "skipped".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusState {
    /// Not over yet.
    Pending,
    /// All is well.
    Success,
    /// The change is at fault.
    Failure,
    /// The platform is at fault.
    Error,
}

#[cfg(test)]
mod tests {
    use super::{CommitStatus, StatusState};

    fn described(description: &str) -> String {
        CommitStatus {
            context: "pelato".to_owned(),
            state: StatusState::Success,
            description: description.to_owned(),
            target_url: None,
        }
        .short_description()
    }

    #[test]
    fn a_description_is_cut_between_characters() {
        assert_eq!(described("all well"), "all well");
        assert_eq!(described(&"è".repeat(140)), "è".repeat(140));
        assert_eq!(described(&"è".repeat(141)), format!("{}…", "è".repeat(139)));
    }

    #[test]
    fn a_description_is_one_line() {
        assert_eq!(described("line one\nline\u{1b} two\r\n"), "line one line  two");
    }
}
