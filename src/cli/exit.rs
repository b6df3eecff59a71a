//! How the program ends.

use std::process::ExitCode;

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All of it went well.
    Done,
    /// Something did not.
    Failed,
    /// It could not begin. clap ends with this code too.
    Usage,
    /// Somebody wanted it to end.
    Interrupted,
}

impl Exit {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Done, Self::Failed, Self::Usage, Self::Interrupted];

    /// What a shell gets.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Interrupted => 130,
        }
    }

    /// What it means, for the documentation.
    pub const fn means(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "a task or a stage failed, or something that is needed does not answer",
            Self::Usage => "wrong usage, or an invalid workflow or configuration",
            Self::Interrupted => "interrupted; no container is left",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
