//! Bytes that are no text.

use bytes::Bytes;

use super::Place;

pub(crate) async fn bytes_are_kept_as_they_are(place: &Place) {
    let (mut relayed, mut posted) = (place.listen("relay.out").await, place.listen("post.out").await);
    let all: Vec<u8> = (0..=255).collect();
    let bodies: [&[u8]; 6] = [
        b"\xff\xfe\x80", // never UTF-8
        b"cut \xe2\x82", // a character without its end
        b"\0",
        b"a\0b\0",
        b"one\r\ntwo\r\n\r\n", // as at the end of a head of HTTP
        &all,
    ];
    for body in bodies {
        let body = Bytes::copy_from_slice(body);
        assert_eq!(place.ask(body.clone()).await, body);
        assert_eq!(relayed.body().await, body);
        let answer = place.post(&body).await.unwrap();
        assert_eq!((answer.status, &answer.body[..]), (200, &body[..]));
        assert_eq!(posted.body().await, body);
    }
}
