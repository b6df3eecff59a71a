//! Which projects of a commit a run has to read: those that may not be deployed as they
//! are wanted.
//!
//! What a project wants is a function of its content in git and of its surroundings. So
//! once a project was read and found to be deployed as it is wanted, it is noted what was
//! deployed. While git names the same content, the surroundings are the same, and the very
//! same is deployed and runs, reading it would end as it did. Nothing else is believed: a
//! project that was never found so, or whose note is lost, is read.

mod departures;
mod look;
mod notes;
mod surroundings;
mod there;
mod unchanged;

use std::path::Path;
use std::sync::Arc;

pub use self::departures::{Departure, departures};
use self::look::{Look, Verdict};
use self::notes::Notes;
use self::there::There;
pub use self::unchanged::Unchanged;
use super::RunError;
use crate::deploy::Standing;
use crate::report::{Reporter, TargetState};
use crate::services::Services;
use crate::source::{Commit, ProjectFiles};
use crate::workflow::application_id;

/// A commit and whose it is.
#[derive(Clone, Copy, Debug)]
pub struct Settling<'s> {
    /// `owner/name`.
    pub repository: &'s str,
    /// In hex digits.
    pub commit: &'s str,
    /// A folder where notes are kept. Whoever deletes them has every project read once
    /// more.
    pub notes: &'s Path,
}

/// The projects of a commit, told apart.
#[derive(Debug, Default)]
pub struct Settled {
    /// To be carried out, in the order of their paths.
    pub projects: Vec<ProjectFiles>,
    /// The tasks of all the others: deployed as they are wanted, and not failing.
    pub unchanged: Unchanged,
    /// How many projects were read.
    pub read: usize,
    /// Whether something is deployed of a project that the commit lacks.
    pub gone: bool,
}

/// Tells the projects of a commit apart. Where the builder or the lattice does not answer,
/// all are to be carried out: the run says what is the matter.
///
/// # Errors
/// Where a project cannot be read.
pub async fn settle(
    commit: Arc<Commit>,
    settling: Settling<'_>,
    services: &Services,
    reporter: &Reporter,
) -> Result<Settled, RunError> {
    let (toolchain, standings) = match gather(services, reporter).await {
        Ok(gathered) => gathered,
        Err(error) => {
            tracing::debug!(%error, "all projects are read, since what is deployed cannot be had");
            let projects = blocking(move || {
                let names = commit.projects().iter();
                Ok(names.map(|name| commit.read(name)).collect::<Result<Vec<_>, _>>()?)
            });
            let projects = projects.await?;
            return Ok(Settled {
                read: projects.len(),
                projects,
                ..Settled::default()
            });
        }
    };
    let mut look = look(commit, settling, &toolchain, standings, services)?;
    look = blocking(move || look.read_what_is_not_noted()).await?;
    if look.has_unchanged() {
        // One question for each host, and only where nothing else would look at them.
        services.destination().await?.look_at(look.standings()).await?;
        look = blocking(move || look.read_what_fails_or_clashes()).await?;
    }
    Ok(settled(look))
}

/// The same among `standings`, whatever the lattice has, with Go's version `toolchain`.
/// It blocks.
///
/// # Errors
/// Where a project cannot be read.
pub fn settle_among(
    commit: Arc<Commit>,
    settling: Settling<'_>,
    toolchain: &str,
    standings: Vec<Standing>,
    services: &Services,
) -> Result<Settled, RunError> {
    let look = look(commit, settling, toolchain, standings, services)?.read_what_is_not_noted()?;
    Ok(settled(look.read_what_fails_or_clashes()?))
}

/// Go's version, and what is deployed.
async fn gather(services: &Services, reporter: &Reporter) -> Result<(String, Vec<Standing>), RunError> {
    let toolchain = services.builder(reporter).await?.toolchain().await?;
    if services.database()?.is_some() {
        services.learn_database_mark().await?;
    }
    Ok((toolchain, services.destination().await?.survey().await?))
}

fn look(
    commit: Arc<Commit>,
    settling: Settling<'_>,
    toolchain: &str,
    standings: Vec<Standing>,
    services: &Services,
) -> Result<Look, RunError> {
    let environment = &services.environment().name;
    let there = There::of(standings, settling.repository, environment, commit.projects());
    let surroundings = surroundings::digest(settling.repository, toolchain, services)?;
    let notes = Notes::open(settling.notes, environment, surroundings);
    let toolchain = toolchain.to_owned();
    Ok(Look::new(commit, settling, toolchain, there, notes, services.clone()))
}

fn settled(look: Look) -> Settled {
    let read = look.read;
    let (commit, verdicts, there) = look.end();
    let mut settled = Settled {
        read,
        gone: there.lacks_any,
        ..Settled::default()
    };
    let unchanged = &mut settled.unchanged;
    for (index, (verdict, project)) in verdicts.into_iter().zip(commit.projects()).enumerate() {
        match verdict {
            Verdict::Run { files, .. } => settled.projects.push(files),
            Verdict::Unchanged { .. } => unchanged.projects.push((project.path.clone(), index)),
        }
    }
    unchanged.there = there;
    settled
}

/// Reading and rendering take a while, and libgit2 waits for the disk.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RunError> + Send + 'static,
) -> Result<T, RunError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(RunError::Broken(error.to_string())))
}

/// What wadm and hosts take for one name.
fn same(component_name: &str) -> String {
    application_id(component_name)
}

fn fails(standing: &Standing) -> bool {
    standing.state == TargetState::Failed
}
