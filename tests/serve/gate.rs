//! An address where nobody listens, until somebody is let through.

use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::{TcpSocket, TcpStream, UnixStream};
use tokio_util::task::AbortOnDropHandle;

/// A port of its own: connections are refused until it is opened.
pub(crate) struct Gate {
    pub(crate) address: SocketAddr,
    socket: Option<TcpSocket>,
    passing: Option<AbortOnDropHandle<()>>,
}

impl Gate {
    pub(crate) fn shut() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        // Bound, so that nobody else gets it, and not listened to.
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self {
            address: socket.local_addr().unwrap(),
            socket: Some(socket),
            passing: None,
        }
    }

    /// Lets through to `to`: a socket's path, or `host:port`.
    pub(crate) async fn open(&mut self, to: &str) {
        let listener = self.socket.take().unwrap().listen(128).unwrap();
        let to = to.to_owned();
        let passing = tokio::spawn(async move {
            while let Ok((from, _)) = listener.accept().await {
                let to = to.clone();
                tokio::spawn(async move {
                    match to.starts_with('/') {
                        true => join(from, UnixStream::connect(&to).await.unwrap()).await,
                        false => join(from, TcpStream::connect(&to).await.unwrap()).await,
                    }
                });
            }
        });
        self.passing = Some(AbortOnDropHandle::new(passing));
    }
}

async fn join(mut from: TcpStream, mut to: impl AsyncRead + AsyncWrite + Unpin) {
    // Either side may hang up.
    let _ = copy_bidirectional(&mut from, &mut to).await;
}
