//! What a program in a step may take of the disk: its repository's cache, within bounds.

use pelato::build::{BuildError, Options};

use crate::place::lines_of_cache;
use crate::tiny_task::pairs;

/// Bounds that a test can reach, with 24 files of 32 MiB: less than the memory of a step,
/// whose share of the disk's own cache a slow disk gives back late.
fn small(options: &mut Options) {
    options.limits.cache = 512 << 20;
    options.limits.overrun = 64 << 20;
    options.limits.files = 20_000;
}

#[tokio::test]
async fn cannot_fill_the_disk() {
    let change = |options: &mut Options| options.limits.file = 64 << 20;
    let script = "head -c 80M /dev/zero > /cache/big; echo cache=$?; stat -c size=%s /cache/big; rm /cache/big\n\
        head -c 800K /dev/zero > /sources/big; echo work=$?\n\
        exit 1\n";
    let (lines, _) = lines_of_cache("tests", "disk", script, change).await;
    let found = pairs(&lines);
    assert_ne!(found["cache"], "0");
    assert_eq!(found["size"], (64 << 20).to_string());
    assert_eq!(found["work"], "0");
}

#[tokio::test]
async fn finds_no_other_place_to_fill() {
    let change = |options: &mut Options| options.limits.memory = 128 << 20;
    let script = "for at in /tmp /sources; do\n\
            head -c 900M /dev/zero > $at/big 2>/dev/null || echo full=$at\n\
            rm -f $at/big\n\
        done\n\
        for at in / /dev /dev/shm /run /var/tmp /home /usr/local/go /seed /warm /proc /sys; do\n\
            head -c 1 /dev/zero > $at/new-$$ 2>/dev/null && echo wrote=$at\n\
        done\n\
        i=0; mkdir /tmp/many; while [ $i -lt 2000 ]; do : > /tmp/many/$i || break; i=$((i+1)); done\n\
        echo nodes=$(stat -f -c %c /tmp) $(stat -f -c %c /sources)\n\
        exit 1\n";
    let (lines, _) = lines_of_cache("tests", "places", script, change).await;
    let found = pairs(&lines);
    assert_eq!(found.get("wrote"), None, "{lines:?}");
    let full = lines.iter().filter(|line| line.starts_with("full=")).count();
    assert_eq!(full, 2, "{lines:?}");
    assert_eq!(found["nodes"], "200000 200000", "{lines:?}");
}

#[tokio::test]
async fn cannot_fill_the_disk_with_many_files_each_small_enough() {
    let script = "i=0; while [ $i -lt 24 ]; do head -c 32M /dev/zero > /cache/big$i; i=$((i+1)); done; sleep 300\n";
    let (_, answer) = lines_of_cache("filler", "filler", script, small).await;
    insta::assert_snapshot!(answer.unwrap_err(), @"building `double` took more of the disk than the 576 MiB that its repository's cache may have; look for modules that are larger than what is used of them");
}

#[tokio::test]
async fn cannot_fill_the_disk_with_files_that_nobody_sees() {
    // Deleted, and still open.
    let script = "i=0; while [ $i -lt 24 ]; do\n\
            sh -c 'exec 5> /cache/gone$$; rm /cache/gone$$; head -c 32M /dev/zero >&5; sleep 300' &\n\
            sleep 0.1; i=$((i+1))\n\
        done; wait\n";
    let (_, answer) = lines_of_cache("unseen", "unseen", script, small).await;
    assert!(matches!(answer, Err(BuildError::CacheTooLarge { .. })), "{answer:?}");
    // In a folder that nobody else can look into.
    let script = "mkdir /cache/shut; chmod 0300 /cache/shut\n\
        i=0; while [ $i -lt 24 ]; do head -c 32M /dev/zero > /cache/shut/big$i; i=$((i+1)); done; sleep 300\n";
    let (_, answer) = lines_of_cache("shut", "shut-in", script, small).await;
    assert!(matches!(answer, Err(BuildError::CacheTooLarge { .. })), "{answer:?}");
}

#[tokio::test]
async fn cannot_fill_the_disk_with_files_of_nothing() {
    let script = "mkdir /cache/many; cd /cache/many; i=0; while :; do : > $i; i=$((i+1)); done\n";
    let (_, answer) = lines_of_cache("nothing", "nothing", script, small).await;
    assert!(matches!(answer, Err(BuildError::CacheTooLarge { .. })), "{answer:?}");
}
