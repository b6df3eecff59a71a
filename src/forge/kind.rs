//! Which forge.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The forges whose deliveries are understood. In text and YAML: `github`, `gitea`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ForgeKind {
    /// github.com and GitHub Enterprise Server.
    #[serde(rename = "github")]
    GitHub,
    /// Gitea, and Forgejo, which sends the same headers.
    #[serde(rename = "gitea")]
    Gitea,
}

impl ForgeKind {
    /// The name as it is written in `runner.yaml` and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::Gitea => "gitea",
        }
    }
}

impl fmt::Display for ForgeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A forge that is none of [`ForgeKind`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no forge that Pelato knows; write `github` or `gitea`")]
pub struct UnknownForge(String);

impl FromStr for ForgeKind {
    type Err = UnknownForge;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "github" => Ok(Self::GitHub),
            "gitea" => Ok(Self::Gitea),
            other => Err(UnknownForge(other.to_owned())),
        }
    }
}
