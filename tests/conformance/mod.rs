//! What a task may count on, wherever it runs. Each case is written once, over a
//! [`Place`], and runs in all of them: `tests/embedded.rs` has the embedded host,
//! `tests/lattice/conformance.rs` wasmCloud's hosts.

#![allow(dead_code, reason = "not every place uses all of it")]

mod bytes;
mod ends;
mod http;
mod keep;
mod many;
mod place;
mod sizes;
mod subjects;
pub(crate) mod tasks;
mod wire;

pub(crate) use bytes::*;
pub(crate) use ends::*;
pub(crate) use http::*;
pub(crate) use keep::*;
pub(crate) use many::*;
pub(crate) use place::{Gone, Kept, MAX_PAYLOAD, Place, TIME_LIMIT};
pub(crate) use sizes::*;
pub(crate) use subjects::*;
pub(crate) use tasks::{deployments, keepers, table};

/// A test for each case, in the place that `$place` makes.
macro_rules! cases {
    ($place:expr; $($case:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                crate::conformance::$case(&$place.await).await;
            }
        )*
    };
    ($place:expr) => {
        crate::conformance::cases! { $place;
            messages_of_every_size_pass_whole
            posts_of_every_size_pass_whole
            what_is_past_the_limit_is_refused
            bytes_are_kept_as_they_are
            a_message_that_fails_concerns_no_other
            a_message_that_ends_its_instance_concerns_no_other
            a_post_that_fails_concerns_no_other
            methods_and_paths
            bodies_in_every_form
            a_client_that_goes_away_is_nobody
            kinds_of_answers
            ten_thousand_in_sequence
            two_hundred_at_once
            subjects_with_wildcards
            targets_share_the_messages
            answers_go_where_they_are_waited_for
        }
    };
}
pub(crate) use cases;
