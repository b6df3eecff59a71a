//! One message or request → a fresh instance → its answer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tokio::time::timeout;
use wasmtime::Trap;
use wasmtime_wasi::I32Exit;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::{WasiBody, WasiHttpView};

use super::bindings::wasmcloud::messaging::types::BrokerMessage;
use super::bus::Message;
use super::log::Log;
use super::state::State;
use super::{CallError, Code, Surroundings};

impl Code {
    /// Gives `message` to a new instance and waits until it is done with it.
    pub async fn message(&self, surroundings: &Arc<Surroundings>, message: Message) -> Result<(), CallError> {
        let task = self
            .messages
            .as_ref()
            .ok_or(CallError::NotOffered("handler for messages"))?;
        // The semaphore is never closed.
        let _room = self.runtime.room().acquire().await;
        let mut store = State::store(&self.runtime, surroundings);
        let log = store.data().log.clone();
        let call = async {
            let task = task.instantiate_async(&mut store).await?;
            let handler = task.wasmcloud_messaging_handler();
            handler.call_handle_message(&mut store, &broker_message(message)).await
        };
        let limit = self.runtime.limits().time;
        match timeout(limit, call).await {
            Ok(Ok(handled)) => handled.map_err(CallError::Refused),
            Ok(Err(error)) => Err(ended(&error, &log)),
            Err(_) => Err(CallError::TooLong(limit)),
        }
    }

    /// Gives an HTTP request to a new instance. The answer comes with its head; the
    /// instance goes on until its body is written, for `limit` at most.
    pub async fn request<B>(
        &self,
        surroundings: &Arc<Surroundings>,
        request: Request<B>,
        limit: Duration,
    ) -> Result<Response<WasiBody>, CallError>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<wasmtime_wasi_http::Error>,
    {
        let proxy = self.requests.clone().ok_or(CallError::NotOffered("handler for HTTP"))?;
        let mut store = State::store(&self.runtime, surroundings);
        let log = store.data().log.clone();
        let (sender, answer) = tokio::sync::oneshot::channel();
        let runtime = self.runtime.clone();
        let limit = limit.min(runtime.limits().time);
        let work = tokio::spawn(async move {
            let _room = runtime.room().acquire().await;
            let call = async {
                let request = store.data_mut().http().new_incoming_request(Scheme::Http, request)?;
                let outparam = store.data_mut().http().new_response_outparam(sender)?;
                let proxy = proxy.instantiate_async(&mut store).await?;
                proxy
                    .wasi_http_incoming_handler()
                    .call_handle(&mut store, request, outparam)
                    .await
            };
            match timeout(limit, call).await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => Err(ended(&error, &log)),
                Err(_) => Err(CallError::TooLong(limit)),
            }
        });
        match answer.await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(code)) => Err(CallError::Refused(code.to_string())),
            // It is gone without an answer: how it ended says why.
            Err(_) => Err(match work.await {
                Ok(Ok(())) => CallError::Ended("it gave no answer".to_owned()),
                Ok(Err(error)) => error,
                Err(panic) => CallError::Ended(panic.to_string()),
            }),
        }
    }
}

fn broker_message(message: Message) -> BrokerMessage {
    BrokerMessage {
        subject: message.subject,
        body: message.body.into(),
        reply_to: message.reply_to,
    }
}

/// Why an instance came to an end, in a line.
fn ended(error: &wasmtime::Error, log: &Log) -> CallError {
    let said = log.last_words();
    let reason = if let Some(exit) = error.downcast_ref::<I32Exit>() {
        match said {
            Some(said) => said,
            None => format!("it ended itself with exit status {}", exit.0),
        }
    } else if let Some(trap) = error.downcast_ref::<Trap>() {
        match (trap, said) {
            (_, Some(said)) => said,
            (Trap::StackOverflow, None) => "call stack exhausted: it calls itself too deeply".to_owned(),
            (trap, None) => trap.to_string(),
        }
    } else {
        // What is around it is where the code was, in numbers.
        error.root_cause().to_string()
    };
    CallError::Ended(reason)
}
