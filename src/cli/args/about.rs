//! The arguments of what tells about the machine and the program.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::{Folder, Place};

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Doctor {
    #[command(flatten)]
    pub(in crate::cli) folder: Folder,
    #[command(flatten)]
    pub(in crate::cli) place: Place,
    /// Where tasks are compiled: docker, local or auto [env: PELATO_BUILDER] [default: auto]
    #[arg(long)]
    pub(in crate::cli) builder: Option<String>,
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Agent {
    #[command(flatten)]
    pub(in crate::cli) folder: Folder,
    #[command(flatten)]
    pub(in crate::cli) place: Place,
}

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Drain {
    /// A host's name or public key, or a target: all of its hosts
    #[arg(required = true, value_name = "HOST")]
    pub(in crate::cli) hosts: Vec<String>,
    /// The folder whose .env says where the lattice is
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(in crate::cli) project: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) place: Place,
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(in crate::cli) shell: clap_complete::Shell,
}

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Man {
    /// Write a page per command there, pelato.1, pelato-gen.1, …
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) dir: Option<PathBuf>,
}
