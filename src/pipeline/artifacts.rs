//! Fingerprints → artifacts: found again, or built and published.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use futures_util::{StreamExt, stream};
use tokio_util::sync::CancellationToken;

use super::Cause;
use super::cases::{Test, hold};
use crate::build::{Builder, Component, Workshop};
use crate::generate::Sources;
use crate::publish::{Artifact, PublishError, Store};
use crate::report::{Reporter, Stage};
use crate::testing::Child;

/// How many artifacts are looked up or pushed at once.
const AT_ONCE: usize = 8;

/// What has to be published.
#[derive(Clone)]
pub(super) struct Need<'n> {
    pub(super) version: &'n str,
    pub(super) fingerprint: &'n str,
    pub(super) sources: &'n Sources,
    /// What it has to hold before it is published.
    pub(super) test: Option<Test<'n>>,
}

/// An artifact, and what it took.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) artifact: Artifact,
    pub(super) built: bool,
}

/// By `component_name`.
pub(super) type Answers = HashMap<String, Result<Made, Cause>>;

/// What is published of the needs, and what is lacking. A registry that does not
/// answer is an error of the run: every task needs it.
pub(super) async fn look<'n>(
    store: &Store,
    needs: Vec<Need<'n>>,
    reporter: &Reporter,
) -> Result<(Answers, Vec<Need<'n>>), PublishError> {
    let looks: Vec<_> = needs.into_iter().map(|need| look_for(store, need, reporter)).collect();
    let found: Vec<_> = stream::iter(looks).buffered(AT_ONCE).collect().await;
    let mut answers = Answers::new();
    let mut lacking = Vec::new();
    for (need, found) in found {
        match found? {
            None => lacking.push(need),
            Some(artifact) => {
                let made = Made { artifact, built: false };
                answers.insert(need.sources.component_name.clone(), Ok(made));
            }
        }
    }
    Ok((answers, lacking))
}

/// What tasks are built, tested and published with.
#[derive(Clone, Copy)]
pub(super) struct Making<'m> {
    pub(super) builder: &'m Builder,
    pub(super) store: &'m Store,
    pub(super) child: &'m Child,
    /// Names the run's containers.
    pub(super) run: &'m str,
    /// Whose Go cache it is.
    pub(super) cache: &'m str,
    pub(super) reporter: &'m Reporter,
    pub(super) cancel: &'m CancellationToken,
}

impl Making<'_> {
    /// Builds what the plans lack, runs its cases and publishes it; the answers go to
    /// those of its plan. Each task goes that way by itself, so that one is published
    /// while the next is compiled. A task that fails stops no other: what could be built
    /// is published then, and is not built again.
    pub(super) async fn all(
        &self,
        mut lacking: Vec<(usize, Need<'_>)>,
        answers: &mut [Answers],
    ) -> Result<(), PublishError> {
        while !lacking.is_empty() {
            let mut seen = HashSet::new();
            let first = |(_, need): &(usize, Need<'_>)| {
                seen.insert((need.sources.component_name.clone(), need.fingerprint.to_owned()))
            };
            let (firsts, again): (Vec<_>, Vec<_>) = lacking.into_iter().partition(first);
            for (plan, name, made) in self.each(&firsts).await {
                answers[plan].insert(name, made);
            }
            lacking = Vec::new();
            // Two projects with the same task: the second finds what the first made.
            for (plan, need) in again {
                if self.cancel.is_cancelled() {
                    break;
                }
                let (found, still) = look(self.store, vec![need], self.reporter).await?;
                answers[plan].extend(found);
                lacking.extend(still.into_iter().map(|need| (plan, need)));
            }
        }
        Ok(())
    }

    async fn each(&self, lacking: &[(usize, Need<'_>)]) -> Vec<(usize, String, Result<Made, Cause>)> {
        let (reporter, cancel) = (self.reporter, self.cancel);
        let tasks: Vec<&Sources> = lacking.iter().map(|(_, need)| need.sources).collect();
        let opened = self.builder.open(self.run, self.cache, &tasks, reporter, cancel).await;
        let workshop = match opened {
            Ok(workshop) => workshop,
            Err(error) => {
                let answers = lacking.iter().map(|(plan, need)| {
                    let cause = Cause::from(&error.of(need.sources, reporter));
                    (*plan, need.sources.component_name.clone(), Err(cause))
                });
                return answers.collect();
            }
        };
        let making: Vec<_> = lacking
            .iter()
            .map(|(plan, need)| self.one(&workshop, *plan, need))
            .collect();
        let made = stream::iter(making)
            .buffer_unordered(workshop.width() + AT_ONCE)
            .collect()
            .await;
        workshop.close().await;
        made
    }

    async fn one(&self, workshop: &Workshop<'_>, plan: usize, need: &Need<'_>) -> (usize, String, Result<Made, Cause>) {
        let made = match workshop.build(need.sources, self.reporter, self.cancel).await {
            _ if self.cancel.is_cancelled() => Err(Cause::cancelled()),
            Ok(component) => match self.tested(need, &component).await {
                Ok(()) => publish(self.store, need, component.wasm, self.reporter).await,
                Err(cause) => Err(cause),
            },
            Err(error) => Err(Cause::from(&error)),
        };
        (plan, need.sources.component_name.clone(), made)
    }

    async fn tested(&self, need: &Need<'_>, component: &Component) -> Result<(), Cause> {
        let Some(test) = &need.test else { return Ok(()) };
        let (name, wasm) = (&component.component_name, &component.wasm);
        hold(test, name, wasm, self.child, self.reporter, self.cancel).await
    }
}

async fn look_for<'n>(
    store: &Store,
    need: Need<'n>,
    reporter: &Reporter,
) -> (Need<'n>, Result<Option<Artifact>, PublishError>) {
    let name = &need.sources.component_name;
    let found = store.find(name, need.version, need.fingerprint, reporter).await;
    (need, found)
}

async fn publish(store: &Store, need: &Need<'_>, wasm: Vec<u8>, reporter: &Reporter) -> Result<Made, Cause> {
    let name = need.sources.component_name.as_str();
    let begun: Instant = reporter.started(Some(name), Stage::Publish);
    let published = store.publish(name, need.version, need.fingerprint, wasm).await;
    let took = begun.elapsed();
    match published {
        Ok(artifact) => {
            reporter.finished(Some(name), Stage::Publish, took, artifact.reference.clone());
            Ok(Made { artifact, built: true })
        }
        Err(error) => {
            reporter.failed(Some(name), Stage::Publish, error.to_string());
            Err(Cause::from(&error))
        }
    }
}
