//! Tasks that keep what they return: in a bucket, in a table.

use serde_json::json;

use super::Place;
use super::ends::TOO_LONG;

const SIZES: [usize; 5] = [1, 255, 256, 65_536, 1_000_000];

pub(crate) async fn values_of_every_size_are_kept_whole(place: &Place) {
    for length in SIZES {
        let (key, data) = (
            format!("size.{length}"),
            "é".repeat(length / 2) + &"e".repeat(length % 2),
        );
        place
            .give("keep", json!({ "key": key, "data": data }).to_string())
            .await;
        assert!(place.value(&key).await == data.as_bytes(), "a value of {length} bytes");
    }
    place.give("keep", r#"{"key": "empty", "data": ""}"#).await;
    assert_eq!(place.value("empty").await, b"");
    // As much as the limit, and a byte more.
    place
        .give("keep", r#"{"key": "most", "data": "do:size 1048576"}"#)
        .await;
    assert_eq!(place.value("most").await.len(), 1 << 20);
    let mark = place.mark();
    place
        .give("keep", r#"{"key": "more", "data": "do:size 1048577"}"#)
        .await;
    let refused = "result not stored: the value has 1048577 bytes, max_payload is 1048576";
    place.logged(&mark, &[refused]).await;
    let mark = place.mark();
    place.give("keep", vec![b'x'; 16_000_000]).await;
    let refused = "input refused: the input has 16000000 bytes, max_payload is 1048576";
    place.logged(&mark, &[refused]).await;
}

pub(crate) async fn values_are_bytes_under_the_subject_where_no_key_is_given(place: &Place) {
    let subject = place.subject("keep.in");
    for data in [
        &b"\xff\xfe\x80"[..],
        b"a\0b",
        b"cut \xe2\x82",
        b"{\"key\": 1}",
        b"plain",
    ] {
        place.give("keep", data.to_vec()).await;
        while place.value(&subject).await != data {
            tokio::task::yield_now().await;
        }
    }
}

pub(crate) async fn a_value_that_fails_concerns_no_other(place: &Place) {
    for (data, said) in [
        ("do:fail", "task failed: not today"),
        ("do:panic", "task failed: panic: no good"),
        ("do:exit", "exit status 1"),
        ("do:hog", "fatal error: out of memory"),
    ] {
        let mark = place.mark();
        place
            .give("keep", json!({ "key": "failing", "data": data }).to_string())
            .await;
        place.logged(&mark, &[said]).await;
    }
    let mark = place.mark();
    place.give("keep", r#"{"key": "failing", "data": "do:loop"}"#).await;
    place.logged(&mark, &TOO_LONG).await;
    let mark = place.mark();
    place.give("keep", r#"{"key": "no key", "data": "x"}"#).await;
    place.logged(&mark, &[r#"not as in "no key""#]).await;
    place.give("keep", r#"{"key": "never", "data": "do:nothing"}"#).await;
    place.give("keep", r#"{"key": "after", "data": "x"}"#).await;
    assert_eq!(place.value("after").await, b"x");
    let kept = place.kept.as_ref().unwrap();
    for key in ["failing", "never"] {
        assert_eq!((kept.value)(key.to_owned()).await, None, "{key}");
    }
}

pub(crate) async fn rows_of_every_size_are_written_whole(place: &Place) {
    for length in SIZES {
        let (name, note) = (
            format!("size {length}"),
            "é".repeat(length / 2) + &"e".repeat(length % 2),
        );
        place
            .give("write", json!({ "name": name, "note": note }).to_string())
            .await;
        assert!(place.note(&name).await == Some(note), "a note of {length} bytes");
    }
    // An empty message is handled, and its empty result is no row.
    let mark = place.mark();
    place.give("write", "").await;
    // What is past the limit is refused, as with every template.
    place.give("write", vec![b'x'; 16_000_000]).await;
    let refused = "input refused: the input has 16000000 bytes, max_payload is 1048576";
    place.logged(&mark, &[refused]).await;
    let mark = place.mark();
    place.give("write", "do:size 16000000").await;
    let refused = "result not stored: the result has 16000000 bytes, max_payload is 1048576";
    place.logged(&mark, &[refused]).await;
    place.give("write", r#"{"name": "after sizes"}"#).await;
    assert_eq!(place.note("after sizes").await, None);
    let all = format!("SELECT count(*) FROM {}_rows WHERE name = ''", place.prefix);
    let database = &place.kept.as_ref().unwrap().database;
    let nameless: i64 = database.query_one(&all, &[]).await.unwrap().get(0);
    assert_eq!(nameless, 0);
}

pub(crate) async fn values_are_bound_whatever_they_say(place: &Place) {
    for text in [
        "'); DROP TABLE x; --",
        "$1",
        "it''s",
        "\"\\ città 🦀",
        "\u{1}\n\t",
        "null",
        "",
    ] {
        place
            .give("write", json!({ "name": text, "note": text }).to_string())
            .await;
        assert_eq!(place.note(text).await.as_deref(), Some(text));
    }
    // The row is there: what is named gets its value, the rest stays.
    let row = "UPDATE @_rows SET made = 7 WHERE name = '$1'".replace('@', place.prefix);
    let database = &place.kept.as_ref().unwrap().database;
    database.batch_execute(&row).await.unwrap();
    place.give("write", r#"{"name": "$1", "note": null}"#).await;
    let select = format!(
        "SELECT made FROM {}_rows WHERE name = '$1' AND note IS NULL",
        place.prefix
    );
    while database.query_opt(&select, &[]).await.unwrap().is_none() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let made: i32 = database.query_one(&select, &[]).await.unwrap().get(0);
    assert_eq!(made, 7);
}

pub(crate) async fn a_row_that_fails_concerns_no_other(place: &Place) {
    for (body, said) in [
        (&b"do:fail"[..], "task failed: not today"),
        (b"do:panic", "task failed: panic: no good"),
        (b"do:deadlock", "all goroutines are asleep - deadlock!"),
        (b"\xff{}", "result not stored: the result is no UTF-8 text"),
        (
            b"no object",
            "result not stored: the result is no JSON object, whose keys are columns",
        ),
        (
            br#"{"note":"x"}"#,
            r#"result not stored: the result has no "name", which is the key_column"#,
        ),
        (
            br#"{"name":"x","made":"many"}"#,
            "invalid input syntax for type integer",
        ),
        (br#"{"name":"x","made":null}"#, "null value in column"),
        (br#"{"name":"x","colour":1}"#, r#"column "colour" of relation"#),
    ] {
        let mark = place.mark();
        place.give("write", body.to_vec()).await;
        place.logged(&mark, &[said]).await;
    }
    for (ending, said) in [("do:hog", &["fatal error: out of memory"][..]), ("do:loop", &TOO_LONG)] {
        let mark = place.mark();
        place.give("write", ending).await;
        place.logged(&mark, said).await;
    }
    place.give("write", r#"{"name": "after"}"#).await;
    assert_eq!(place.note("after").await, None);
    let all = format!("SELECT count(*) FROM {}_rows WHERE name = 'x'", place.prefix);
    let database = &place.kept.as_ref().unwrap().database;
    let failed: i64 = database.query_one(&all, &[]).await.unwrap().get(0);
    assert_eq!(failed, 0);
}

/// Ten thousand of each, two hundred of them at once: the next two hundred go when all of
/// these are there.
pub(crate) async fn ten_thousand_of_each(place: &Place) {
    for round in 0..50 {
        let numbers = (round * 200)..(round + 1) * 200;
        for number in numbers.clone() {
            let text = number.to_string();
            let value = json!({ "key": format!("many.{text}"), "data": text });
            place.give("keep", value.to_string()).await;
            let row = json!({ "name": format!("many {text}"), "note": text });
            place.give("write", row.to_string()).await;
        }
        for number in numbers {
            let text = number.to_string();
            assert_eq!(place.value(&format!("many.{text}")).await, text.as_bytes());
            assert_eq!(place.note(&format!("many {text}")).await, Some(text));
        }
    }
    let all = format!("SELECT count(*) FROM {}_rows WHERE name LIKE 'many %'", place.prefix);
    let database = &place.kept.as_ref().unwrap().database;
    let all: i64 = database.query_one(&all, &[]).await.unwrap().get(0);
    assert_eq!(all, 10_000);
}

/// What providers that are processes of their own stand: see there.
pub(crate) async fn fifty_of_each_at_once(place: &Place) {
    for number in 0..50 {
        let text = number.to_string();
        let value = json!({ "key": format!("fifty.{text}"), "data": text });
        place.give("keep", value.to_string()).await;
        let row = json!({ "name": format!("fifty {text}"), "note": text });
        place.give("write", row.to_string()).await;
    }
    for number in 0..50 {
        let text = number.to_string();
        assert_eq!(place.value(&format!("fifty.{text}")).await, text.as_bytes());
        assert_eq!(place.note(&format!("fifty {text}")).await, Some(text));
    }
}
