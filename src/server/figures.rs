//! `GET /metrics`: what the runner counts, for Prometheus.
//!
//! Labels are forges, states, stages, and the repositories and environments of
//! `runner.yaml`: nothing that a stranger sends makes a new one.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::access::may_read;
use super::answer::Problem;
use super::state::Door;

const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds in seconds: a run that finds nothing to do takes 10 ms, one that waits for
/// a host two minutes.
const SECONDS: [f64; 12] = [0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 600.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByState {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByStage {
    stage: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByResult {
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByAnswer {
    forge: &'static str,
    status: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByRepository {
    repository: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByPlace {
    repository: String,
    environment: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByEnd {
    repository: String,
    state: &'static str,
}

/// What the runner counts. Cheap to clone: all clones count together.
#[derive(Clone)]
pub struct Figures(Arc<Counts>);

struct Counts {
    registry: Registry,
    runs: Family<ByState, Gauge>,
    ended: Family<ByEnd, Counter>,
    run_seconds: Family<ByState, Histogram>,
    stage_seconds: Family<ByStage, Histogram>,
    builds: Family<ByResult, Counter>,
    deliveries: Family<ByAnswer, Counter>,
    missed: Family<ByRepository, Counter>,
    unseen: Family<ByRepository, Gauge>,
    drift: Family<ByPlace, Gauge>,
    heals: Family<ByPlace, Counter>,
    memory: Gauge,
}

fn histogram() -> Histogram {
    Histogram::new(SECONDS)
}

impl Default for Figures {
    fn default() -> Self {
        let mut counts = Counts {
            registry: Registry::with_prefix("pelato"),
            runs: Family::default(),
            ended: Family::default(),
            run_seconds: Family::new_with_constructor(histogram),
            stage_seconds: Family::new_with_constructor(histogram),
            builds: Family::default(),
            deliveries: Family::default(),
            missed: Family::default(),
            unseen: Family::default(),
            drift: Family::default(),
            heals: Family::default(),
            memory: Gauge::default(),
        };
        let all = &mut counts.registry;
        all.register("runs", "Runs in the store", counts.runs.clone());
        all.register("runs_ended", "Runs that ended since the start", counts.ended.clone());
        let unit = || Unit::Seconds;
        let help = "From the beginning of a run to its end";
        all.register_with_unit("run_duration", help, unit(), counts.run_seconds.clone());
        let help = "How long the stages of runs took";
        all.register_with_unit("stage_duration", help, unit(), counts.stage_seconds.clone());
        all.register(
            "builds",
            "Tasks that were compiled, or could not be",
            counts.builds.clone(),
        );
        all.register(
            "deliveries",
            "Deliveries, by what was answered",
            counts.deliveries.clone(),
        );
        let help = "Heads that no delivery told of, and that the runner found";
        all.register("heads_missed", help, counts.missed.clone());
        let help = "1 where the heads of the branches cannot be seen";
        all.register("heads_unseen", help, counts.unseen.clone());
        let help = "Tasks that are not deployed as the head of the branch wants them, or do not run";
        all.register("drift", help, counts.drift.clone());
        all.register("heals", "Runs that were begun to heal", counts.heals.clone());
        let help = "What the process holds in memory";
        all.register_with_unit("resident_memory", help, Unit::Bytes, counts.memory.clone());
        Self(Arc::new(counts))
    }
}

impl fmt::Debug for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Figures")
    }
}

impl Figures {
    /// A run ended, in a final state.
    pub fn run_ended(&self, repository: &str, state: &'static str, took: Duration) {
        let repository = repository.to_owned();
        self.0.ended.get_or_create(&ByEnd { repository, state }).inc();
        self.0
            .run_seconds
            .get_or_create(&ByState { state })
            .observe(took.as_secs_f64());
    }

    /// A stage of a run ended well.
    pub fn stage_ended(&self, stage: &str, took: Duration) {
        let stage = stage.to_owned();
        self.0
            .stage_seconds
            .get_or_create(&ByStage { stage })
            .observe(took.as_secs_f64());
    }

    /// A task was compiled, or could not be.
    pub fn built(&self, well: bool) {
        let result = if well { "success" } else { "failure" };
        self.0.builds.get_or_create(&ByResult { result }).inc();
    }

    /// A head was found that no delivery told of.
    pub fn head_missed(&self, repository: &str) {
        let repository = repository.to_owned();
        self.0.missed.get_or_create(&ByRepository { repository }).inc();
    }

    /// Whether the heads of a repository's branches could be seen.
    pub fn heads_seen(&self, repository: &str, seen: bool) {
        let repository = repository.to_owned();
        self.0
            .unseen
            .get_or_create(&ByRepository { repository })
            .set((!seen).into());
    }

    /// So many tasks depart from the head; none where that cannot be told.
    pub fn drift(&self, repository: &str, environment: &str, tasks: Option<usize>) {
        let place = place(repository, environment);
        match tasks {
            Some(tasks) => {
                let tasks = i64::try_from(tasks).unwrap_or(i64::MAX);
                self.0.drift.get_or_create(&place).set(tasks);
            }
            None => {
                self.0.drift.remove(&place);
            }
        }
    }

    /// A run was begun to heal.
    pub fn healing(&self, repository: &str, environment: &str) {
        self.0.heals.get_or_create(&place(repository, environment)).inc();
    }

    pub(super) fn delivered(&self, forge: &'static str, status: u16) {
        let status = u32::from(status);
        self.0.deliveries.get_or_create(&ByAnswer { forge, status }).inc();
    }
}

fn place(repository: &str, environment: &str) -> ByPlace {
    ByPlace {
        repository: repository.to_owned(),
        environment: environment.to_owned(),
    }
}

/// For whoever may read.
pub(super) async fn show(State(door): State<Arc<Door>>, headers: HeaderMap) -> Result<Response, Problem> {
    may_read(&door.settings, &headers)?;
    let counts = &door.settings.figures.0;
    for (state, count) in door.queue.counts().await? {
        let state = state.as_str();
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        counts.runs.get_or_create(&ByState { state }).set(count);
    }
    if let Some(bytes) = memory() {
        counts.memory.set(bytes);
    }
    let mut text = String::new();
    encode(&mut text, &counts.registry).map_err(|error| {
        tracing::error!(%error, "the metrics cannot be written");
        Problem::Internal
    })?;
    Ok(([(header::CONTENT_TYPE, TYPE)], text).into_response())
}

/// Where the system says so.
fn memory() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<i64>().ok()? * 1024)
}
