//! The arguments of what runs tasks on this machine.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::Folder;

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Invoke {
    /// The task's component_name
    pub(in crate::cli) task: String,
    #[command(flatten)]
    pub(in crate::cli) folder: Folder,
    /// The input; without it, stdin is read to its end
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) data: Option<String>,
    /// Write what a task of nats_to_sql returns to this PostgreSQL database, or without
    /// an URL to that of PELATO_SQL_URL; it is only printed otherwise
    #[arg(long, value_name = "URL", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(in crate::cli) sql: Option<String>,
    /// Call it so many times and show how long that took
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = positive)]
    pub(in crate::cli) repeat: usize,
    /// Where tasks are compiled: docker, local or auto [env: PELATO_BUILDER] [default: auto]
    #[arg(long)]
    pub(in crate::cli) builder: Option<String>,
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Test {
    #[command(flatten)]
    pub(in crate::cli) folder: Folder,
    /// Only cases whose name, or whose task, has this in it
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) filter: Option<String>,
    /// Write the results there as JUnit XML too
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) junit: Option<PathBuf>,
    /// Where tasks are compiled: docker, local or auto [env: PELATO_BUILDER] [default: auto]
    #[arg(long)]
    pub(in crate::cli) builder: Option<String>,
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=1_000_000) => Ok(number),
        _ => Err("a number from 1 to 1000000".to_owned()),
    }
}

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Dev {
    #[command(flatten)]
    pub(in crate::cli) folder: Folder,
    /// Where tasks are compiled: docker, local or auto, which takes this machine's Go
    /// where it has one [env: PELATO_BUILDER] [default: auto]
    #[arg(long)]
    pub(in crate::cli) builder: Option<String>,
    /// Talk over this NATS server instead of within the process
    #[arg(long)]
    pub(in crate::cli) nats: Option<String>,
    /// Keep key-value buckets in this folder instead of in memory
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) keyvalue: Option<PathBuf>,
    /// The PostgreSQL database that tasks write to, postgres://USER:PASSWORD@HOST/DATABASE;
    /// a password is better put into the variable [env: PELATO_SQL_URL]
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) sql: Option<String>,
}

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct LocalHost {
    /// Its state folder
    #[arg(long)]
    pub(in crate::cli) state: PathBuf,
}
