//! `wasmcloud:messaging/consumer`.

use std::time::Duration;

use crate::runtime::bindings::wasmcloud::messaging::consumer::Host;
use crate::runtime::bindings::wasmcloud::messaging::types::{self, BrokerMessage};
use crate::runtime::bus::Message;
use crate::runtime::event::Event;
use crate::runtime::state::State;

impl types::Host for State {}

impl Host for State {
    async fn publish(&mut self, message: BrokerMessage) -> wasmtime::Result<Result<(), String>> {
        let (subject, bytes) = (message.subject.clone(), message.body.len());
        let message = Message {
            subject: message.subject,
            body: message.body.into(),
            reply_to: message.reply_to,
        };
        let published = self.surroundings.bus.publish(message).await;
        if published.is_ok() {
            self.surroundings.observer.tell(Event::Published {
                task: self.surroundings.task.clone(),
                subject,
                bytes,
            });
        }
        Ok(published.map_err(|error| error.to_string()))
    }

    async fn request(
        &mut self,
        subject: String,
        body: Vec<u8>,
        timeout_ms: u32,
    ) -> wasmtime::Result<Result<BrokerMessage, String>> {
        let limit = Duration::from_millis(timeout_ms.into());
        let answer = self.surroundings.bus.request(subject, body.into(), limit).await;
        Ok(answer
            .map(|answer| BrokerMessage {
                subject: answer.subject,
                body: answer.body.into(),
                reply_to: answer.reply_to,
            })
            .map_err(|error| error.to_string()))
    }
}
