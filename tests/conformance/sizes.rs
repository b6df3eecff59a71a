//! Messages and bodies of every size.

use bytes::Bytes;
use pelato::runtime::{BusError, Message};

use super::{MAX_PAYLOAD, Place};

const SIZES: [usize; 5] = [1, 255, 256, 65_536, 1_000_000];
const LARGE: usize = 16_000_000;

fn body(length: usize) -> Bytes {
    let letters = b"abcdefghijklmnopqrstuvwxyz".iter().copied().cycle();
    letters.take(length).collect()
}

pub(crate) async fn messages_of_every_size_pass_whole(place: &Place) {
    let mut out = place.listen("relay.out").await;
    for length in SIZES {
        let body = body(length);
        place.send(body.clone()).await;
        assert!(out.body().await == body, "a message of {length} bytes");
        assert!(place.ask(body.clone()).await == body, "a request of {length} bytes");
        assert!(out.body().await == body, "published of a request of {length} bytes");
    }
    // An empty message is handled, and its empty result published nowhere.
    place.send("").await;
    place.send("do:nothing").await;
    assert_eq!(place.ask("after").await, "after");
    assert_eq!(out.body().await, "after");
}

pub(crate) async fn posts_of_every_size_pass_whole(place: &Place) {
    let mut out = place.listen("post.out").await;
    for length in SIZES {
        let body = body(length);
        let answer = place.post(&body).await.unwrap();
        assert_eq!(answer.status, 200);
        assert_eq!(answer.field("content-type"), Some("text/plain; charset=utf-8"));
        assert!(answer.body == body, "a POST of {length} bytes");
        assert!(out.body().await == body, "published of a POST of {length} bytes");
    }
    for empty in ["", "do:nothing"] {
        let answer = place.post(empty.as_bytes()).await.unwrap();
        assert_eq!(answer.said(), (204, String::new()));
    }
    assert_eq!(place.post(b"after").await.unwrap().said(), (200, "after".into()));
    assert_eq!(out.body().await, "after");
}

pub(crate) async fn what_is_past_the_limit_is_refused(place: &Place) {
    let (mut relayed, mut posted) = (place.listen("relay.out").await, place.listen("post.out").await);
    let most = body(1 << 20);
    assert!(place.ask(most.clone()).await == most, "as much as the limit");
    assert!(relayed.body().await == most);

    let mark = place.mark();
    place.send(body((1 << 20) + 1)).await;
    let refused = "input refused: the input has 1048577 bytes, max_payload is 1048576";
    place.logged(&mark, &[refused]).await;
    place.send(body(LARGE)).await;
    let refused = "input refused: the input has 16000000 bytes, max_payload is 1048576";
    place.logged(&mark, &[refused]).await;
    let answer = place.post(&body(LARGE)).await.unwrap();
    assert_eq!(answer.said(), (413, "more than 1048576 bytes".into()));

    let mark = place.mark();
    let refused = "result not published: the result has 16000000 bytes, max_payload is 1048576";
    place.send(format!("do:size {LARGE}")).await;
    place.logged(&mark, &[refused]).await;
    let mark = place.mark();
    let answer = place.post(format!("do:size {LARGE}").as_bytes()).await.unwrap();
    assert_eq!(answer.said(), (502, "result not published".into()));
    place.logged(&mark, &[refused]).await;

    // What the bus itself does not carry never leaves.
    let larger = MAX_PAYLOAD + 1;
    let refused = BusError::TooLarge {
        bytes: larger,
        limit: MAX_PAYLOAD,
    };
    let message = Message::new(place.subject("relay.in"), body(larger));
    assert_eq!(place.bus.publish(message).await, Err(refused));

    assert_eq!(place.ask("after").await, "after");
    assert_eq!(relayed.body().await, "after");
    assert_eq!(place.post(b"after").await.unwrap().status, 200);
    assert_eq!(posted.body().await, "after");
}
