//! Ten thousand connections that say nothing.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::process::{DEADLINE, Place, webhook};

#[tokio::test]
async fn ten_thousand_idle_connections_cost_little_and_keep_nobody_out() {
    let place = Place::new("file:///no/such/repository.git", "");
    let server = place.serve(&[]).await;
    let run = server.push(1).await;
    server.until(&run, "error").await;
    let before = server.memory();
    let address = server.address();
    let mut coming = JoinSet::new();
    for _ in 0..10_000 {
        // Past the cap and the system's backlog they wait outside.
        coming.spawn(async move { tokio::time::timeout(Duration::from_secs(5), TcpStream::connect(address)).await });
    }
    let mut idle = Vec::new();
    let mut most = before;
    while let Some(came) = coming.join_next().await {
        if let Ok(Ok(stream)) = came.unwrap() {
            idle.push(stream);
        }
        if idle.len().is_multiple_of(500) {
            most = most.max(server.memory());
        }
    }
    assert!(idle.len() >= 1_024, "{} came in", idle.len());
    most = most.max(server.memory());
    assert!(most - before < 64 << 20, "{before} bytes before, {most} with them");
    // They are sent away after ten seconds each, and a forge's turn comes.
    let (status, answer) = tokio::time::timeout(DEADLINE, webhook(2, "main").send(&server.url))
        .await
        .unwrap();
    assert_eq!(status, 202, "{answer}");
    drop(idle);
}
