//! HTTP: one server for each address, whoever listens there.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use wasmtime_wasi_http::WasiBody;

use super::HostError;
use super::task::Current;
use crate::runtime::CallError;
use crate::runtime::event::Event;

/// How long requests that have begun are given when a server closes.
const DRAIN: std::time::Duration = std::time::Duration::from_secs(10);

/// How long a client may take for the head of a request, or leave an open
/// connection idle.
const HEADER_LIMIT: std::time::Duration = std::time::Duration::from_secs(60);

/// How many clients are connected to one address at once. What comes on top waits.
const CONNECTIONS: usize = 1_024;

/// How long nobody is taken after one could not be.
const AGAIN: std::time::Duration = std::time::Duration::from_millis(10);

/// The servers of a host.
#[derive(Debug, Default)]
pub(super) struct Servers(Mutex<BTreeMap<SocketAddr, Server>>);

/// Who answers on one address: the tasks of one component, each for a target.
#[derive(Debug)]
struct Server {
    component_name: String,
    tasks: Arc<Tasks>,
    close: CancellationToken,
    /// Cancelled once the address is free again.
    closed: CancellationToken,
    work: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Tasks {
    members: RwLock<Vec<(String, Current)>>,
    turn: AtomicUsize,
}

impl Tasks {
    /// They take turns.
    fn next(&self) -> Option<Current> {
        let members = self.members.read().unwrap_or_else(PoisonError::into_inner);
        let turn = self.turn.fetch_add(1, Ordering::Relaxed).checked_rem(members.len())?;
        Some(members[turn].1.clone())
    }
}

impl Servers {
    /// `task` answers on `address`, beside others of the same component.
    pub(super) async fn join(
        &self,
        address: SocketAddr,
        task: &str,
        component_name: &str,
        current: Current,
    ) -> Result<(), HostError> {
        let mut servers = self.0.lock().await;
        if let Some(server) = servers.get(&address)
            && server.component_name != component_name
        {
            return Err(HostError::Taken {
                address,
                by: server.component_name.clone(),
            });
        }
        let tasks = match servers.get(&address) {
            Some(server) => Arc::clone(&server.tasks),
            None => {
                let listener = TcpListener::bind(address)
                    .await
                    .map_err(|reason| HostError::Address { address, reason })?;
                let tasks = Arc::new(Tasks::default());
                let (close, closed) = (CancellationToken::new(), CancellationToken::new());
                let serving = serve(listener, Arc::clone(&tasks), close.clone(), closed.clone());
                let server = Server {
                    component_name: component_name.to_owned(),
                    tasks: Arc::clone(&tasks),
                    work: tokio::spawn(serving),
                    close,
                    closed,
                };
                servers.insert(address, server);
                tasks
            }
        };
        let mut members = tasks.members.write().unwrap_or_else(PoisonError::into_inner);
        members.push((task.to_owned(), current));
        Ok(())
    }

    /// `task` no longer answers on `address`. The last one closes it: the address is
    /// free then, and what is given back ends with the last answer.
    pub(super) async fn leave(&self, address: SocketAddr, task: &str) -> Option<JoinHandle<()>> {
        let mut servers = self.0.lock().await;
        let server = servers.get(&address)?;
        let last = {
            let mut members = server.tasks.members.write().unwrap_or_else(PoisonError::into_inner);
            match members.len() {
                1 => true,
                _ => {
                    members.retain(|(name, _)| name != task);
                    false
                }
            }
        };
        let server = last.then(|| servers.remove(&address)).flatten()?;
        server.close.cancel();
        server.closed.cancelled().await;
        Some(server.work)
    }
}

async fn serve(listener: TcpListener, tasks: Arc<Tasks>, close: CancellationToken, closed: CancellationToken) {
    let connections = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            () = close.cancelled() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        match accepted {
            Ok((stream, place)) => connect(stream, place, Arc::clone(&tasks), &connections),
            // One that is gone before it is taken concerns nobody else. Where the
            // process has no more files, it may have some a moment later.
            Err(_) => sleep(AGAIN).await,
        }
    }
    drop(listener);
    closed.cancel();
    // Requests that have begun are answered.
    let _ = timeout(DRAIN, connections.shutdown()).await;
}

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> std::io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await;
    let place = place.map_err(std::io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    // The head of an answer and its body are written apart.
    stream.set_nodelay(true)?;
    Ok((stream, place))
}

fn connect(stream: TcpStream, place: OwnedSemaphorePermit, tasks: Arc<Tasks>, connections: &GracefulShutdown) {
    let answering = service_fn(move |request| {
        let tasks = Arc::clone(&tasks);
        async move { Ok::<_, Infallible>(answer(request, &tasks).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_LIMIT)
        .serve_connection(TokioIo::new(stream), answering);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        // A client that breaks its connection off concerns nobody else.
        let _ = connection.await;
        drop(place);
    });
}

async fn answer(request: Request<Incoming>, tasks: &Tasks) -> Response<WasiBody> {
    let Some(current) = tasks.next() else {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "no task answers here\n");
    };
    let version = Arc::clone(&current.borrow());
    let came = Instant::now();
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let limit = version.request_limit;
    let answered = match Arc::clone(&version.instances).acquire_owned().await {
        Ok(_turn) => version.code.request(&version.surroundings, request, limit).await,
        Err(_) => Err(CallError::NotOffered("instances")),
    };
    let (response, error) = match answered {
        Ok(response) => (response, None),
        // As wasmCloud's HTTP server answers.
        Err(error @ CallError::TooLong(_)) => (
            plain(StatusCode::REQUEST_TIMEOUT, "the task took too long\n"),
            Some(error),
        ),
        Err(error) => (plain(StatusCode::INTERNAL_SERVER_ERROR, "task failed\n"), Some(error)),
    };
    let surroundings = &version.surroundings;
    surroundings.observer.tell(Event::Answered {
        task: surroundings.task.clone(),
        method,
        path,
        status: response.status().as_u16(),
        took: came.elapsed(),
        error: error.map(|error| error.to_string()),
    });
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<WasiBody> {
    let body = Full::new(Bytes::from_static(text.as_bytes()));
    let mut response = Response::new(body.map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response
}
