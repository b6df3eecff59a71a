//! Many messages.

use futures_util::future::join_all;

use super::Place;

pub(crate) async fn ten_thousand_in_sequence(place: &Place) {
    let mut out = place.listen("relay.out").await;
    let mut after_some = 0;
    for number in 0..10_000 {
        let body = number.to_string();
        assert_eq!(place.ask(body.clone()).await, body);
        assert_eq!(out.body().await, body, "in order, and none twice");
        if number == 1_000 {
            after_some = resident();
        }
    }
    let grown = resident().saturating_sub(after_some);
    assert!(grown < 64 << 10, "this process has grown by {grown} KiB");
}

pub(crate) async fn two_hundred_at_once(place: &Place) {
    let mut out = place.listen("relay.out").await;
    let asked = (0..200).map(|number: u32| async move {
        let body = number.to_string();
        assert_eq!(place.ask(body.clone()).await, body);
    });
    join_all(asked).await;
    let mut came = Vec::new();
    for _ in 0..200 {
        let text = String::from_utf8(out.body().await.to_vec()).unwrap();
        came.push(text.parse::<u32>().unwrap());
    }
    came.sort_unstable();
    assert!(came.into_iter().eq(0..200), "each once");

    let posted = (0..200).map(|number: u32| async move {
        let body = number.to_string();
        assert_eq!(place.post(body.as_bytes()).await.unwrap().said(), (200, body));
    });
    join_all(posted).await;
}

/// KiB that this process has in memory.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap().trim().trim_end_matches(" kB").parse().unwrap()
}
