//! The real SQLite on a real disk, with a clock that the test turns.

mod batch;
mod migrations;
mod plan;
mod space;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use time::OffsetDateTime;

use super::{Limits, SqliteQueue};
use crate::queue::tests::{Stand, push, put_under_the_suite};
use crate::queue::{Clock, Outbox, Queue};

struct File {
    folder: TempDir,
    seconds: Arc<AtomicI64>,
    limits: Limits,
}

impl File {
    async fn sqlite(&self) -> SqliteQueue {
        let seconds = Arc::clone(&self.seconds);
        let clock = Clock::new(move || OffsetDateTime::from_unix_timestamp(seconds.load(Ordering::SeqCst)).unwrap());
        SqliteQueue::open(&self.path(), self.limits.clone(), clock)
            .await
            .unwrap()
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("pelato.db")
    }
}

impl Stand for File {
    fn new(limits: Limits) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            seconds: Arc::new(AtomicI64::new(1_795_000_000)),
            limits,
        }
    }

    async fn open(&self) -> Arc<dyn Queue> {
        Arc::new(self.sqlite().await)
    }

    async fn both(&self) -> (Arc<dyn Queue>, Arc<dyn Outbox>) {
        let store = Arc::new(self.sqlite().await);
        (Arc::clone(&store) as _, store)
    }

    fn pass(&self, time: Duration) {
        self.seconds.fetch_add(time.as_secs().cast_signed(), Ordering::SeqCst);
    }
}

put_under_the_suite!(File);

#[tokio::test]
async fn a_store_that_cannot_be_written_says_so() {
    let file = File::new(Limits::default());
    let queue = file.sqlite().await;
    queue.check().await.unwrap();
    queue.writer.close().await;
    assert!(queue.check().await.is_err());
    assert!(queue.accept(push("1", "main", 'a')).await.is_err());

    let missing = file.folder.path().join("no/such/folder.db");
    let Err(error) = SqliteQueue::open(&missing, Limits::default(), Clock::default()).await else {
        panic!("it opened");
    };
    let text = error
        .to_string()
        .replace(file.folder.path().to_str().unwrap(), "FOLDER");
    insta::assert_snapshot!(text, @"cannot open the database FOLDER/no/such/folder.db: unable to open database file; check that the folder is there, is writable and has space");
}
