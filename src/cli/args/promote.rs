//! The arguments of `promote`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::TemplatesDir;

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Promote {
    /// Tasks by their component_name; without any, all that are deployed in the first environment
    #[arg(value_name = "TASK")]
    pub(in crate::cli) tasks: Vec<String>,
    /// The environment whose deployments are taken
    #[arg(long, value_name = "ENVIRONMENT")]
    pub(in crate::cli) from: String,
    /// The environment that gets them
    #[arg(long, value_name = "ENVIRONMENT")]
    pub(in crate::cli) to: String,
    /// The file that declares both
    #[arg(long, value_name = "FILE", default_value = "runner.yaml")]
    pub(in crate::cli) config: PathBuf,
    /// The project's folder; one without a workflow.yaml stands for every project below it
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(in crate::cli) project: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) templates: TemplatesDir,
    /// Only show what differs
    #[arg(long, conflicts_with_all = ["yes", "require_hosts"])]
    pub(in crate::cli) dry_run: bool,
    /// Do not ask first, on a terminal
    #[arg(long)]
    pub(in crate::cli) yes: bool,
    /// Fail when a target has no live host
    #[arg(long)]
    pub(in crate::cli) require_hosts: bool,
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
