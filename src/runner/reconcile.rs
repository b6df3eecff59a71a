//! A look, from time to time, at the heads of the branches and at what is deployed: it
//! catches what no delivery told, and what somebody else changed.

mod departs;
mod heads;
mod ledger;
mod missed;
mod pace;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use self::heads::Heads;
use self::ledger::Ledger;
use self::pace::Pace;
use super::push::Serve;
use super::serve::Desk;
use crate::queue::{Latest, QueueError};
use crate::source::SourceError;

/// How many remotes are asked at once, and how many looks go on at what is deployed.
const AT_ONCE: usize = 4;

/// Why a look came to nothing.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error("{0} does not answer")]
    Silent(String),
}

/// Looks at every repository until the shutdown, each at its own pace: one that does not
/// answer keeps no other one waiting.
pub(super) async fn reconcile(desk: Arc<Desk>, pause: Duration, shutdown: CancellationToken) {
    // A lattice that does not answer keeps no remote waiting.
    let [remotes, lattices] = [(); 2].map(|()| Semaphore::new(AT_ONCE));
    let each = desk.serves.values().map(|serve| {
        let watch = Watch {
            desk: &desk,
            serve,
            pause,
            remotes: &remotes,
            lattices: &lattices,
            heads: Heads::default(),
            ledgers: BTreeMap::new(),
        };
        watch.until(&shutdown)
    });
    join_all(each).await;
}

/// One repository.
struct Watch<'d> {
    desk: &'d Desk,
    serve: &'d Serve,
    pause: Duration,
    remotes: &'d Semaphore,
    lattices: &'d Semaphore,
    heads: Heads,
    /// Environment → what was seen there.
    ledgers: BTreeMap<String, Ledger>,
}

/// A branch, as it was found.
struct Branch<'s> {
    name: &'s str,
    environment: &'s str,
    latest: Option<Latest>,
    /// None where the remote has no such branch.
    head: Option<String>,
}

impl Watch<'_> {
    async fn until(mut self, shutdown: &CancellationToken) {
        let repository = &self.serve.repository.name;
        let mut pace = Pace::of(self.pause);
        let mut pause = pace.first();
        let mut before = None;
        loop {
            tokio::select! {
                () = sleep(pause) => {}
                () = shutdown.cancelled() => return,
            }
            let looked = tokio::select! {
                looked = self.look() => looked.map_err(|trouble| trouble.to_string()),
                () = shutdown.cancelled() => return,
            };
            // Only what is news.
            match &looked {
                Ok(()) if before.is_some() => tracing::info!(repository, "the heads of the branches are seen again"),
                Err(error) if before.as_ref() != Some(error) => {
                    tracing::warn!(repository, error, "the heads of the branches cannot be seen");
                }
                _ => {}
            }
            self.desk.figures.heads_seen(repository, looked.is_ok());
            pause = pace.after(looked.is_ok());
            before = looked.err();
        }
    }

    async fn look(&mut self) -> Result<(), Trouble> {
        // The semaphores are never closed.
        let place = self.remotes.acquire().await.ok();
        // Before the remote is asked: what is accepted meanwhile is newer than its answer.
        let mut branches = Vec::new();
        let of = &self.serve.repository;
        for (name, environment) in &of.branches {
            branches.push(Branch {
                name,
                environment,
                latest: self.desk.queue.latest(of.forge.as_str(), &of.name, name).await?,
                head: None,
            });
        }
        let grace = self.pause.min(missed::GRACE);
        self.heads.look(self.serve, &mut branches, grace, self.desk).await?;
        drop(place);
        let _place = self.lattices.acquire().await.ok();
        self.look_at_what_is_deployed(&branches).await
    }
}

fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
