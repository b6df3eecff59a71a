//! The arguments of `rollback` and `status`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::{Folder, Place};

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Rollback {
    /// Tasks by their component_name; without any, all that were deployed otherwise before
    #[arg(value_name = "TASK")]
    pub(in crate::cli) tasks: Vec<String>,
    /// The project's folder; one without a workflow.yaml stands for every project below it
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(in crate::cli) project: PathBuf,
    /// Back to what this run left: its id, a commit or a version, or the beginning of one.
    /// Without it, to the deployment before the one that runs
    #[arg(long, value_name = "RUN")]
    pub(in crate::cli) to: Option<String>,
    /// Only show what there is to go back to
    #[arg(long, conflicts_with_all = ["to", "require_hosts"])]
    pub(in crate::cli) list: bool,
    #[command(flatten)]
    pub(in crate::cli) place: Place,
    /// Fail when a target has no live host
    #[arg(long)]
    pub(in crate::cli) require_hosts: bool,
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Status {
    #[command(flatten)]
    pub(in crate::cli) folder: Folder,
    #[command(flatten)]
    pub(in crate::cli) place: Place,
    /// Compare with the folder too, as `plan` does: what is deployed may be of another commit,
    /// or may have been changed by somebody else
    #[arg(long)]
    pub(in crate::cli) drift: bool,
    /// Look again every SECONDS, two without a number, until it is interrupted. With --json
    /// each look is a line
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "2", require_equals = true,
          value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(in crate::cli) watch: Option<u64>,
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
