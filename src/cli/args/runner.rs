//! The arguments of `serve`, and of what asks a runner: `runs`, `logs`, `cancel`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Serve {
    /// The runner's configuration
    #[arg(long, default_value = "runner.yaml")]
    pub(in crate::cli) config: PathBuf,
}

/// As the runner's API has them.
const STATES: [&str; 7] = [
    "queued",
    "running",
    "success",
    "failure",
    "error",
    "superseded",
    "cancelled",
];

/// Which runner.
#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct At {
    /// The runner's address; its token is read from PELATO_API_TOKEN [env: PELATO_SERVER] [default:
    /// http://127.0.0.1:8080]
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) server: Option<String>,
}

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Runs {
    #[command(flatten)]
    pub(in crate::cli) at: At,
    /// Only of this repository, `owner/name`
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) repository: Option<String>,
    /// Only in this state
    #[arg(long, value_name = "STATE", value_parser = STATES)]
    pub(in crate::cli) state: Option<String>,
    /// Only older than this run
    #[arg(long, value_name = "RUN")]
    pub(in crate::cli) after: Option<String>,
    /// At most so many
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=200))]
    pub(in crate::cli) limit: Option<u32>,
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Logs {
    /// The run's id
    pub(in crate::cli) run: String,
    #[command(flatten)]
    pub(in crate::cli) at: At,
}

#[derive(ClapArgs, Clone, Debug)]
pub(in crate::cli) struct Cancel {
    /// The run's id
    pub(in crate::cli) run: String,
    #[command(flatten)]
    pub(in crate::cli) at: At,
    /// Print one JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
