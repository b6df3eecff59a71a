//! The arguments of `check`.

use clap::{Args as ClapArgs, ValueEnum};

use super::Folder;

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Check {
    #[command(flatten)]
    pub(in crate::cli) folder: Folder,
    /// How findings are printed: for people on stderr, the others on stdout
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(in crate::cli) format: Format,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(in crate::cli) json: bool,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// The lines, what is wrong in them, and the fix
    Human,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of a GitHub, Gitea or Forgejo Action
    Github,
}
