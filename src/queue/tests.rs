//! What every implementation of [`Queue`] and [`Outbox`] has to do, as stories that any of them is put
//! under: implement [`Stand`] for it and write `put_under_the_suite!(ThatStand);` into
//! its tests.

pub(in crate::queue) mod accept;
pub(in crate::queue) mod fair;
pub(in crate::queue) mod history;
pub(in crate::queue) mod keep;
pub(in crate::queue) mod latest;
pub(in crate::queue) mod lease;
pub(in crate::queue) mod outbox;
pub(in crate::queue) mod put_off;

use std::sync::Arc;
use std::time::Duration;

use super::{Accepted, Job, Limits, NewRun, Outbox, Queue, RunEnd, RunState};

/// Where a store lives: what outlives a restart, and the clock that it goes by.
pub(in crate::queue) trait Stand {
    /// An empty store.
    fn new(limits: Limits) -> Self;

    /// The store. Opening it once more is a restart, or another process beside.
    fn open(&self) -> impl Future<Output = Arc<dyn Queue>>;

    /// The same, and its outbox.
    fn both(&self) -> impl Future<Output = (Arc<dyn Queue>, Arc<dyn Outbox>)>;

    /// Lets time go by.
    fn pass(&self, time: Duration);
}

macro_rules! put_under_the_suite {
    ($stand:ty) => {
        put_under_the_suite!(
            $stand:
            accept::a_delivery_that_comes_again_is_the_run_that_it_was,
            accept::the_latest_head_under_another_id_is_a_duplicate_until_it_fails,
            accept::from_a_to_b_and_back_runs_a_again,
            accept::a_newer_head_supersedes_what_waits,
            accept::what_was_accepted_is_there_after_a_restart,
            accept::past_its_bound_the_queue_takes_nothing_but_newer_heads,
            accept::what_arrives_at_once_is_stored_once_each,
            accept::the_bound_holds_for_what_arrives_at_once,
            accept::a_burst_to_one_branch_leaves_its_last_head,
            fair::five_hundred_runs_of_one_repository_do_not_keep_another_waiting,
            fair::repositories_take_turns,
            fair::a_turn_that_was_given_back_is_not_lost,
            history::a_log_is_bounded_and_says_so,
            history::tasks_that_were_recorded_outlive_an_end_that_names_none,
            history::runs_are_listed_newest_first_page_by_page,
            keep::logs_and_runs_go_by_age,
            keep::the_latest_run_of_a_branch_stays_so_that_a_replay_is_known,
            keep::what_waits_or_runs_is_never_tidied,
            keep::past_the_size_the_oldest_logs_go_first,
            latest::the_latest_run_of_a_branch_is_told_with_what_it_is_for,
            latest::who_decided_by_the_latest_run_decides_nothing_after_a_newer_one,
            latest::runs_are_counted_by_their_state,
            lease::one_environment_runs_one_thing_at_a_time,
            lease::a_lease_that_runs_out_is_taken_by_another_worker,
            lease::what_a_dead_worker_held_is_taken_at_once,
            lease::a_run_that_kills_its_worker_is_given_up_and_lets_others_pass,
            lease::a_run_that_is_given_back_has_not_been_tried,
            lease::a_run_is_cancelled_wherever_it_stands,
            lease::two_runners_on_one_file_never_hold_the_same_run,
            outbox::statuses_are_sent_in_order_and_once_for_each_change,
            outbox::whoever_ends_a_run_its_commit_is_told,
            outbox::one_that_waits_holds_up_its_repository_alone,
            outbox::where_nobody_can_be_told_nothing_is_kept,
            outbox::one_whose_sender_died_is_sent_again,
            outbox::what_the_dead_were_sending_is_sent_at_once,
            outbox::who_lost_a_run_announces_nothing,
            put_off::a_run_that_waits_is_begun_again_in_its_time_and_was_not_tried,
            put_off::what_waits_behind_it_waits_and_other_lanes_go_on,
            put_off::a_newer_head_takes_its_place,
            put_off::a_newer_head_that_came_meanwhile_takes_its_place,
            put_off::somebody_cancels_it_while_it_waits,
            put_off::somebody_cancelled_it_meanwhile,
            put_off::what_it_waits_for_is_back,
            put_off::who_lost_its_lease_puts_nothing_off,
        );
    };
    ($stand:ty: $($of:ident::$story:ident,)*) => {
        $(
            #[tokio::test]
            async fn $story() {
                crate::queue::tests::$of::$story::<$stand>().await;
            }
        )*
    };
}
pub(in crate::queue) use put_under_the_suite;

const MINUTE: Duration = Duration::from_secs(60);

/// Bounds that a test reaches soon.
fn limits() -> Limits {
    Limits {
        queued: 5,
        log: 100,
        ..Limits::default()
    }
}

pub(in crate::queue) fn push(delivery: &str, branch: &str, commit: char) -> NewRun {
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

pub(in crate::queue) fn id(accepted: Accepted) -> String {
    match accepted {
        Accepted::New(id) => id,
        other => panic!("{other:?}"),
    }
}

pub(in crate::queue) fn end(state: RunState) -> RunEnd {
    RunEnd {
        state,
        reason: None,
        tasks: Vec::new(),
    }
}

async fn lease(queue: &Arc<dyn Queue>) -> Job {
    queue.lease("one").await.unwrap().expect("a run to begin")
}

async fn run_one(queue: &Arc<dyn Queue>, state: RunState) -> String {
    let job = lease(queue).await;
    assert!(queue.finish(&job.lease, &end(state)).await.unwrap());
    job.run.commit[..1].to_owned()
}

async fn state(queue: &Arc<dyn Queue>, run: &str) -> RunState {
    queue.run(run).await.unwrap().unwrap().state
}
