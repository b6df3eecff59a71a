//! The real SQLite on a real disk, with a clock that the test turns.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use time::OffsetDateTime;

use super::{Limits, SqliteQueue};
use crate::queue::{
    Accepted, Beat, Cancelled, Clock, Filter, Job, NewRun, Queue, RunEnd, RunState, TaskRecord,
};
use crate::report::TaskState;

struct Store {
    folder: TempDir,
    seconds: Arc<AtomicI64>,
    limits: Limits,
}

impl Store {
    fn new() -> Self {
        let limits = Limits { queued: 5, log: 100, ..Limits::default() };
        Self {
            folder: tempfile::tempdir().unwrap(),
            seconds: Arc::new(AtomicI64::new(1_795_000_000)),
            limits,
        }
    }

    /// Opening it again is a restart.
    async fn open(&self) -> SqliteQueue {
        let seconds = Arc::clone(&self.seconds);
        let clock = Clock::new(move || {
            OffsetDateTime::from_unix_timestamp(seconds.load(Ordering::SeqCst)).unwrap()
        });
        let path = self.folder.path().join("pelato.db");
        SqliteQueue::open(&path, self.limits.clone(), clock).await.unwrap()
    }

    fn pass(&self, time: Duration) {
        self.seconds.fetch_add(time.as_secs().cast_signed(), Ordering::SeqCst);
    }
}

const MINUTE: Duration = Duration::from_secs(60);

fn push(delivery: &str, branch: &str, commit: char) -> NewRun {
    NewRun {
        forge: "gitea".to_owned(),
        repository: "acme/thermo".to_owned(),
        delivery: Some(delivery.to_owned()),
        branch: branch.to_owned(),
        commit: commit.to_string().repeat(40),
        environment: if branch == "main" { "production" } else { "staging" }.to_owned(),
        title: None,
    }
}

fn id(accepted: Accepted) -> String {
    match accepted {
        Accepted::New(id) => id,
        other => panic!("{other:?}"),
    }
}

fn end(state: RunState) -> RunEnd {
    RunEnd { state, reason: None, tasks: Vec::new() }
}

async fn lease(queue: &SqliteQueue) -> Job {
    queue.lease("one").await.unwrap().expect("a run to begin")
}

async fn run_one(queue: &SqliteQueue, state: RunState) -> String {
    let job = lease(queue).await;
    assert!(queue.finish(&job.lease, &end(state)).await.unwrap());
    job.run.commit[..1].to_owned()
}

async fn state(queue: &SqliteQueue, run: &str) -> RunState {
    queue.run(run).await.unwrap().unwrap().state
}

#[tokio::test]
async fn a_delivery_that_comes_again_is_the_run_that_it_was() {
    let store = Store::new();
    let queue = store.open().await;
    let first = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    let again = queue.accept(push("1", "main", 'a')).await.unwrap();
    assert_eq!(again, Accepted::Duplicate(first.clone()));
    run_one(&queue, RunState::Failure).await;
    let after_the_failure = queue.accept(push("1", "main", 'a')).await.unwrap();
    assert_eq!(after_the_failure, Accepted::Duplicate(first));
    // The id belongs to its repository and forge.
    let mut other = push("1", "main", 'a');
    other.repository = "acme/other".to_owned();
    id(queue.accept(other).await.unwrap());
}

#[tokio::test]
async fn the_latest_head_under_another_id_is_a_duplicate_until_it_fails() {
    let store = Store::new();
    let queue = store.open().await;
    let first = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    for delivery in ["2", "2", "3"] {
        let again = queue.accept(push(delivery, "main", 'a')).await.unwrap();
        assert_eq!(again, Accepted::Duplicate(first.clone()));
    }
    run_one(&queue, RunState::Success).await;
    let again = queue.accept(push("4", "main", 'a')).await.unwrap();
    assert_eq!(again, Accepted::Duplicate(first));

    id(queue.accept(push("5", "main", 'b')).await.unwrap());
    run_one(&queue, RunState::Failure).await;
    id(queue.accept(push("6", "main", 'b')).await.unwrap());
}

#[tokio::test]
async fn from_a_to_b_and_back_runs_a_again() {
    let store = Store::new();
    let queue = store.open().await;
    let mut ran = Vec::new();
    for (delivery, commit) in [("1", 'a'), ("2", 'b'), ("3", 'a')] {
        id(queue.accept(push(delivery, "main", commit)).await.unwrap());
        ran.push(run_one(&queue, RunState::Success).await);
    }
    assert_eq!(ran, ["a", "b", "a"]);
}

#[tokio::test]
async fn a_newer_head_supersedes_what_waits_and_knows_what_it_passed() {
    let store = Store::new();
    let queue = store.open().await;
    let a = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    let feature = id(queue.accept(push("2", "feature", 'f')).await.unwrap());
    let b = id(queue.accept(push("3", "main", 'b')).await.unwrap());
    let c = id(queue.accept(push("4", "main", 'c')).await.unwrap());
    assert_eq!(state(&queue, &a).await, RunState::Superseded);
    assert_eq!(state(&queue, &b).await, RunState::Superseded);
    assert_eq!(state(&queue, &feature).await, RunState::Queued);
    let reason = queue.run(&b).await.unwrap().unwrap().reason;
    assert_eq!(reason.as_deref(), Some("a newer head of the branch came: cccccccccccc"));

    assert_eq!(lease(&queue).await.run.id, feature);
    let job = lease(&queue).await;
    assert_eq!(job.run.id, c);
    let passed: Vec<_> = job.passed.into_iter().map(|passed| passed.id).collect();
    assert_eq!(passed, [b, a]);
}

#[tokio::test]
async fn one_environment_runs_one_thing_at_a_time() {
    let store = Store::new();
    let queue = store.open().await;
    queue.accept(push("1", "main", 'a')).await.unwrap();
    let first = lease(&queue).await;
    queue.accept(push("2", "main", 'b')).await.unwrap();
    assert_eq!(queue.lease("two").await.unwrap(), None);
    queue.accept(push("3", "feature", 'c')).await.unwrap();
    assert_eq!(lease(&queue).await.run.branch, "feature");
    queue.finish(&first.lease, &end(RunState::Success)).await.unwrap();
    assert_eq!(lease(&queue).await.run.commit, "b".repeat(40));
}

#[tokio::test]
async fn what_was_accepted_is_there_after_a_restart() {
    let store = Store::new();
    let before = store.open().await;
    let run = id(before.accept(push("1", "main", 'a')).await.unwrap());
    drop(before);
    let after = store.open().await;
    assert_eq!(after.accept(push("1", "main", 'a')).await.unwrap(), Accepted::Duplicate(run.clone()));
    assert_eq!(lease(&after).await.run.id, run);
}

#[tokio::test]
async fn a_lease_that_runs_out_is_taken_by_another_worker() {
    let store = Store::new();
    let queue = store.open().await;
    queue.accept(push("1", "main", 'a')).await.unwrap();
    let lost = lease(&queue).await;
    queue.accept(push("2", "main", 'b')).await.unwrap();
    store.pass(Duration::from_secs(20));
    assert_eq!(queue.heartbeat(&lost.lease).await.unwrap(), Beat::Held);
    store.pass(Duration::from_secs(20));
    assert_eq!(queue.lease("two").await.unwrap(), None);

    store.pass(MINUTE);
    let taken = queue.lease("two").await.unwrap().unwrap();
    assert_eq!((taken.run.id.clone(), taken.lease.attempt), (lost.run.id.clone(), 2));
    assert_eq!(taken.run.started_at, lost.run.started_at);
    assert_eq!(queue.heartbeat(&lost.lease).await.unwrap(), Beat::Lost);
    assert!(!queue.finish(&lost.lease, &end(RunState::Success)).await.unwrap());
    assert!(!queue.record(&lost.lease, &[]).await.unwrap());
    assert!(!queue.give_back(&lost.lease).await.unwrap());
    assert!(queue.finish(&taken.lease, &end(RunState::Failure)).await.unwrap());
    assert_eq!(state(&queue, &taken.run.id).await, RunState::Failure);
}

#[tokio::test]
async fn a_run_that_kills_its_worker_is_given_up_and_lets_others_pass() {
    let store = Store::new();
    let queue = store.open().await;
    let poison = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    for attempt in 1..=3 {
        let job = lease(&queue).await;
        assert_eq!((job.lease.attempt, job.gave_up), (attempt, false));
        store.pass(MINUTE);
    }
    // Once more, only to tell the forge; and that dies as well.
    assert!(lease(&queue).await.gave_up);
    store.pass(MINUTE);
    queue.accept(push("2", "main", 'b')).await.unwrap();
    assert_eq!(lease(&queue).await.run.commit, "b".repeat(40));
    let run = queue.run(&poison).await.unwrap().unwrap();
    assert_eq!(run.state, RunState::Error);
    assert_eq!(run.reason.as_deref(), Some("gave up after 3 attempts"));
    assert!(run.finished_at.is_some());
}

#[tokio::test]
async fn a_run_that_is_given_back_has_not_been_tried() {
    let store = Store::new();
    let queue = store.open().await;
    let run = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    for _ in 0..5 {
        let job = lease(&queue).await;
        assert_eq!((job.run.id.as_str(), job.lease.attempt), (run.as_str(), 1));
        assert!(queue.give_back(&job.lease).await.unwrap());
    }
}

#[tokio::test]
async fn a_run_is_cancelled_wherever_it_stands() {
    let store = Store::new();
    let queue = store.open().await;
    assert_eq!(queue.cancel("nothing").await.unwrap(), Cancelled::Unknown);
    let queued = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    assert_eq!(queue.cancel(&queued).await.unwrap(), Cancelled::Now);
    assert_eq!(queue.cancel(&queued).await.unwrap(), Cancelled::Over(RunState::Cancelled));
    assert_eq!(queue.lease("one").await.unwrap(), None);
    // Somebody pushes it again: it was never deployed.
    id(queue.accept(push("2", "main", 'a')).await.unwrap());
    let running = lease(&queue).await;
    assert_eq!(queue.cancel(&running.run.id).await.unwrap(), Cancelled::Requested);
    assert_eq!(queue.heartbeat(&running.lease).await.unwrap(), Beat::CancelRequested);
}

#[tokio::test]
async fn past_its_bound_the_queue_takes_nothing_but_newer_heads() {
    let store = Store::new();
    let queue = store.open().await;
    for index in 0..5 {
        let branch = format!("b{index}");
        id(queue.accept(push(&branch, &branch, 'a')).await.unwrap());
    }
    assert_eq!(queue.accept(push("6", "b6", 'a')).await.unwrap(), Accepted::Full);
    id(queue.accept(push("7", "b3", 'b')).await.unwrap());
    lease(&queue).await;
    // The delivery that found no room is not remembered as seen.
    id(queue.accept(push("6", "b6", 'a')).await.unwrap());
}

#[tokio::test]
async fn a_log_is_bounded_and_says_so() {
    let store = Store::new();
    let queue = store.open().await;
    let run = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    assert_eq!(queue.log(&run, None).await.unwrap().as_deref(), Some(""));
    assert_eq!(queue.log("nothing", None).await.unwrap(), None);
    queue.append_log(&run, "first line\nsecond lìne\n").await.unwrap();
    queue.append_log(&run, "third line\n").await.unwrap();
    let tail = queue.log(&run, Some(20)).await.unwrap();
    assert_eq!(tail.as_deref(), Some("third line\n"));
    queue.append_log(&run, &"è".repeat(100)).await.unwrap();
    queue.append_log(&run, "lost").await.unwrap();
    let log = queue.log(&run, None).await.unwrap().unwrap();
    let expected = format!(
        "first line\nsecond lìne\nthird line\n{}\n[the log is cut here: it reached its bound]\n",
        "è".repeat(32)
    );
    assert_eq!(log, expected);
}

#[tokio::test]
async fn tasks_that_were_recorded_outlive_an_end_that_names_none() {
    let store = Store::new();
    let queue = store.open().await;
    let run = id(queue.accept(push("1", "main", 'a')).await.unwrap());
    let job = lease(&queue).await;
    let task = TaskRecord {
        component_name: "filter".to_owned(),
        change: "changed".to_owned(),
        reasons: vec!["tasks/filter.go changed".to_owned()],
        state: TaskState::Pending,
        reference: None,
        targets: Vec::new(),
    };
    assert!(queue.record(&job.lease, std::slice::from_ref(&task)).await.unwrap());
    queue.finish(&job.lease, &end(RunState::Error)).await.unwrap();
    assert_eq!(queue.run(&run).await.unwrap().unwrap().tasks, [task]);
}

#[tokio::test]
async fn runs_are_listed_newest_first_page_by_page() {
    let store = Store::new();
    let queue = store.open().await;
    let mut ids = Vec::new();
    for branch in ["a", "b", "c", "d", "e"] {
        ids.push(id(queue.accept(push(branch, branch, 'a')).await.unwrap()));
    }
    ids.reverse();
    let mut seen = Vec::new();
    let mut filter = Filter { limit: Some(2), ..Filter::default() };
    loop {
        let page = queue.runs(&filter).await.unwrap();
        assert!(page.runs.len() <= 2);
        seen.extend(page.runs.into_iter().map(|run| run.id));
        filter.after = page.next;
        if filter.after.is_none() {
            break;
        }
    }
    assert_eq!(seen, ids);
    let queued = Filter { state: Some(RunState::Success), ..Filter::default() };
    assert!(queue.runs(&queued).await.unwrap().runs.is_empty());
    let other = Filter { repository: Some("acme/other".to_owned()), ..Filter::default() };
    assert!(queue.runs(&other).await.unwrap().runs.is_empty());
}

#[tokio::test]
async fn a_store_that_cannot_be_written_says_so() {
    let store = Store::new();
    let queue = store.open().await;
    queue.check().await.unwrap();
    queue.writer.close().await;
    assert!(queue.check().await.is_err());
    assert!(queue.accept(push("1", "main", 'a')).await.is_err());

    let missing = store.folder.path().join("no/such/folder.db");
    let Err(error) = SqliteQueue::open(&missing, Limits::default(), Clock::default()).await else {
        panic!("it opened");
    };
    let text = error.to_string().replace(store.folder.path().to_str().unwrap(), "FOLDER");
    insta::assert_snapshot!(text, @"cannot open the database FOLDER/no/such/folder.db: unable to open database file; check that the folder is there, is writable and has space");
}
