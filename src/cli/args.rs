//! What can be typed.

mod about;
mod check;
#[cfg(feature = "local")]
mod local;
mod new;
mod plan;
mod promote;
mod rollback;
mod runner;

use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Parser, Subcommand};

pub(super) use self::about::{Agent, Completions, Doctor, Drain, Man};
pub(super) use self::check::{Check, Format};
#[cfg(feature = "local")]
pub(super) use self::local::{Dev, Invoke, LocalHost, Test};
pub(super) use self::new::{New, TemplatesCommand, TemplatesShow};
pub(super) use self::plan::{Deploying, Plan};
pub(super) use self::promote::Promote;
pub(super) use self::rollback::{Rollback, Status};
pub(super) use self::runner::{At, Cancel, Logs, Runs, Serve};
use crate::config::Flags;

/// Go functions from a Git repository, as WebAssembly components on the
/// edge–cloud continuum.
#[derive(Debug, Parser)]
#[command(name = "pelato", version, long_version = env!("PELATO_VERSION"), about, max_term_width = 100)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a Go project and the manifests of each task into gen/
    Gen(Generate),
    /// Compile the tasks and publish them to the registry
    Build(Stages),
    /// Deploy the published tasks to the lattice
    Deploy(Deploying),
    /// Undeploy the tasks
    Remove(Stages),
    /// Everything in order: gen, build, deploy
    Brush(Deploying),
    /// Say what a run would do and why, and do nothing
    Plan(Plan),
    /// Put back what was deployed before, without building
    Rollback(Rollback),
    /// Take what is deployed in one environment to another one, without building
    #[command(after_help = "Ends with 1 where something was to be promoted, and the answer was no.")]
    Promote(Promote),
    /// Show what runs where
    #[command(after_help = "Whether all of it runs is no matter of the exit code.")]
    Status(Status),
    /// Begin a project: a workflow, a function and its cases
    New(New),
    /// List the templates, what a task's `type` can be
    Templates(TemplatesCommand),
    /// Check workflow and tasks, and do nothing else
    #[command(after_help = "Ends with 2 where something is wrong; warnings and notes are not.")]
    Check(Check),
    /// Print the JSON Schema of workflow.yaml, which editors complete and check with
    Schema(Folder),
    /// Call a task once and print what it returns
    #[cfg(feature = "local")]
    Invoke(Invoke),
    /// Run the cases that stand beside the tasks, tasks/<name>.test.yaml
    #[cfg(feature = "local")]
    #[command(after_help = "Ends with 1 where a case failed.")]
    Test(Test),
    /// Run one task's cases, for a run: a request on stdin, results on stdout
    #[cfg(feature = "local")]
    #[command(hide = true)]
    RunCases,
    /// Run the whole workflow here, and rebuild what is saved
    #[cfg(feature = "local")]
    Dev(Dev),
    /// Serve webhooks: each push is built and deployed
    Serve(Serve),
    /// Tell a lattice which hosts may take messages, as a runner does
    Agent(Agent),
    /// Let a host take no more messages, before it is stopped
    Drain(Drain),
    /// What a runner ran, newest first
    Runs(Runs),
    /// The log of one of its runs
    Logs(Logs),
    /// Cancel one of its runs
    #[command(after_help = "Ends with 1 where the run was over already.")]
    Cancel(Cancel),
    /// Look at Go, Docker, registry, NATS, wadm and hosts, and say how to mend what is missing
    #[command(after_help = "Ends with 1 where something is to be mended.")]
    Doctor(Doctor),
    /// Print what makes a shell complete this command line
    Completions(Completions),
    /// Print the manual page, or write those of all commands into a folder
    Man(Man),
    /// The process of local deployments; the other commands start it
    #[cfg(feature = "local")]
    #[command(hide = true)]
    LocalHost(LocalHost),
}

#[derive(ClapArgs, Clone, Debug)]
pub(super) struct Folder {
    /// The project's folder; one without a workflow.yaml stands for every project below it
    #[arg(default_value = ".")]
    pub(super) dir: PathBuf,
    #[command(flatten)]
    pub(super) templates: TemplatesDir,
}

impl Folder {
    /// A folder of a command that renders nothing.
    pub(super) fn of(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            templates: TemplatesDir { dir: None },
        }
    }
}

#[derive(ClapArgs, Clone, Debug)]
pub(super) struct TemplatesDir {
    /// A folder of templates, beside those that come with Pelato [env: PELATO_TEMPLATES]
    #[arg(id = "templates", long = "templates", value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,
}

#[derive(ClapArgs, Clone, Debug)]
pub(super) struct Generate {
    #[command(flatten)]
    pub(super) folder: Folder,
    #[command(flatten)]
    pub(super) place: Place,
    /// Only this task, by its component_name; what is there of others stays. May be repeated
    #[arg(long = "task", value_name = "NAME")]
    pub(super) tasks: Vec<String>,
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(ClapArgs, Clone, Debug)]
pub(super) struct Stages {
    #[command(flatten)]
    pub(super) folder: Folder,
    #[command(flatten)]
    pub(super) place: Place,
    /// Where tasks are compiled: docker, local or auto [env: PELATO_BUILDER] [default: auto]
    #[arg(long)]
    pub(super) builder: Option<String>,
    /// Deploy what could be built although something else could not [env: PELATO_KEEP_GOING]
    #[arg(long)]
    pub(super) keep_going: bool,
    /// Fail when a target has no live host
    #[arg(long)]
    pub(super) require_hosts: bool,
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// Where to.
#[derive(ClapArgs, Clone, Debug)]
pub(super) struct Place {
    /// The environment's name [env: PELATO_ENVIRONMENT] [default: default]
    #[arg(long)]
    pub(super) environment: Option<String>,
    /// The lattice's name [env: PELATO_LATTICE] [default: default]
    #[arg(long)]
    pub(super) lattice: Option<String>,
    /// The NATS server [env: PELATO_NATS_URL, or NATS_HOST and NATS_PORT] [default: localhost:4222]
    #[arg(long)]
    pub(super) nats: Option<String>,
    /// external, builtin, or messaging=IMAGE,http_server=IMAGE [env: PELATO_PROVIDERS] [default: external]
    #[arg(long)]
    pub(super) providers: Option<String>,
    /// Where to: wadm, a lattice, or local, a process on this machine [env: PELATO_DEPLOY] [default: wadm]
    #[arg(long)]
    pub(super) deploy: Option<String>,
}

impl Place {
    /// As the settings take them.
    pub(super) fn flags(&self) -> Flags {
        Flags {
            environment: self.environment.clone(),
            lattice: self.lattice.clone(),
            nats: self.nats.clone(),
            providers: self.providers.clone(),
            deploy: self.deploy.clone(),
            ..Flags::default()
        }
    }
}

impl Stages {
    /// As the settings take them.
    pub(super) fn flags(&self) -> Flags {
        Flags {
            builder: self.builder.clone(),
            keep_going: self.keep_going,
            ..self.place.flags()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Args::command().debug_assert();
    }
}
