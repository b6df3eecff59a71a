//! Bytes on the wire that no polite client sends.

use std::time::Duration;

use pelato::forge::ForgeKind;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::time::timeout;

use super::door::{Door, plan};
use super::forge::FakeForge;
use super::push;

const DEADLINE: Duration = Duration::from_secs(30);

/// Opens a connection, sends `head`, lets `feed` go on sending while the answer is
/// read, and returns the answer as text.
async fn talk<F>(door: &Door, head: &str, feed: impl FnOnce(OwnedWriteHalf) -> F) -> String
where
    F: Future<Output = OwnedWriteHalf> + Send + 'static,
{
    let stream = TcpStream::connect(door.address).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    writer.write_all(head.as_bytes()).await.unwrap();
    let feeding = tokio::spawn(feed(writer));
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    timeout(DEADLINE, async {
        loop {
            // The other side may close before it has read all that was sent.
            match reader.read(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(size) => answer.extend_from_slice(&buffer[..size]),
            }
            if answer.windows(4).any(|end| end == b"\r\n\r\n") {
                break;
            }
        }
    })
    .await
    .unwrap();
    feeding.abort();
    String::from_utf8_lossy(&answer).into_owned()
}

fn head(extra: &str) -> String {
    format!(
        "POST /webhooks/github HTTP/1.1\r\nhost: 127.0.0.1\r\n\
         content-type: application/json\r\n{extra}\r\n\r\n"
    )
}

async fn still_serves(door: &Door) {
    let forge = FakeForge::start().await;
    let (status, answer) = push(&forge, ForgeKind::GitHub, "main", 'a').send(&door.url()).await;
    assert_eq!(status, 202, "{answer}");
    assert_eq!(door.runs().await, 1);
}

#[tokio::test]
async fn an_endless_body_is_refused_while_it_comes() {
    let door = Door::open().await;
    let answer = talk(&door, &head("transfer-encoding: chunked"), |mut writer| async move {
        let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
        // Without end: only an answer stops it.
        while writer.write_all(chunk.as_bytes()).await.is_ok() {}
        writer
    })
    .await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    still_serves(&door).await;
}

#[tokio::test]
async fn an_announced_size_past_the_limit_is_refused_before_it_comes() {
    let door = Door::open().await;
    let answer = talk(&door, &head("content-length: 30000000"), |writer| async move { writer }).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    still_serves(&door).await;
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_read() {
    let door = Door::open().await;
    let client = reqwest::Client::new();
    for (size, expected) in [(1024 * 1024, 401), (1024 * 1024 + 1, 413)] {
        let answer = client
            .post(format!("{}/webhooks/github", door.url()))
            .header("content-type", "application/json")
            .body("x".repeat(size))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), expected);
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let mut plan = plan();
    plan.settings.body_time = Duration::from_millis(200);
    let door = Door::open_with(plan).await;
    let answer = talk(&door, &head("content-length: 1000"), |mut writer| async move {
        let _ = writer.write_all(b"{").await;
        writer
    })
    .await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    still_serves(&door).await;
}

#[tokio::test]
async fn idle_connections_are_closed_and_do_not_keep_others_out() {
    let mut plan = plan();
    plan.connections.most = 20;
    plan.connections.head_time = Duration::from_millis(300);
    let door = Door::open_with(plan).await;
    let mut idle = Vec::new();
    for index in 0..100 {
        let mut stream = TcpStream::connect(door.address).await.unwrap();
        // Half of them never say anything, half never end their head.
        if index % 2 == 0 {
            let _ = stream.write_all(b"POST / HTTP/1.1\r\nx: y\r\n").await;
        }
        idle.push(stream);
    }
    timeout(DEADLINE, still_serves(&door)).await.unwrap();
    for mut stream in idle {
        let mut rest = Vec::new();
        // Closed, with a 408 or without a word.
        let _ = timeout(DEADLINE, stream.read_to_end(&mut rest)).await.unwrap();
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_stores_nothing() {
    let door = Door::open().await;
    let stream = TcpStream::connect(door.address).await.unwrap();
    let (_, mut writer) = stream.into_split();
    writer.write_all(head("content-length: 1000").as_bytes()).await.unwrap();
    writer.write_all(b"{\"repository\"").await.unwrap();
    drop(writer);
    still_serves(&door).await;
}

#[tokio::test]
async fn many_large_bodies_at_once_are_all_answered() {
    let door = Door::open().await;
    let client = reqwest::Client::new();
    let answers = futures_util::future::join_all((0..32).map(|_| {
        let request = client
            .post(format!("{}/webhooks/github", door.url()))
            .header("content-type", "application/json")
            .body("x".repeat(900_000));
        async move { request.send().await.unwrap().status().as_u16() }
    }))
    .await;
    assert_eq!(answers, [401; 32]);
    still_serves(&door).await;
}

#[tokio::test]
async fn a_shutdown_finishes_what_is_open_and_takes_nothing_new() {
    let door = Door::open().await;
    let forge = FakeForge::start().await;
    let webhook = push(&forge, ForgeKind::GitHub, "main", 'a');
    let mut extra = format!("content-length: {}\r\nconnection: close", webhook.body.len());
    for (name, value) in webhook.headers().iter().filter(|(name, _)| name != "Content-Type") {
        extra += &format!("\r\n{name}: {value}");
    }
    let stream = TcpStream::connect(door.address).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let half = webhook.body.len() / 2;
    writer.write_all(head(&extra).as_bytes()).await.unwrap();
    writer.write_all(&webhook.body[..half]).await.unwrap();
    // An answer to somebody else shows that the first half has arrived.
    assert_eq!(door.get("/healthz").await.0, 200);
    let address = door.address;
    let mut closing = tokio::spawn(door.close());
    timeout(DEADLINE, async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .unwrap();
    // The server has not ended: the process would, and this request with it.
    let ended = timeout(Duration::from_millis(100), &mut closing).await;
    assert!(ended.is_err());
    writer.write_all(&webhook.body[half..]).await.unwrap();
    let mut answer = String::new();
    timeout(DEADLINE, reader.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
    let folder = closing.await.unwrap();
    assert_eq!(Door::open_on(folder, plan()).await.runs().await, 1);
}
