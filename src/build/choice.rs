//! Where tasks are compiled.

use std::fmt;
use std::str::FromStr;

/// Where tasks are compiled: `--builder`, `PELATO_BUILDER`, `builder:`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// In Docker where an engine answers, else by the machine's Go.
    #[default]
    Auto,
    /// In Docker or not at all.
    Docker,
    /// By the machine's Go or not at all.
    Local,
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().to_ascii_lowercase().as_str() {
            "auto" => Ok(Self::Auto),
            "docker" => Ok(Self::Docker),
            "local" => Ok(Self::Local),
            other => Err(format!("`{other}` is no builder: say `docker`, `local` or `auto`")),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Docker => "docker",
            Self::Local => "local",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_reads_back_what_it_prints() {
        for choice in [Choice::Auto, Choice::Docker, Choice::Local] {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
    }

    #[test]
    fn anything_else_names_the_three() {
        insta::assert_snapshot!(
            "podman".parse::<Choice>().unwrap_err(),
            @"`podman` is no builder: say `docker`, `local` or `auto`"
        );
    }
}
