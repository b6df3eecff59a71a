//! Configuration, read once and at the edge: variables and `.env` for commands,
//! `runner.yaml` for the runner.

mod duration;
mod environment;
mod known;
mod networks;
mod retention;
mod runner;
mod secret;
mod secrets;
mod settings;
mod variables;

pub use environment::{DeployMode, Environment, Nats, Providers, Registry, Target};
pub use known::{Reading, VARIABLES, Variable};
pub use retention::Retention;
pub use runner::{Limits, Repository, RunnerConfig, read_environments, read_runner};
pub use secrets::Named;
pub use settings::{Flags, Settings};
pub use variables::{DotenvError, Variables};
