//! 10,000 deliveries at once while a run goes on: each 202 is in the store.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use pelato::queue::{Clock, Limits, Queue, SqliteQueue};
use serde_json::Value;

use crate::client::{Connection, Kind, Seen, request};
use crate::server::Server;

const DELIVERIES: usize = 10_000;
const CONNECTIONS: usize = 256;

pub(crate) async fn burst() {
    let server = Server::pelato().await.unwrap();
    let number = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let senders: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (address, path, number) = (server.address, server.path, Arc::clone(&number));
            tokio::spawn(async move {
                let mut connection = Connection::open(address).await;
                let (mut times, mut ids) = (Vec::new(), Vec::new());
                loop {
                    let number = number.fetch_add(1, Ordering::Relaxed);
                    if number >= DELIVERIES {
                        return (times, ids);
                    }
                    let request = request(path, number, Kind::Good);
                    let sent = Instant::now();
                    let (status, body) = connection.answer(&request).await;
                    times.push(sent.elapsed());
                    assert_eq!(status, 202);
                    let answer: Value = serde_json::from_slice(&body).unwrap();
                    ids.push(answer["run"].as_str().unwrap().to_owned());
                }
            })
        })
        .collect();
    let (mut times, mut ids) = (Vec::new(), BTreeSet::new());
    for sender in senders {
        let (more, answered) = sender.await.unwrap();
        times.extend(more);
        ids.extend(answered);
    }
    let (seen, peak) = (Seen::of(times, begun.elapsed()), server.peak());
    let folder = server.end().await;
    let file = folder.path().join("var/pelato.db");
    let store = SqliteQueue::open(&file, Limits::default(), Clock::default())
        .await
        .unwrap();
    let mut lost = DELIVERIES - ids.len();
    for id in &ids {
        lost += usize::from(store.run(id).await.unwrap().is_none());
    }
    println!("\n| a burst of {DELIVERIES} over {CONNECTIONS} connections, the runner killed after it | |");
    println!("| --- | --- |");
    println!("| deliveries/s | {:.0} |", seen.rate());
    println!("| p50, p99 | {:.1} ms, {:.1} ms |", seen.millis(0.5), seen.millis(0.99));
    println!("| peak | {peak:.1} MiB |");
    println!("| answered and not in the store | {lost} |");
    assert_eq!(lost, 0);
}
