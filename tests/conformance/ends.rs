//! Tasks that fail, and instances that end: only the one message does.

use super::{Gone, Place};

/// What fails, and what of it is in the log: one of these.
const FAILING: [(&str, &str); 7] = [
    ("do:fail", "task failed: not today"),
    ("do:panic", "task failed: panic: no good"),
    ("do:panic-error", "task failed: panic: an error of mine"),
    (
        "do:panic-custom",
        "task failed: panic: a value of a type that is no error",
    ),
    ("do:nil-map", "task failed: panic: assignment to entry in nil map"),
    (
        "do:index",
        "task failed: panic: runtime error: index out of range [3] with length 3",
    ),
    ("do:divide", "task failed: panic: runtime error: integer divide by zero"),
];

/// What ends an instance, and what of it is in the log: one of these.
const ENDING: [(&str, &[&str]); 7] = [
    ("do:goroutine", &["panic: from a goroutine"]),
    ("do:deadlock", &["all goroutines are asleep - deadlock!"]),
    // Memory for so many comes slowly: on a busy machine the time ends first.
    ("do:bomb", &["fatal error: out of memory", TOO_LONG[0], TOO_LONG[1]]),
    ("do:exit", &["exit status 1"]),
    ("do:deep 100000000", &["call stack exhausted"]),
    ("do:hog", &["fatal error: out of memory"]),
    ("do:loop", &TOO_LONG),
];

/// wasmCloud's hosts count epochs, ours looks at the clock.
pub(super) const TOO_LONG: [&str; 2] = ["wasm trap: interrupt", "the task took longer than 5 s"];

pub(crate) async fn a_message_that_fails_concerns_no_other(place: &Place) {
    let mut out = place.listen("relay.out").await;
    for (failing, said) in FAILING {
        let mark = place.mark();
        place.send(failing).await;
        place.logged(&mark, &[said]).await;
        assert_eq!(place.ask("after").await, "after");
        assert_eq!(out.body().await, "after", "after {failing}");
    }
}

pub(crate) async fn a_message_that_ends_its_instance_concerns_no_other(place: &Place) {
    let mut out = place.listen("relay.out").await;
    // Not so deep that a task could not want it.
    assert_eq!(place.ask("do:deep 2000").await, "2000");
    assert_eq!(out.body().await, "2000");
    for (ending, said) in ENDING {
        let mark = place.mark();
        place.send(ending).await;
        place.logged(&mark, said).await;
        assert_eq!(place.ask("after").await, "after");
        assert_eq!(out.body().await, "after", "after {ending}");
    }
}

pub(crate) async fn a_post_that_fails_concerns_no_other(place: &Place) {
    let mut out = place.listen("post.out").await;
    for (failing, said) in FAILING {
        let mark = place.mark();
        let answer = place.post(failing.as_bytes()).await.unwrap();
        assert_eq!(answer.said(), (500, "task failed".into()), "{failing}");
        place.logged(&mark, &[said]).await;
    }
    for (ending, said) in ENDING {
        let mark = place.mark();
        let answer = place.post(ending.as_bytes()).await;
        let status = answer.map(|answer| answer.status);
        match (place.gone, ending) {
            (Gone::Closed, _) => assert_eq!(status, None, "{ending}"),
            (Gone::Answered, "do:loop") => assert_eq!(status, Some(408)),
            (Gone::Answered, "do:bomb") => assert!(matches!(status, Some(408 | 500)), "{status:?}"),
            (Gone::Answered, _) => assert_eq!(status, Some(500), "{ending}"),
        }
        place.logged(&mark, said).await;
        assert_eq!(place.post(b"after").await.unwrap().status, 200);
        assert_eq!(out.body().await, "after", "after {ending}");
    }
}
