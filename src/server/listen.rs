//! Taking connections, within bounds, until the shutdown.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::sender::Peer;

/// The bounds of connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connections {
    /// So many at once (`limits.connections`); more wait in the system's backlog.
    pub most: usize,
    /// How long a request's head may take, and a connection may be idle.
    pub head_time: Duration,
    /// How long open requests may go on after the shutdown began.
    pub grace: Duration,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            most: 1024,
            head_time: Duration::from_secs(10),
            grace: Duration::from_secs(10),
        }
    }
}

/// Serves `router` on `listener` until `shutdown`, then finishes the open requests.
///
/// HTTP/1 only: forges and proxies speak it, and its limits are simpler.
pub async fn serve(listener: TcpListener, router: Router, connections: Connections, shutdown: CancellationToken) {
    let room = Arc::new(Semaphore::new(connections.most));
    let open = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(connections.head_time);
    loop {
        let place = tokio::select! {
            () = shutdown.cancelled() => break,
            // The semaphore is never closed.
            Ok(place) = Arc::clone(&room).acquire_owned() => place,
        };
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, mostly: it gets better when some close.
                tracing::warn!(%error, "cannot take a connection");
                sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let peer = Peer(address.ip());
        let router = TowerToHyperService::new(router.clone());
        let service = service_fn(move |mut request| {
            request.extensions_mut().insert(peer);
            router.call(request)
        });
        let connection = open.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended badly");
            }
            drop(place);
        });
    }
    drop(listener);
    if timeout(connections.grace, open.shutdown()).await.is_err() {
        tracing::warn!("some requests were still open at the shutdown");
    }
}
