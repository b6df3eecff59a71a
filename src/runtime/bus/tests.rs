//! Subjects, queue groups, requests and limits.

use std::time::Duration;

use super::subject::{check_pattern, check_target, matches};
use super::{Bus, Message, Record};
use crate::runtime::BusError;

fn bus() -> Bus {
    Bus::memory(1024)
}

#[test]
fn subjects_match_as_in_nats() {
    for (pattern, subject, expected) in [
        ("a.b", "a.b", true),
        ("a.b", "a.b.c", false),
        ("a.b.c", "a.b", false),
        ("a.*", "a.b", true),
        ("a.*", "a.b.c", false),
        ("*.b", "a.b", true),
        ("*", "a.b", false),
        ("a.>", "a.b.c", true),
        ("a.>", "a", false),
        (">", "a.b", true),
        ("a*", "ab", false),
        ("A.b", "a.b", false),
    ] {
        assert_eq!(matches(pattern, subject), expected, "{pattern} {subject}");
    }
}

#[test]
fn what_is_no_subject_is_refused() {
    for subject in ["", ".", "a.", ".a", "a..b", "a b", "a\tb"] {
        assert!(
            check_target(subject).is_err() && check_pattern(subject).is_err(),
            "{subject:?}"
        );
    }
    for pattern in ["*", ">", "a.*", "a.*.c", "a.>"] {
        assert!(
            check_target(pattern).is_err() && check_pattern(pattern).is_ok(),
            "{pattern}"
        );
    }
    assert!(check_pattern("a.>.b").is_err());
    assert!(check_pattern("a*.b>").is_ok() && check_target("a*.b>").is_ok());
}

#[tokio::test]
async fn everyone_hears_a_message_and_one_of_each_queue_group() {
    let bus = bus();
    let mut alone = bus.subscribe("a.>", None).await.unwrap();
    let mut first = bus.subscribe("a.*", Some("group")).await.unwrap();
    let mut second = bus.subscribe("a.b", Some("group")).await.unwrap();
    let mut other = bus.subscribe("a.b", Some("other")).await.unwrap();
    for number in 0..4_u8 {
        bus.publish(Message::new("a.b", vec![number])).await.unwrap();
    }
    for _ in 0..4 {
        assert_eq!(alone.next().await.unwrap().body, other.next().await.unwrap().body);
    }
    let mut in_group = Vec::new();
    for inbox in [&mut first, &mut second] {
        inbox.close().await;
        while let Some(message) = inbox.next().await {
            in_group.push(message.body[0]);
        }
    }
    in_group.sort_unstable();
    assert_eq!(in_group, [0, 1, 2, 3]);
}

#[tokio::test]
async fn what_came_before_the_end_is_still_read() {
    let bus = bus();
    let mut inbox = bus.subscribe("a", None).await.unwrap();
    bus.publish(Message::new("a", "one")).await.unwrap();
    inbox.close().await;
    bus.publish(Message::new("a", "two")).await.unwrap();
    assert_eq!(inbox.next().await.unwrap().body, "one");
    assert_eq!(inbox.next().await, None);
}

#[tokio::test]
async fn a_request_is_answered_or_the_reason_is_said() {
    let bus = bus();
    let asked = bus.request("a".into(), "?".into(), Duration::from_secs(5)).await;
    assert_eq!(asked, Err(BusError::NoResponders("a".into())));

    let mut inbox = bus.subscribe("a", None).await.unwrap();
    let answer = async {
        let asked = inbox.next().await.unwrap();
        bus.publish(Message::new(asked.reply_to.unwrap(), "!")).await.unwrap();
    };
    let (asked, ()) = tokio::join!(bus.request("a".into(), "?".into(), Duration::from_secs(5)), answer);
    assert_eq!(asked.unwrap().body, "!");

    let silent = bus.request("a".into(), "?".into(), Duration::from_millis(1)).await;
    assert_eq!(silent, Err(BusError::NoAnswer("a".into())));
}

#[tokio::test]
async fn the_limits_are_kept() {
    let bus = bus();
    let mut inbox = bus.subscribe("a", None).await.unwrap();
    bus.publish(Message::new("a", vec![0; 1024])).await.unwrap();
    let refused = bus.publish(Message::new("a", vec![0; 1025])).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the message has 1025 bytes, and the most that is carried is 1024 (max_payload)"
    );
    for _ in 0..super::CAPACITY {
        bus.publish(Message::new("a", "")).await.unwrap();
    }
    // The one that no longer had room was the last.
    assert_eq!(inbox.dropped(), 1);
    assert_eq!(inbox.dropped(), 0);
    assert_eq!(inbox.next().await.unwrap().body.len(), 1024);
}

#[tokio::test]
async fn subjects_hold_no_commands_for_nats() {
    let bus = bus();
    let long = "a".repeat(1025);
    for wrong in ["x 0\r\n\r\nPUB y 1\r\nz", "x y", "", "x.*", &long] {
        let to = bus.publish(Message::new(wrong, "")).await;
        assert!(matches!(to, Err(BusError::Subject(_))), "{wrong:?}: {to:?}");
        let reply_to = Some(wrong.to_owned());
        let from = Message {
            reply_to,
            ..Message::new("x", "")
        };
        let from = bus.publish(from).await;
        assert!(matches!(from, Err(BusError::Subject(_))), "{wrong:?}: {from:?}");
    }
}

#[tokio::test]
async fn who_is_too_far_behind_loses_messages_and_no_memory() {
    let bus = Bus::memory(1 << 20);
    let mut slow = bus.subscribe("a", None).await.unwrap();
    let body = bytes::Bytes::from(vec![0; 1 << 20]);
    for _ in 0..100 {
        bus.publish(Message::new("a", body.clone())).await.unwrap();
    }
    assert_eq!(slow.dropped(), 100 - 64);
    slow.next().await.unwrap();
    bus.publish(Message::new("a", body)).await.unwrap();
    assert_eq!(slow.dropped(), 0, "there is room again");
}

#[tokio::test]
async fn what_is_written_down_is_bounded() {
    let record = Record::new(1 << 20);
    let bus = Bus::Record(record.clone());
    let body = bytes::Bytes::from(vec![0; 1 << 20]);
    let mut refused = 0;
    for _ in 0..100 {
        refused += usize::from(bus.publish(Message::new("a", body.clone())).await == Err(BusError::Full));
    }
    assert_eq!((refused, record.take().len()), (100 - 63, 63));
    assert_eq!(bus.publish(Message::new("a", body)).await, Ok(()));
}
