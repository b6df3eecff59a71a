//! Buckets in memory and in a folder do the same.

use super::*;

fn kinds() -> (tempfile::TempDir, [Buckets; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let buckets = [Buckets::default(), Buckets::folder(folder.path().join("kept"))];
    (folder, buckets)
}

#[tokio::test]
async fn what_is_set_is_there_until_it_is_deleted() {
    let (_folder, kinds) = kinds();
    for buckets in kinds {
        assert_eq!(buckets.get("rooms", "kitchen").await.unwrap(), None);
        assert!(buckets.keys("rooms").await.unwrap().is_empty());
        buckets.set("rooms", "kitchen", b"20".to_vec()).await.unwrap();
        buckets.set("rooms", "kitchen", b"21".to_vec()).await.unwrap();
        buckets.set("rooms", "attic", Vec::new()).await.unwrap();
        buckets.set("other", "kitchen", vec![0; LARGEST_VALUE]).await.unwrap();
        assert_eq!(buckets.get("rooms", "kitchen").await.unwrap().unwrap(), b"21");
        assert_eq!(buckets.get("rooms", "attic").await.unwrap().unwrap(), b"");
        assert_eq!(buckets.keys("rooms").await.unwrap(), ["attic", "kitchen"]);
        buckets.delete("rooms", "attic").await.unwrap();
        buckets.delete("rooms", "attic").await.unwrap();
        buckets.delete("nowhere", "attic").await.unwrap();
        assert_eq!(buckets.keys("rooms").await.unwrap(), ["kitchen"]);
    }
}

#[tokio::test]
async fn no_key_leads_out_of_its_bucket_or_to_another() {
    let (folder, kinds) = kinds();
    let long = "k".repeat(LONGEST_KEY);
    let keys = [
        "../x",
        "..",
        ".",
        "/etc/passwd",
        "a/b",
        "a\\b",
        "nul\0",
        "A",
        "a",
        "%41",
        "%~",
        "~",
        ".new",
        "x.key",
        "città",
        "C:",
        " ",
        &long,
        &long[1..],
    ];
    for buckets in kinds {
        for (bucket, key) in keys
            .iter()
            .flat_map(|key| [("rooms", *key), (&key[..key.len().min(200)], "k")])
        {
            buckets
                .set(bucket, key, [bucket, "|", key].concat().into())
                .await
                .unwrap();
        }
        let mut sorted = keys.map(str::to_owned).to_vec();
        sorted.sort();
        assert_eq!(buckets.keys("rooms").await.unwrap(), sorted);
        for key in keys {
            let value = buckets.get("rooms", key).await.unwrap().unwrap();
            assert_eq!(value, format!("rooms|{key}").as_bytes());
            buckets.delete("rooms", key).await.unwrap();
        }
        assert!(buckets.keys("rooms").await.unwrap().is_empty());
    }
    let left = std::fs::read_dir(folder.path()).unwrap();
    assert_eq!(
        left.map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>(),
        ["kept"]
    );
    let rooms = std::fs::read_dir(folder.path().join("kept/rooms")).unwrap();
    assert_eq!(rooms.count(), 0, "nothing is left behind");
}

#[tokio::test]
async fn what_is_too_large_is_said() {
    let (_folder, kinds) = kinds();
    for buckets in kinds {
        let mut said = Vec::new();
        for (bucket, key, bytes) in [
            ("b", "", 0),
            ("b", "k".repeat(10_240).as_str(), 0),
            ("b", "k", LARGEST_VALUE + 1),
            ("", "k", 0),
        ] {
            said.push(buckets.set(bucket, key, vec![0; bytes]).await.unwrap_err().to_string());
        }
        insta::allow_duplicates! {
            insta::assert_snapshot!(said.join("\n"), @"
            the key has 0 bytes, it has to have 1 to 4096
            the key has 10240 bytes, it has to have 1 to 4096
            the value has 1048577 bytes, it has to have 0 to 1048576
            the bucket's name has 0 bytes, it has to have 1 to 255
            ");
        }
    }
}

#[tokio::test]
async fn memory_has_an_end_and_room_comes_back() {
    let buckets = Buckets::default();
    let value = vec![0; LARGEST_VALUE];
    let mut kept = 0;
    let full = loop {
        match buckets.set("b", &kept.to_string(), value.clone()).await {
            Ok(()) => kept += 1,
            Err(error) => break error,
        }
    };
    insta::assert_snapshot!(full, @"the key-value buckets in memory are full (268435456 bytes): delete keys, or keep them in a folder");
    buckets.set("b", "0", value.clone()).await.unwrap();
    buckets.delete("b", "1").await.unwrap();
    buckets.set("b", "new", value).await.unwrap();
}

#[tokio::test]
async fn a_value_is_read_whole_while_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let buckets = Buckets::folder(folder.path());
    buckets.set("b", "k", vec![0; 100_000]).await.unwrap();
    let writing = buckets.clone();
    let writer = tokio::spawn(async move {
        for byte in 1..50u8 {
            writing.set("b", "k", vec![byte; 100_000]).await.unwrap();
        }
    });
    while !writer.is_finished() {
        let value = buckets.get("b", "k").await.unwrap().unwrap();
        assert!(value.len() == 100_000 && value.iter().all(|byte| *byte == value[0]));
    }
    writer.await.unwrap();
    assert_eq!(buckets.keys("b").await.unwrap(), ["k"]);
}
