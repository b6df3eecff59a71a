//! Tasks of the two templates that keep things, on the embedded host: buckets, and a
//! real PostgreSQL.

#![cfg(feature = "local")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

mod component;
mod database;

#[path = "stores/buckets.rs"]
mod buckets;
#[path = "stores/tables.rs"]
mod tables;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use pelato::runtime::{Bus, Code, Compiler, Event, Host, Message, Observer, Options, Runtime, Stores, Task};

/// A component of `template`, ready to run.
async fn code(template: &str, code: &str) -> Code {
    let options = Options {
        compiler: Compiler::Quick,
        ..Options::default()
    };
    let wasm = component::component(template, code).await;
    Runtime::new(&options).unwrap().load(wasm).await.unwrap()
}

/// A host with one task, and what came of each message.
struct Running {
    host: Host,
    events: Arc<Mutex<Vec<Event>>>,
}

impl Running {
    /// Runs `code`, one message after the other, on all subjects below `in`.
    async fn start(code: &Code, config: &[(&str, &str)], stores: Stores, instances: usize) -> Self {
        let events = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&events);
        let observer = Observer::new(move |event| heard.lock().unwrap().push(event));
        let host = Host::new(Bus::memory(1 << 20), observer);
        let task = Task {
            name: "task".into(),
            component_name: "task".into(),
            code: code.clone(),
            config: config
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            stores,
            subscriptions: vec![("in.>".into(), None)],
            address: None,
            request_limit: Duration::from_secs(5),
            instances,
        };
        host.put(task).await.unwrap();
        Self { host, events }
    }

    async fn send(&self, subject: &str, body: impl Into<Vec<u8>>) {
        let message = Message::new(subject, body.into());
        self.host.bus().publish(message).await.unwrap();
    }

    /// Waits until all that was sent is handled: why messages failed, a line for each.
    async fn failures(self) -> String {
        self.host.clear().await;
        let events = self.events.lock().unwrap();
        let lines = events.iter().filter_map(|event| match event {
            Event::Handled { subject, error, .. } => error.as_ref().map(|error| format!("{subject}: {error}")),
            _ => None,
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}
