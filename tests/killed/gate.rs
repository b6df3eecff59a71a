//! Where an answer can be held.

use std::sync::{Arc, Mutex};

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// When of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// It came, and nothing was done about it.
    Asked,
    /// Half of the answer was sent.
    Half,
    /// It was done, and nobody was told.
    Done,
}

/// What is asked of a part: `git GET /thermo.git/info/refs`, or `forge pelato/ask: success`.
type Wanted = Box<dyn Fn(&str) -> bool + Send>;

struct Armed {
    wanted: Wanted,
    when: When,
    arrived: oneshot::Sender<()>,
    released: CancellationToken,
}

/// What all parts ask before they answer. At most one answer is held at a time.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<Mutex<Option<Armed>>>);

/// An answer that is to be held. Dropped, it goes on.
pub(crate) struct Hold {
    gate: Gate,
    arrived: oneshot::Receiver<()>,
    released: CancellationToken,
}

impl Gate {
    /// Holds the next answer to what is `wanted`.
    pub(crate) fn hold(&self, when: When, wanted: impl Fn(&str) -> bool + Send + 'static) -> Hold {
        let (sender, receiver) = oneshot::channel();
        let released = CancellationToken::new();
        *self.0.lock().unwrap() = Some(Armed {
            wanted: Box::new(wanted),
            when,
            arrived: sender,
            released: released.clone(),
        });
        Hold {
            gate: self.clone(),
            arrived: receiver,
            released,
        }
    }

    /// Whether half of the answer is to be held.
    pub(crate) fn cuts(&self, asked: &str) -> bool {
        let armed = self.0.lock().unwrap();
        armed
            .as_ref()
            .is_some_and(|armed| armed.when == When::Half && (armed.wanted)(asked))
    }

    /// Comes back at once, or when the runner is dead.
    pub(crate) async fn pass(&self, when: When, asked: &str) {
        let armed = {
            let mut armed = self.0.lock().unwrap();
            armed.take_if(|armed| armed.when == when && (armed.wanted)(asked))
        };
        if let Some(armed) = armed {
            let _ = armed.arrived.send(());
            armed.released.cancelled().await;
        }
    }
}

impl Hold {
    /// Waits until it is held. Who gave the wait up may wait again.
    pub(crate) async fn came(&mut self) -> bool {
        (&mut self.arrived).await.is_ok()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        *self.gate.0.lock().unwrap() = None;
        self.released.cancel();
    }
}
