//! A sensor that says its readings all the time, and hears what comes of them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio_util::sync::CancellationToken;

/// Fifty a second.
const PACE: Duration = Duration::from_millis(20);
/// How long an answer may take that is not lost.
const LATE: Duration = Duration::from_secs(3);

#[derive(Default)]
struct Seen {
    sent: u32,
    answered: BTreeSet<u32>,
    last: String,
}

pub(crate) struct Readings {
    seen: Arc<Mutex<Seen>>,
    stop: CancellationToken,
}

impl Readings {
    /// Begins to send on this server. NATS names the side that answers in the subject.
    pub(crate) async fn send(nats: &str) -> Self {
        let client = async_nats::connect(nats).await.unwrap();
        let mut warm = client.subscribe("readings.warm.*").await.unwrap();
        client.flush().await.unwrap();
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let stop = CancellationToken::new();
        let heard = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Some(message) = warm.next().await {
                let text = String::from_utf8(message.payload.to_vec()).unwrap();
                let (number, says) = text.split_once(' ').unwrap();
                let side = message.subject.rsplit('.').next().unwrap();
                let mut seen = heard.lock().unwrap();
                seen.answered.insert(number.parse().unwrap());
                seen.last = format!("{says} {side}");
            }
        });
        let (sends, stopped) = (Arc::clone(&seen), stop.clone());
        tokio::spawn(async move {
            let mut pace = tokio::time::interval(PACE);
            while !stopped.is_cancelled() {
                pace.tick().await;
                let number = {
                    let mut seen = sends.lock().unwrap();
                    seen.sent += 1;
                    seen.sent
                };
                client.publish("readings", format!("{number} 25").into()).await.unwrap();
            }
        });
        Self { seen, stop }
    }

    /// What came last, and from which side.
    pub(crate) fn last(&self) -> String {
        self.seen.lock().unwrap().last.clone()
    }

    /// How many were sent, and which of them nobody answered.
    pub(crate) async fn end(self) -> (u32, Vec<u32>) {
        self.stop.cancel();
        tokio::time::sleep(LATE).await;
        let seen = self.seen.lock().unwrap();
        let lost = (1..=seen.sent)
            .filter(|number| !seen.answered.contains(number))
            .collect();
        (seen.sent, lost)
    }
}
