//! Where tasks run.

use std::any::Any;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use pelato::runtime::{Bus, Message, Subscription};

use super::wire::{Answer, Connection};

/// The most bytes that a place's bus carries. It is more than tasks take, so that
/// what they say to the rest is heard.
pub(crate) const MAX_PAYLOAD: usize = 32 << 20;

/// How long a task may work on one message.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(5);

/// How long a case waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the tasks of [`super::deployments`] run.
pub(crate) struct Place {
    /// What their messages go over.
    pub(crate) bus: Bus,
    /// What their subjects begin with.
    pub(crate) prefix: &'static str,
    /// Where the one that answers requests listens.
    pub(crate) address: SocketAddr,
    /// All that was logged until now, by each host.
    pub(crate) log: Box<dyn Fn() -> Vec<String> + Send + Sync>,
    /// What a client gets whose instance ended.
    pub(crate) gone: Gone,
    /// Where the tasks of [`super::keepers`] keep things, where they run too.
    pub(crate) kept: Option<Kept>,
    /// What has to live for as long as the place.
    pub(crate) _keep: Box<dyn Any + Send + Sync>,
}

/// What tasks have written, as a test finds it.
pub(crate) struct Kept {
    /// The value of a key of the bucket, if it has one.
    pub(crate) value: Box<dyn Fn(String) -> BoxFuture<'static, Option<Vec<u8>>> + Send + Sync>,
    /// A connection to the database.
    pub(crate) database: tokio_postgres::Client,
}

/// What a client gets whose instance ended before it gave an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gone {
    /// 500, or 408 where it took too long, as wasmCloud's external HTTP server says.
    Answered,
    /// Nothing: the HTTP server within wasmCloud's hosts closes the connection.
    Closed,
}

/// How much had been logged at some moment.
pub(crate) struct Mark(Vec<usize>);

impl Place {
    /// A subject of this place's tasks.
    pub(crate) fn subject(&self, name: &str) -> String {
        format!("{}.{name}", self.prefix)
    }

    /// Gives a message to the relaying task.
    pub(crate) async fn send(&self, body: impl Into<Bytes>) {
        let message = Message::new(self.subject("relay.in"), body);
        self.bus.publish(message).await.unwrap();
    }

    /// Gives it a message and waits for the answer.
    pub(crate) async fn ask(&self, body: impl Into<Bytes>) -> Bytes {
        match self.bus.request(self.subject("relay.in"), body.into(), PATIENCE).await {
            Ok(answer) => answer.body,
            // Whoever lost it says so there.
            Err(error) => panic!("{error}; the hosts said last:\n{}", self.last_words()),
        }
    }

    fn last_words(&self) -> String {
        let log = (self.log)();
        let last = log.iter().map(|log| {
            let lines: Vec<&str> = log.lines().collect();
            lines[lines.len().saturating_sub(40)..].join("\n")
        });
        last.collect::<Vec<_>>().join("\n\n")
    }

    /// Gives a message to one of the tasks that keep things, `keep` or `write`.
    pub(crate) async fn give(&self, task: &str, body: impl Into<Bytes>) {
        let message = Message::new(self.subject(&format!("{task}.in")), body);
        self.bus.publish(message).await.unwrap();
    }

    /// Waits until a key has a value, and gives it.
    pub(crate) async fn value(&self, key: &str) -> Vec<u8> {
        let kept = self.kept.as_ref().unwrap();
        eventually(key, async || (kept.value)(key.to_owned()).await).await
    }

    /// Waits until a row has that name, and gives its note.
    pub(crate) async fn note(&self, name: &str) -> Option<String> {
        let database = &self.kept.as_ref().unwrap().database;
        let select = format!("SELECT note FROM {}_rows WHERE name = $1", self.prefix);
        eventually(name, async || database.query_opt(&select, &[&name]).await.unwrap())
            .await
            .get(0)
    }

    /// Listens on a subject of this place's tasks.
    pub(crate) async fn listen(&self, name: &str) -> Inbox {
        let subject = self.subject(name);
        Inbox(self.bus.subscribe(&subject, None).await.unwrap())
    }

    /// A connection to the task that answers requests.
    pub(crate) async fn connect(&self) -> Connection {
        Connection::open(self.address).await
    }

    /// What a POST is answered; none where the connection is closed without an answer.
    pub(crate) async fn post(&self, body: &[u8]) -> Option<Answer> {
        self.connect().await.post(body).await
    }

    /// How much has been logged until now.
    pub(crate) fn mark(&self) -> Mark {
        Mark((self.log)().iter().map(String::len).collect())
    }

    /// Waits until one of `texts` is logged after `mark`.
    pub(crate) async fn logged(&self, mark: &Mark, texts: &[&str]) {
        let end = Instant::now() + PATIENCE;
        loop {
            let log = (self.log)();
            let new: Vec<&str> = log.iter().zip(&mark.0).map(|(log, &from)| &log[from..]).collect();
            if texts.iter().any(|text| new.iter().any(|log| log.contains(text))) {
                return;
            }
            assert!(
                Instant::now() < end,
                "none of {texts:?} is logged, but {}",
                new.concat()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Waits until there is something.
async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < end, "{what} never came");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Messages that come.
pub(crate) struct Inbox(Subscription);

impl Inbox {
    /// The next message.
    pub(crate) async fn next(&mut self) -> Message {
        let next = tokio::time::timeout(PATIENCE, self.0.next()).await;
        next.expect("a message in time").expect("a message")
    }

    /// The next message's body.
    pub(crate) async fn body(&mut self) -> Bytes {
        self.next().await.body
    }
}
