//! HTTP, beyond a POST and its answer.

use super::Place;

pub(crate) async fn methods_and_paths(place: &Place) {
    for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"] {
        let mut connection = place.connect().await;
        let request = format!("{method} / HTTP/1.1\r\nhost: task\r\n\r\n");
        connection.write(request.as_bytes()).await;
        let answer = connection.answer_to(method).await.unwrap();
        assert_eq!((answer.status, answer.field("allow")), (405, Some("POST")), "{method}");
        let said = if method == "HEAD" { "" } else { "POST only" };
        assert_eq!(answer.said().1, said);
    }
    // A task has one function: whatever the path, it is asked.
    let mut connection = place.connect().await;
    let request = "POST /any/where?and=what HTTP/1.1\r\nhost: task\r\ncontent-length: 2\r\n\r\nhi";
    connection.write(request.as_bytes()).await;
    assert_eq!(connection.answer().await.unwrap().said(), (200, "hi".into()));
}

pub(crate) async fn bodies_in_every_form(place: &Place) {
    // One connection serves several requests, each with a body in another form.
    let mut connection = place.connect().await;
    assert_eq!(connection.post(b"first").await.unwrap().said(), (200, "first".into()));
    let head = "POST / HTTP/1.1\r\nhost: task\r\ntransfer-encoding: chunked\r\n\r\n";
    connection.write(head.as_bytes()).await;
    for piece in ["4\r\nin p\r\n", "5\r\nieces\r\n", "0\r\n\r\n"] {
        connection.write(piece.as_bytes()).await;
    }
    assert_eq!(connection.answer().await.unwrap().said(), (200, "in pieces".into()));
    let head = "POST / HTTP/1.1\r\nhost: task\r\ncontent-length: 5\r\nexpect: 100-continue\r\n\r\n";
    connection.write(head.as_bytes()).await;
    assert_eq!(connection.answer().await.unwrap().status, 100);
    connection.write(b"asked").await;
    assert_eq!(connection.answer().await.unwrap().said(), (200, "asked".into()));
    assert_eq!(connection.post(b"last").await.unwrap().said(), (200, "last".into()));
}

pub(crate) async fn a_client_that_goes_away_is_nobody(place: &Place) {
    let mut out = place.listen("post.out").await;
    let mut connection = place.connect().await;
    let head = "POST / HTTP/1.1\r\nhost: task\r\ncontent-length: 100\r\n\r\nhalf";
    connection.write(head.as_bytes()).await;
    drop(connection);
    assert_eq!(place.post(b"after").await.unwrap().said(), (200, "after".into()));
    assert_eq!(out.body().await, "after");
}

pub(crate) async fn kinds_of_answers(place: &Place) {
    let json = [r#"{"a": [1, 2.5, "é", null]}"#, "[]", "17", "\"text\"", " true "];
    let text = ["plain", "{", "{\"a\": }", "01", "\"a\" \"b\"", "NaN"];
    for (kind, bodies) in [
        ("application/json", &json[..]),
        ("text/plain; charset=utf-8", &text[..]),
    ] {
        for body in bodies {
            let answer = place.post(body.as_bytes()).await.unwrap();
            assert_eq!(answer.said(), (200, (*body).to_owned()));
            assert_eq!(answer.field("content-type"), Some(kind), "{body}");
            assert_eq!(answer.field("content-length"), Some(body.len().to_string().as_str()));
        }
    }
}
