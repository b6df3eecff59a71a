//! What can be typed.

mod plan;
mod rollback;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

pub(super) use self::plan::{Deploying, Plan};
pub(super) use self::rollback::{Rollback, Status};
use crate::config::Flags;

/// Go functions from a Git repository, as WebAssembly components on the
/// edge–cloud continuum.
#[derive(Debug, Parser)]
#[command(name = "pelato", version, about, max_term_width = 100)]
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
    /// Show what runs where
    Status(Status),
    /// Begin a project: a workflow, a function and its cases
    New(New),
    /// List the templates, what a task's `type` can be
    Templates(TemplatesCommand),
    /// Check workflow and tasks, and do nothing else
    Check(Check),
    /// Print the JSON Schema of workflow.yaml, which editors complete and check with
    Schema(Folder),
    /// Call a task once and print what it returns
    #[cfg(feature = "local")]
    Invoke(Invoke),
    /// Run the cases that stand beside the tasks, tasks/<name>.test.yaml
    #[cfg(feature = "local")]
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
    /// Look at Go, Docker, registry, NATS, wadm and hosts, and say how to mend what is missing
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

#[derive(ClapArgs, Clone, Debug)]
pub(super) struct TemplatesDir {
    /// A folder of templates, beside those that come with Pelato [env: PELATO_TEMPLATES]
    #[arg(id = "templates", long = "templates", value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,
}

#[derive(ClapArgs, Clone, Debug)]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) folder: Folder,
    /// How findings are printed: for people on stderr, the others on stdout
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// The lines, what is wrong in them, and the fix
    Human,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of a GitHub, Gitea or Forgejo Action
    Github,
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

/// A new project.
#[derive(ClapArgs, Clone, Debug)]
pub(super) struct New {
    /// Its folder, made where it is not there
    #[arg(default_value = ".")]
    pub(super) dir: PathBuf,
    /// The template of its task
    #[arg(long, value_name = "NAME")]
    pub(super) template: Option<String>,
    /// The project's name
    #[arg(long, value_name = "TEXT")]
    pub(super) name: Option<String>,
    /// The task's component_name
    #[arg(long, value_name = "NAME")]
    pub(super) task: Option<String>,
    /// A host-type label where the task runs; may be repeated
    #[arg(long = "target", value_name = "LABEL")]
    pub(super) targets: Vec<String>,
    /// A key of the template, as source_topic=readings; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = pair)]
    pub(super) keys: Vec<(String, String)>,
    #[command(flatten)]
    pub(super) templates: TemplatesDir,
    /// Ask nothing: what is not given has a default
    #[arg(long)]
    pub(super) defaults: bool,
    /// Print one JSON document on stdout; asks nothing
    #[arg(long)]
    pub(super) json: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text
        .split_once('=')
        .ok_or("write KEY=VALUE, as source_topic=readings")?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}

#[derive(ClapArgs, Clone, Debug)]
pub(super) struct TemplatesCommand {
    #[command(subcommand)]
    pub(super) show: Option<TemplatesShow>,
    #[command(flatten)]
    pub(super) templates: TemplatesDir,
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Clone, Debug, Subcommand)]
pub(super) enum TemplatesShow {
    /// Explain one: its keys, its function, and a task of it to begin with
    Show {
        /// Its name, or an alias
        name: String,
        #[command(flatten)]
        templates: TemplatesDir,
        /// Print one JSON document on stdout
        #[arg(long)]
        json: bool,
    },
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

#[cfg(feature = "local")]
#[derive(ClapArgs, Clone, Debug)]
pub(super) struct Invoke {
    /// The task's component_name
    pub(super) task: String,
    #[command(flatten)]
    pub(super) folder: Folder,
    /// The input; without it, stdin is read to its end
    #[arg(long, value_name = "TEXT")]
    pub(super) data: Option<String>,
    /// Write what a task of nats_to_sql returns to this PostgreSQL database, or without
    /// an URL to that of PELATO_SQL_URL; it is only printed otherwise
    #[arg(long, value_name = "URL", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(super) sql: Option<String>,
    /// Call it so many times and show how long that took
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = positive)]
    pub(super) repeat: usize,
    /// Where tasks are compiled: docker, local or auto [env: PELATO_BUILDER] [default: auto]
    #[arg(long)]
    pub(super) builder: Option<String>,
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(super) json: bool,
}

#[cfg(feature = "local")]
#[derive(ClapArgs, Clone, Debug)]
pub(super) struct Test {
    #[command(flatten)]
    pub(super) folder: Folder,
    /// Only cases whose name, or whose task, has this in it
    #[arg(long, value_name = "TEXT")]
    pub(super) filter: Option<String>,
    /// Write the results there as JUnit XML too
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,
    /// Where tasks are compiled: docker, local or auto [env: PELATO_BUILDER] [default: auto]
    #[arg(long)]
    pub(super) builder: Option<String>,
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(super) json: bool,
}

#[cfg(feature = "local")]
fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=1_000_000) => Ok(number),
        _ => Err("a number from 1 to 1000000".to_owned()),
    }
}

#[cfg(feature = "local")]
#[derive(ClapArgs, Clone, Debug)]
pub(super) struct Dev {
    #[command(flatten)]
    pub(super) folder: Folder,
    /// Where tasks are compiled: docker, local or auto, which takes this machine's Go
    /// where it has one [env: PELATO_BUILDER] [default: auto]
    #[arg(long)]
    pub(super) builder: Option<String>,
    /// Talk over this NATS server instead of within the process
    #[arg(long)]
    pub(super) nats: Option<String>,
    /// Keep key-value buckets in this folder instead of in memory
    #[arg(long, value_name = "DIR")]
    pub(super) keyvalue: Option<PathBuf>,
    /// The PostgreSQL database that tasks write to, postgres://USER:PASSWORD@HOST/DATABASE;
    /// a password is better put into the variable [env: PELATO_SQL_URL]
    #[arg(long, value_name = "URL")]
    pub(super) sql: Option<String>,
}

#[derive(ClapArgs, Clone, Debug)]
pub(super) struct Serve {
    /// The runner's configuration
    #[arg(long, default_value = "runner.yaml")]
    pub(super) config: PathBuf,
}

#[derive(ClapArgs, Clone, Debug)]
pub(super) struct Doctor {
    #[command(flatten)]
    pub(super) folder: Folder,
    #[command(flatten)]
    pub(super) place: Place,
    /// Where tasks are compiled: docker, local or auto [env: PELATO_BUILDER] [default: auto]
    #[arg(long)]
    pub(super) builder: Option<String>,
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(ClapArgs, Clone, Debug)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}

#[derive(ClapArgs, Clone, Debug)]
pub(super) struct Man {
    /// Write a page per command there, pelato.1, pelato-gen.1, …
    #[arg(long, value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,
}

#[cfg(feature = "local")]
#[derive(ClapArgs, Clone, Debug)]
pub(super) struct LocalHost {
    /// Its state folder
    #[arg(long)]
    pub(super) state: PathBuf,
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
