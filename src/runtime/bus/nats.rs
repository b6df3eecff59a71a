//! Messages over a real NATS.

use std::time::Duration;

use async_nats::{Client, Request, RequestErrorKind, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt;

use super::Message;
use crate::runtime::BusError;

/// Messages over a real NATS.
#[derive(Clone, Debug)]
pub struct Nats(Client);

impl From<Client> for Nats {
    fn from(client: Client) -> Self {
        Self(client)
    }
}

impl Nats {
    fn fits(&self, body: &Bytes) -> Result<(), BusError> {
        let limit = self.0.server_info().max_payload;
        match body.len() > limit {
            true => Err(BusError::TooLarge {
                bytes: body.len(),
                limit,
            }),
            false => Ok(()),
        }
    }

    pub(super) async fn publish(&self, message: Message) -> Result<(), BusError> {
        self.fits(&message.body)?;
        let published = match message.reply_to {
            None => self.0.publish(message.subject, message.body).await,
            Some(reply_to) => self.0.publish_with_reply(message.subject, reply_to, message.body).await,
        };
        published.map_err(|error| BusError::Nats(error.to_string()))
    }

    pub(super) async fn request(&self, subject: String, body: Bytes, limit: Duration) -> Result<Message, BusError> {
        self.fits(&body)?;
        // The client's own limit of 10 s does not count.
        let request = Request::new().payload(body).timeout(Some(limit));
        let answer = self.0.send_request(subject.clone(), request).await;
        answer.map(message).map_err(|error| match error.kind() {
            RequestErrorKind::NoResponders => BusError::NoResponders(subject),
            RequestErrorKind::TimedOut => BusError::NoAnswer(subject),
            _ => BusError::Nats(error.to_string()),
        })
    }

    pub(super) async fn subscribe(&self, subject: &str, queue: Option<&str>) -> Result<Inbox, BusError> {
        let subscribed = match queue {
            None => self.0.subscribe(subject.to_owned()).await,
            Some(queue) => self.0.queue_subscribe(subject.to_owned(), queue.to_owned()).await,
        };
        let inbox = subscribed
            .map(|subscriber| Inbox {
                subscriber,
                client: self.0.clone(),
            })
            .map_err(|error| BusError::Nats(error.to_string()))?;
        // The server has it before anyone is told that the task listens.
        let flushed = self.0.flush().await;
        flushed.map_err(|error| BusError::Nats(error.to_string()))?;
        Ok(inbox)
    }
}

/// What one listener has to read.
#[derive(Debug)]
pub struct Inbox {
    subscriber: Subscriber,
    client: Client,
}

/// How long messages are waited for that were on their way when the server was told that
/// nobody listens any more.
const UNDERWAY: Duration = Duration::from_millis(50);

impl Inbox {
    pub(super) async fn next(&mut self) -> Option<Message> {
        self.subscriber.next().await.map(message)
    }

    pub(super) async fn close(&mut self) {
        // These fail only where the connection is gone, and with it the listener.
        let _ = self.subscriber.drain().await;
        let _ = self.client.flush().await;
        // The client (0.39) ends what is drained when something next happens on its
        // connection, which on a quiet one is its ping, up to a minute later.
        tokio::time::sleep(UNDERWAY).await;
        let _ = self.client.flush().await;
    }
}

fn message(message: async_nats::Message) -> Message {
    Message {
        subject: message.subject.into_string(),
        body: message.payload,
        reply_to: message.reply.map(async_nats::Subject::into_string),
    }
}
