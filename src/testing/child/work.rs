//! The child's side: a request comes in, cases run, an answer goes out.

use std::io::{BufReader, Read};
use std::sync::Arc;

use tokio::sync::{Semaphore, oneshot};

use super::limits;
use super::wire::{Answer, Request};
use crate::runtime::{Compiler, Limits, Options, Runtime};
use crate::testing::{Cases, run};

/// Reads one request from `input`, runs its cases and gives the answer to write.
/// None where `input` closed before that: the parent is gone, and nobody waits.
///
/// # Errors
/// Where what came is no request.
pub async fn work(input: impl Read + Send + 'static) -> std::io::Result<Option<Vec<u8>>> {
    limits::at_the_start();
    let (request, asked) = oneshot::channel();
    let (closed, gone) = oneshot::channel();
    // Its own thread: nobody waits for it when the process ends.
    std::thread::spawn(move || {
        let mut input = BufReader::new(input);
        let _ = request.send(Request::read(&mut input));
        while matches!(input.read(&mut [0; 64]), Ok(1..)) {}
        let _ = closed.send(());
    });
    let (request, wasm) = asked.await.map_err(std::io::Error::other)??;
    tokio::select! {
        answer = answer(request, wasm) => Ok(Some(serde_json::to_vec(&answer)?)),
        _ = gone => Ok(None),
    }
}

async fn answer(request: Request, wasm: Vec<u8>) -> Answer {
    let instances = Limits {
        instances: u32::try_from(request.width).unwrap_or(1),
        time: Cases::MOST_TIME,
        ..Limits::default()
    };
    limits::for_work(request.time, request.width, instances.memory);
    let runtime = Runtime::new(&Options {
        // Strangers' code: what is tried longest, and nothing kept on this disk.
        compiler: Compiler::Thorough,
        limits: instances,
        cache: None,
    });
    let code = match runtime {
        Ok(runtime) => runtime.load(wasm).await,
        Err(error) => Err(error),
    };
    let code = match code {
        Ok(code) => code,
        Err(error) => return Answer::Load(error.to_string()),
    };
    limits::no_more_processes();
    let room = Arc::new(Semaphore::new(request.width));
    Answer::Results(run(&code, &request.component_name, &request.config, &request.cases, &room).await)
}
