//! Fingerprints → artifacts: found again, or built and published.

use std::collections::HashMap;
use std::time::Instant;

use futures_util::{StreamExt, stream};
use tokio_util::sync::CancellationToken;

use super::Cause;
use super::cases::{Test, hold};
use crate::build::{BuildError, Builder, Component};
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

/// Builds what is lacking, runs its cases and publishes it. A task that fails stops no other: what
/// could be built is published then, and is not built again.
#[allow(
    clippy::too_many_arguments,
    reason = "each is a part of its own that the stages need"
)]
pub(super) async fn make(
    builder: &Builder,
    store: &Store,
    child: &Child,
    run: &str,
    cache: &str,
    lacking: &[Need<'_>],
    reporter: &Reporter,
    cancel: &CancellationToken,
) -> Answers {
    if lacking.is_empty() {
        return Answers::new();
    }
    let sources: Vec<Sources> = lacking.iter().map(|need| need.sources.clone()).collect();
    let built = builder.build(run, cache, &sources, reporter, cancel).await;
    let publishing: Vec<_> = lacking
        .iter()
        .zip(built)
        .map(|(need, (_, built))| published(store, child, need, built, reporter, cancel))
        .collect();
    stream::iter(publishing).buffer_unordered(AT_ONCE).collect().await
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

async fn published(
    store: &Store,
    child: &Child,
    need: &Need<'_>,
    built: Result<Component, BuildError>,
    reporter: &Reporter,
    cancel: &CancellationToken,
) -> (String, Result<Made, Cause>) {
    let made = match built {
        _ if cancel.is_cancelled() => Err(Cause::cancelled()),
        Ok(component) => match tested(child, need, &component, reporter, cancel).await {
            Ok(()) => publish(store, need, component.wasm, reporter).await,
            Err(cause) => Err(cause),
        },
        Err(error) => Err(Cause::from(&error)),
    };
    (need.sources.component_name.clone(), made)
}

async fn tested(
    child: &Child,
    need: &Need<'_>,
    component: &Component,
    reporter: &Reporter,
    cancel: &CancellationToken,
) -> Result<(), Cause> {
    match &need.test {
        Some(test) => {
            hold(
                test,
                &component.component_name,
                &component.wasm,
                child,
                reporter,
                cancel,
            )
            .await
        }
        None => Ok(()),
    }
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
