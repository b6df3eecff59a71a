//! An open connection, and what to say when it fails.

use std::sync::{Arc, Mutex, PoisonError};

use async_nats::connection::State;
use async_nats::{Client, RequestError};

use super::DeployError;
use super::rolling::SUBJECT;

/// The last thing that the server refused. It says so beside the request,
/// which just gets no answer.
pub(super) type Refusal = Arc<Mutex<Option<String>>>;

/// One NATS connection, shared by wadm's client and the control interface.
#[derive(Clone)]
pub(super) struct Connection {
    pub(super) client: Client,
    /// For messages: without user and password.
    pub(super) url: String,
    tried: String,
    refusal: Refusal,
}

impl Connection {
    pub(super) fn new(client: Client, url: String, tried: String, refusal: Refusal) -> Self {
        Self {
            client,
            url,
            tried,
            refusal,
        }
    }

    pub(super) fn no_refusal() -> Refusal {
        Refusal::default()
    }

    /// Remembers what the server said, where it is about what we may do.
    pub(super) fn note(refusal: &Refusal, said: &str) {
        // Without `pelato.roll` we go without: it is no part of the lattice.
        if said.to_ascii_lowercase().contains("permissions violation") && !said.contains(SUBJECT) {
            *refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(said.to_owned());
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    /// Why `error` is not the silence of whom we asked, if it is not.
    pub(super) fn at_fault(&self, error: &RequestError) -> Option<DeployError> {
        if !self.is_open() {
            return Some(DeployError::Unreachable {
                url: self.url.clone(),
                reason: format!("the connection was lost ({error})"),
            });
        }
        let refusal = self.refusal.lock().unwrap_or_else(PoisonError::into_inner);
        refusal.clone().map(|reason| DeployError::NotAllowed {
            url: self.url.clone(),
            tried: self.tried.clone(),
            reason,
        })
    }

    /// For failures other than an unanswered request.
    pub(super) fn broken(&self, error: impl std::fmt::Display) -> DeployError {
        DeployError::Unreachable {
            url: self.url.clone(),
            reason: error.to_string(),
        }
    }
}
