//! Messages of one subject → instances.

use std::sync::Arc;

use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::task::Current;
use crate::runtime::bus::{Message, Subscription};
use crate::runtime::event::Event;

/// Who listens on one subject for one task.
#[derive(Debug)]
pub(super) struct Listener {
    leave: CancellationToken,
    work: JoinHandle<()>,
}

impl Listener {
    pub(super) fn start(inbox: Subscription, current: Current) -> Self {
        let leave = CancellationToken::new();
        Self {
            work: tokio::spawn(listen(inbox, current, leave.clone())),
            leave,
        }
    }

    /// Takes no new messages, and waits until those that came are handled.
    pub(super) async fn stop(self) {
        self.leave.cancel();
        // It ends by itself; a panic in it is reported where it happens.
        let _ = self.work.await;
    }
}

async fn listen(mut inbox: Subscription, current: Current, leave: CancellationToken) {
    let mut begun = JoinSet::new();
    let mut open = true;
    loop {
        let message = tokio::select! {
            () = leave.cancelled(), if open => {
                open = false;
                inbox.close().await;
                continue;
            }
            Some(_) = begun.join_next() => continue,
            message = inbox.next() => message,
        };
        let Some(message) = message else { break };
        let came = Instant::now();
        // The version that is current when the message's turn comes.
        let version = Arc::clone(&current.borrow());
        let Ok(turn) = Arc::clone(&version.instances).acquire_owned().await else {
            break;
        };
        let observer = version.surroundings.observer.clone();
        let task = version.surroundings.task.clone();
        for _ in 0..inbox.dropped() {
            observer.tell(Event::Dropped {
                task: task.clone(),
                subject: message.subject.clone(),
            });
        }
        begun.spawn(async move {
            let Message { subject, body, .. } = message.clone();
            let handled = version.code.message(&version.surroundings, message).await;
            observer.tell(Event::Handled {
                task,
                subject,
                bytes: body.len(),
                took: came.elapsed(),
                error: handled.err().map(|error| error.to_string()),
            });
            drop(turn);
        });
    }
    while begun.join_next().await.is_some() {}
}
