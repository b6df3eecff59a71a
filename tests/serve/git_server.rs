//! A repository over http, by the real git.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio_util::task::AbortOnDropHandle;

/// Serves one repository as `/r.git`.
pub(crate) struct GitServer {
    /// `127.0.0.1:port`.
    pub(crate) address: String,
    _serves: AbortOnDropHandle<()>,
}

impl GitServer {
    pub(crate) async fn start(repository: &Path) -> Self {
        let routes = Router::new()
            .route("/r.git/info/refs", get(references))
            .route("/r.git/git-upload-pack", post(pack))
            .with_state(repository.to_owned());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let serves = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self {
            address,
            _serves: AbortOnDropHandle::new(serves),
        }
    }
}

async fn references(State(repository): State<PathBuf>) -> Response {
    let mut body = b"001e# service=git-upload-pack\n0000".to_vec();
    body.extend(upload_pack(&repository, &["--advertise-refs"], &[]).await);
    ([("content-type", "application/x-git-upload-pack-advertisement")], body).into_response()
}

async fn pack(State(repository): State<PathBuf>, asked: Bytes) -> Response {
    let body = upload_pack(&repository, &[], &asked).await;
    ([("content-type", "application/x-git-upload-pack-result")], body).into_response()
}

async fn upload_pack(repository: &Path, args: &[&str], asked: &[u8]) -> Vec<u8> {
    let mut child = Command::new("git")
        .args(["upload-pack", "--stateless-rpc"])
        .args(args)
        .arg(repository)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(asked).await.unwrap();
    child.wait_with_output().await.unwrap().stdout
}
