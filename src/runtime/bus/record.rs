//! Messages that go nowhere, written down.

use std::sync::{Arc, Mutex, PoisonError};

use super::Message;
use crate::runtime::BusError;

/// Messages that go nowhere, written down.
#[derive(Clone, Debug)]
pub struct Record {
    limit: usize,
    messages: Arc<Mutex<Vec<Message>>>,
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
        std::mem::take(&mut self.messages.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn publish(&self, message: Message) -> Result<(), BusError> {
        if message.body.len() > self.limit {
            return Err(BusError::TooLarge {
                bytes: message.body.len(),
                limit: self.limit,
            });
        }
        self.messages
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(message);
        Ok(())
    }
}
