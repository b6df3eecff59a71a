//! What happens to the edge, one thing after the other.

use std::time::{Duration, Instant};

use lattice_harness::Timings;
use tokio::time::sleep;

use super::rows::{Rows, Span};
use super::stage::{Setting, Stage};
use super::traffic::{DESTINATION, SOURCE, Traffic};

/// How long a place is away.
const AWAY: Duration = Duration::from_secs(8);
/// How long it hangs, or is cut off.
const SILENT: Duration = Duration::from_secs(12);
/// After everything is well again, before the next event.
const SETTLE: Duration = Duration::from_secs(3);
/// A place that is not back after this never comes back.
const NEVER: Duration = Duration::from_secs(400);
/// One that hung and is not back after this is started anew.
const STUCK: Duration = Duration::from_secs(45);

/// The events of a run, in this order. The page says what they are.
pub(crate) const EVENTS: [&str; 11] = [
    "steady",
    "killed",
    "back, killed",
    "drained",
    "back, drained",
    "hung",
    "goes on",
    "killed, stuck",
    "cut",
    "healed",
    "rolled",
];

pub(crate) async fn run(
    name: &'static str,
    timings: Timings,
    (builtin, impatient): (bool, bool),
    runs: usize,
    rows: &mut Rows,
) {
    // Each server names its side in what is answered there.
    let bus = format!("mappings = {{ \"{DESTINATION}\": \"{DESTINATION}.{{side}}\" }}");
    let workflow = format!(
        "project_name: Bench\ntasks:\n  - name: Bench\n    type: processor_nats\n    code: bench.go\n    \
         targets: [edge, cloud]\n    source_topic: {SOURCE}\n    dest_topic: {DESTINATION}\n    \
         component_name: bench\n    version: 1.0.0\n"
    );
    let stage = Stage::set(
        timings,
        &workflow,
        Setting {
            bus: &bus,
            providers: builtin.then_some("builtin"),
            ..Setting::default()
        },
    )
    .await;
    stage.deploy("tasks/bench.go", &code(name, 0)).await;
    let traffic = Traffic::start(&stage.continuum.leaf(), &stage.continuum.hub(), impatient).await;
    let course = Course {
        stage: &stage,
        traffic: &traffic,
    };
    for run in 1..=runs {
        let spans = course.run(name, run).await;
        rows.add(name, run, &traffic, &spans);
    }
}

/// The code of a run. It says which one it is.
fn code(name: &str, run: usize) -> String {
    format!("package main\n\nfunc exec_task(arg string) string {{ return arg + \" {name}-{run}\" }}\n")
}

struct Course<'a> {
    stage: &'a Stage,
    traffic: &'a Traffic,
}

impl Course<'_> {
    async fn run(&self, name: &str, run: usize) -> Vec<Span> {
        let edge = &self.stage.continuum;
        let mut spans: Vec<Span> = Vec::new();
        self.until("the edge answers", || self.traffic.edge_answers_all()).await;
        let mut begin = |event, back: Option<Duration>| {
            let now = self.traffic.now();
            if let Some(last) = spans.last_mut() {
                last.ended = now;
                last.back = back;
            }
            spans.push(Span {
                event,
                begun: now,
                ended: now,
                back: None,
            });
            now
        };

        begin("steady", None);
        sleep(SETTLE).await;

        edge.hold_edge(true);
        begin("killed", None);
        edge.kill_edge().unwrap();
        sleep(AWAY).await;
        let since = begin("back, killed", None);
        edge.hold_edge(false);
        let back = self.edge_is_back(since).await;

        edge.hold_edge(true);
        begin("drained", Some(back));
        self.stage.drain().await;
        edge.drain_edge().unwrap();
        sleep(AWAY).await;
        // A host gives what it must end up to ten seconds.
        self.until("the edge host has stopped", || !edge.edge_runs()).await;
        let since = begin("back, drained", None);
        edge.hold_edge(false);
        let back = self.edge_is_back(since).await;

        begin("hung", Some(back));
        edge.freeze_edge().unwrap();
        sleep(SILENT).await;
        let since = begin("goes on", None);
        edge.thaw_edge().unwrap();
        let back = tokio::time::timeout(STUCK, self.edge_is_back(since)).await.ok();
        if back.is_none() {
            println!("{name} {run}: after it hung the edge host stays away; it is killed");
            let since = begin("killed, stuck", None);
            edge.kill_edge().unwrap();
            self.edge_is_back(since).await;
        }

        begin("cut", back);
        edge.cut().unwrap();
        sleep(SILENT).await;
        let since = begin("healed", None);
        edge.heal().unwrap();
        self.until("something crosses the link", || {
            self.traffic.crossed_since(since).is_some()
        })
        .await;
        let back = self.traffic.crossed_since(since).unwrap() - since;
        sleep(SETTLE).await;

        begin("rolled", Some(back));
        self.stage.deploy("tasks/bench.go", &code(name, run)).await;
        let version = format!("{name}-{run}");
        self.until("the new version answers", || self.traffic.version() == version)
            .await;
        sleep(SETTLE).await;
        begin("", None);
        // Who asks gives up after some time.
        sleep(SETTLE).await;
        spans.pop();
        spans
    }

    /// Waits until the edge answers everything again; how long after `since` it began to.
    async fn edge_is_back(&self, since: Duration) -> Duration {
        self.until("the edge is back", || self.traffic.edge_since(since).is_some())
            .await;
        let back = self.traffic.edge_since(since).unwrap() - since;
        sleep(SETTLE).await;
        self.until("the edge answers", || self.traffic.edge_answers_all()).await;
        back
    }

    async fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let deadline = Instant::now() + NEVER;
        while !holds() {
            assert!(Instant::now() < deadline, "{what}: not within {NEVER:?}");
            sleep(Duration::from_millis(20)).await;
        }
    }
}
