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

/// Messages that are kept. A task publishes one for each that it gets; a thousand
/// at once are a mistake, or meant to fill the memory.
const MOST: usize = 64;

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
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        if messages.len() >= MOST {
            return Err(BusError::TooMany(MOST));
        }
        messages.push(message);
        Ok(())
    }
}
