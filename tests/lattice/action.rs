//! The packaged Action, run by a runner as GitHub, Gitea and Forgejo have one: act, on this
//! machine. What it would fetch (other actions, the release) is here.

mod broken;
mod hostile;
mod page;
mod promoted;
mod push;
mod release;
mod runner;
mod since;
