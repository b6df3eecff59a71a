//! `nats_to_nats_kv`.

use pelato::runtime::{Buckets, Event, Stores};

use crate::{Running, code};

const CODE: &str = r#"package main

import (
	"errors"
	"strings"
)

func exec_task(key, data string) (string, string, error) {
	switch data {
	case "nothing":
		return "", data, nil
	case "error":
		return key, data, errors.New("no good")
	case "panic":
		panic("no good at all")
	case "large":
		return key, strings.Repeat("x", 1<<20+1), nil
	}
	if strings.HasPrefix(data, "raw ") {
		return key, data, errors.New(data)
	}
	if found, ok := strings.CutPrefix(data, "as "); ok {
		return found, "hostile", nil
	}
	return key, data, nil
}
"#;

const SIZES: [usize; 7] = [0, 1, 255, 256, 65_536, 1_000_000, 1 << 20];

fn stores(buckets: Buckets) -> Stores {
    let links = [(
        "wasi:keyvalue/store".to_owned(),
        [("bucket".to_owned(), "rooms".to_owned())].into(),
    )];
    Stores {
        buckets,
        ..Stores::default()
    }
    .linked(&links.into())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_task_returns_is_in_its_bucket() {
    let code = code("nats_to_nats_kv", CODE).await;
    let folder = tempfile::tempdir().unwrap();
    let config = [("bucket", "rooms")];
    for buckets in [Buckets::default(), Buckets::folder(folder.path())] {
        let running = Running::start(&code, &config, stores(buckets.clone()), 1).await;
        running.send("in.kitchen", "19").await;
        running.send("in.kitchen", "20").await;
        running.send("in.a", r#"{"key":"attic","data":"5"}"#).await;
        running.send("in.a", r#"{"key":"cellar","data":{"celsius":5}}"#).await;
        running.send("in.filtered", "nothing").await;
        for size in SIZES {
            running.send(&format!("in.{size}"), vec![b'x'; size]).await;
        }
        // Not all bytes are text.
        running.send("in.bytes", b"\xff\0\xfe").await;
        for body in [
            "error",
            "panic",
            "large",
            "as ../x",
            "as .",
            "as a b",
            "as \0",
            "as città",
        ] {
            running.send("in.bad", body).await;
        }
        running.send("in.bad", format!("as {}", "k".repeat(10_240))).await;
        running.send("in.bad", b"raw \xff").await;
        let events = running.events.clone();
        let failures = running.failures().await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(failures, @r#"
            in.bad: task failed: no good
            in.bad: task failed: panic: no good at all
            in.bad: result not stored: the value has 1048577 bytes, max_payload is 1048576
            in.bad: result not stored: a dot stands between two parts of a key, not as in "../x"
            in.bad: result not stored: a dot stands between two parts of a key, not as in "."
            in.bad: result not stored: NATS takes letters, digits, -, _, /, = and dots in a key, not as in "a b"
            in.bad: result not stored: NATS takes letters, digits, -, _, /, = and dots in a key, not as in "\x00"
            in.bad: result not stored: NATS takes letters, digits, -, _, /, = and dots in a key, not as in "città"
            in.bad: result not stored: the key has 10240 bytes, 3500 are the most
            in.bad: task failed: raw �
            "#);
        }
        let kept = events.lock().unwrap().clone();
        let kept = kept
            .iter()
            .filter(|event| matches!(event, Event::Kept { bucket, .. } if bucket == "rooms"));
        assert_eq!(kept.count(), 5 + SIZES.len());

        let get = async |key: &str| buckets.get("rooms", key).await.unwrap();
        assert_eq!(get("in.kitchen").await.unwrap(), b"20");
        assert_eq!(get("attic").await.unwrap(), b"5");
        assert_eq!(get("cellar").await.unwrap(), br#"{"celsius":5}"#);
        assert_eq!(get("in.bytes").await.unwrap(), b"\xff\0\xfe");
        for size in SIZES {
            assert_eq!(get(&format!("in.{size}")).await.unwrap().len(), size);
        }
        assert_eq!(buckets.keys("rooms").await.unwrap().len(), 4 + SIZES.len());
    }
    // Another process would see the same.
    let again = Buckets::folder(folder.path());
    assert_eq!(again.get("rooms", "attic").await.unwrap().unwrap(), b"5");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_lose_nothing() {
    let code = code(
        "nats_to_nats_kv",
        "package main\n\nfunc exec_task(key, data string) (string, string) { return key, data }\n",
    )
    .await;
    let folder = tempfile::tempdir().unwrap();
    for buckets in [Buckets::default(), Buckets::folder(folder.path())] {
        let running = Running::start(&code, &[("bucket", "rooms")], stores(buckets.clone()), 50).await;
        for number in 0..500 {
            running.send(&format!("in.{number}"), number.to_string()).await;
        }
        assert_eq!(running.failures().await, "");
        assert_eq!(buckets.keys("rooms").await.unwrap().len(), 500);
        assert_eq!(buckets.get("rooms", "in.499").await.unwrap().unwrap(), b"499");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_written_fails_the_message() {
    let code = code("nats_to_nats_kv", CODE).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rooms"), "a file").unwrap();
    let running = Running::start(&code, &[("bucket", "rooms")], stores(Buckets::folder(folder.path())), 1).await;
    running.send("in.a", "1").await;
    insta::assert_snapshot!(running.failures().await, @"in.a: result not stored: in rooms: the key-value folder: File exists (os error 17)");
    let running = Running::start(&code, &[], stores(Buckets::default()), 1).await;
    running.send("in.a", "1").await;
    insta::assert_snapshot!(running.failures().await, @"in.a: result not stored: bucket is not in the component's configuration");
}
