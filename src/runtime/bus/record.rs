//! Messages that go nowhere, written down.

use std::sync::{Arc, Mutex, PoisonError};

use super::Message;
use crate::runtime::BusError;

/// How many bytes are written down until they are taken. Each message counts for at
/// least [`OVERHEAD`].
const ROOM: usize = 64 << 20;
const OVERHEAD: usize = 256;

/// Messages that go nowhere, written down.
#[derive(Clone, Debug)]
pub struct Record {
    limit: usize,
    messages: Arc<Mutex<Messages>>,
}

#[derive(Debug, Default)]
struct Messages {
    all: Vec<Message>,
    bytes: usize,
}

impl Record {
    /// Takes messages of up to `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            messages: Arc::default(),
        }
    }

    /// What was published since it was asked last, in order.
    pub fn take(&self) -> Vec<Message> {
        std::mem::take(&mut *self.messages.lock().unwrap_or_else(PoisonError::into_inner)).all
    }

    pub(super) fn publish(&self, message: Message) -> Result<(), BusError> {
        if message.body.len() > self.limit {
            return Err(BusError::TooLarge {
                bytes: message.body.len(),
                limit: self.limit,
            });
        }
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        let size = |message: &Message| message.body.len() + message.subject.len() + OVERHEAD;
        if messages.bytes + size(&message) > ROOM {
            return Err(BusError::Full);
        }
        messages.bytes += size(&message);
        messages.all.push(message);
        Ok(())
    }
}
