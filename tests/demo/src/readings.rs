//! A sensor's readings going in, and what comes out at the other end.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::time::timeout;

use crate::place::Ear;
use crate::show::Show;

/// How long a message may take through both tasks.
const LIMIT: Duration = Duration::from_secs(10);

/// For how long nothing must come.
const SILENCE: Duration = Duration::from_millis(500);

/// The way from the sensor to the last subject.
pub(crate) struct Readings {
    url: String,
    subject: String,
    messages: Ear,
    client: reqwest::Client,
    /// When the last reading was posted.
    sent: Instant,
}

impl Readings {
    /// Readings go to the component at `address`, as the run tells it, and are
    /// awaited on `subject`, where `messages` come from.
    pub(crate) fn new(messages: Ear, subject: &str, address: &str) -> Self {
        Self {
            url: format!("http://{}/", address.replace("0.0.0.0", "127.0.0.1")),
            subject: subject.to_owned(),
            messages,
            client: reqwest::Client::new(),
            sent: Instant::now(),
        }
    }

    /// Posts a reading and prints the answer.
    pub(crate) async fn send(&mut self, show: &Show, reading: &str) -> anyhow::Result<()> {
        self.sent = Instant::now();
        let answer = self.client.post(&self.url).body(reading.to_owned()).send().await;
        let answer = answer.with_context(|| format!("the component does not answer at {}", self.url))?;
        let status = answer.status();
        let body = answer.text().await?;
        show.fact("POST", format!("{}  {reading}", self.url));
        show.fact("answer", format!("{}  {body}", status.as_u16()));
        if !status.is_success() {
            bail!("the component answered {status}");
        }
        Ok(())
    }

    /// Waits for the next message, which is to hold `wanted`, and prints it.
    pub(crate) async fn comes_out(&mut self, show: &Show, wanted: &str) -> anyhow::Result<()> {
        let message = timeout(LIMIT, self.messages.next()).await;
        let Ok(Some(message)) = message else {
            bail!("nothing came out at {} within {} s", self.subject, LIMIT.as_secs());
        };
        let text = String::from_utf8_lossy(&message).into_owned();
        let after = self.sent.elapsed().as_millis();
        show.fact("out", format!("{}  {text}  {after} ms after the POST", self.subject));
        if !text.contains(wanted) {
            bail!("{wanted} was to come out at {}, not {text}", self.subject);
        }
        Ok(())
    }

    /// Makes sure that nothing comes out.
    pub(crate) async fn nothing_comes_out(&mut self, show: &Show) -> anyhow::Result<()> {
        if let Ok(Some(message)) = timeout(SILENCE, self.messages.next()).await {
            bail!(
                "nothing was to come out at {}, but {} did",
                self.subject,
                String::from_utf8_lossy(&message)
            );
        }
        show.fact("out", format!("{}  nothing: the filter dropped it", self.subject));
        Ok(())
    }
}
