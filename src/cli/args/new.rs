//! The arguments of `new` and `templates`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::TemplatesDir;

/// A new project.
#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct New {
    /// Its folder, made where it is not there
    #[arg(default_value = ".")]
    pub(in crate::cli) dir: PathBuf,
    /// The template of its task
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) template: Option<String>,
    /// The project's name
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) name: Option<String>,
    /// The task's component_name
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) task: Option<String>,
    /// A host-type label where the task runs; may be repeated
    #[arg(long = "target", value_name = "LABEL")]
    pub(in crate::cli) targets: Vec<String>,
    /// A key of the template, as source_topic=readings; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = pair)]
    pub(in crate::cli) keys: Vec<(String, String)>,
    #[command(flatten)]
    pub(in crate::cli) templates: TemplatesDir,
    /// Ask nothing: what is not given has a default
    #[arg(long)]
    pub(in crate::cli) defaults: bool,
    /// Print one JSON document on stdout; asks nothing
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text
        .split_once('=')
        .ok_or("write KEY=VALUE, as source_topic=readings")?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct TemplatesCommand {
    #[command(subcommand)]
    pub(in crate::cli) show: Option<TemplatesShow>,
    #[command(flatten)]
    pub(in crate::cli) templates: TemplatesDir,
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(Clone, Debug, Subcommand)]
pub(in crate::cli) enum TemplatesShow {
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
