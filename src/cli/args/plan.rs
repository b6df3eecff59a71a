//! What can be typed to deploy, and to see what that would do.

use clap::Args as ClapArgs;

use super::{Folder, Place, Stages};
use crate::config::Flags;
use crate::pipeline::{Prune, Request};

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Deploying {
    #[command(flatten)]
    pub(in crate::cli) stages: Stages,
    /// Leave running what the workflow no longer has
    #[arg(long)]
    pub(in crate::cli) no_prune: bool,
}

impl Deploying {
    /// The request as the flags have it.
    pub(in crate::cli) fn pruning<'r>(&self, request: Request<'r>) -> Request<'r> {
        pruning(request, self.no_prune)
    }
}

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Plan {
    #[command(flatten)]
    pub(in crate::cli) folder: Folder,
    #[command(flatten)]
    pub(in crate::cli) place: Place,
    /// Where tasks would be compiled: docker, local or auto [env: PELATO_BUILDER] [default: auto]
    #[arg(long)]
    pub(in crate::cli) builder: Option<String>,
    /// Compare with this commit, branch or tag of the repository instead of with what is
    /// deployed: asks no lattice
    #[arg(long, value_name = "REV")]
    pub(in crate::cli) since: Option<String>,
    /// Plan as with `brush --no-prune`: what the workflow no longer has goes on running
    #[arg(long)]
    pub(in crate::cli) no_prune: bool,
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

impl Plan {
    /// As the settings take them.
    pub(in crate::cli) fn flags(&self) -> Flags {
        Flags {
            builder: self.builder.clone(),
            ..self.place.flags()
        }
    }

    /// The request as the flags have it.
    pub(in crate::cli) fn pruning<'r>(&self, request: Request<'r>) -> Request<'r> {
        pruning(request, self.no_prune)
    }
}

fn pruning(request: Request<'_>, no_prune: bool) -> Request<'_> {
    Request {
        prune: if no_prune { Prune::Nothing } else { request.prune },
        ..request
    }
}
