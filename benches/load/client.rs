//! Deliveries over connections that are kept, one after the other on each of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pelato::forge::ForgeKind;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::server::{SECRET, Server};
use crate::webhook::{Push, Webhook};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Good,
    Bad,
}

/// What was seen of a time under load.
pub(crate) struct Seen {
    all: Duration,
    /// Of each answer, sorted.
    times: Vec<Duration>,
}

impl Seen {
    pub(crate) fn of(mut times: Vec<Duration>, all: Duration) -> Self {
        times.sort();
        Self { all, times }
    }

    /// Answers in a second.
    pub(crate) fn rate(&self) -> f64 {
        self.rate_with(Duration::ZERO)
    }

    /// The same, with what came after the last answer.
    pub(crate) fn rate_with(&self, rest: Duration) -> f64 {
        self.times.len() as f64 / (self.all + rest).as_secs_f64()
    }

    pub(crate) fn millis(&self, part: f64) -> f64 {
        let index = (self.times.len() as f64 * part) as usize;
        let time = self.times.get(index.min(self.times.len().saturating_sub(1)));
        time.map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
    }
}

/// Keeps so many connections busy for a time.
pub(crate) async fn load(server: &Server, kind: Kind, connections: usize, time: Duration) -> Seen {
    let number = Arc::new(AtomicUsize::new(0));
    let expected: &[u16] = match kind {
        Kind::Good => &[200, 202],
        // adnanh/webhook calls a wrong signature an error of its own.
        Kind::Bad => &[401, 500],
    };
    let begun = Instant::now();
    let senders: Vec<_> = (0..connections)
        .map(|_| {
            let (address, path, number) = (server.address, server.path, Arc::clone(&number));
            tokio::spawn(async move {
                let mut connection = Connection::open(address).await;
                let mut times = Vec::new();
                while begun.elapsed() < time {
                    let request = request(path, number.fetch_add(1, Ordering::Relaxed), kind);
                    let sent = Instant::now();
                    let (status, _) = connection.answer(&request).await;
                    times.push(sent.elapsed());
                    assert!(expected.contains(&status), "{status}");
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for sender in senders {
        times.extend(sender.await.unwrap());
    }
    Seen::of(times, begun.elapsed())
}

/// A push of a commit of its own, under an id of its own.
pub(crate) fn request(path: &str, number: usize, kind: Kind) -> Vec<u8> {
    let after = format!("{:040x}", number + 1);
    let push = Push {
        repository: "ci/r",
        branch: "main",
        before: "0000000000000000000000000000000000000000",
        after: &after,
        message: "Warm up",
    };
    let webhook = Webhook::of(ForgeKind::GitHub, format!("delivery-{number}"), &push).signed(match kind {
        Kind::Good => SECRET,
        Kind::Bad => "wrong",
    });
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {}\r\n",
        webhook.body.len()
    );
    for (name, value) in webhook.headers() {
        request += &format!("{name}: {value}\r\n");
    }
    let mut request = (request + "\r\n").into_bytes();
    request.extend(&webhook.body);
    request
}

pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: std::net::SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    /// Sends a request, and reads its answer: the status and the body.
    pub(crate) async fn answer(&mut self, request: &[u8]) -> (u16, Vec<u8>) {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        loop {
            let mut piece = [0; 4096];
            let size = self.stream.read(&mut piece).await.unwrap();
            assert!(size > 0, "the server hung up");
            self.buffer.extend_from_slice(&piece[..size]);
            let Some(head) = self.buffer.windows(4).position(|end| end == b"\r\n\r\n") else {
                continue;
            };
            let text = String::from_utf8_lossy(&self.buffer[..head]).to_ascii_lowercase();
            let length: usize = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .map_or(0, |length| length.trim().parse().unwrap());
            if self.buffer.len() >= head + 4 + length {
                let status = text.split(' ').nth(1).unwrap().parse().unwrap();
                return (status, self.buffer[head + 4..].to_vec());
            }
        }
    }
}
