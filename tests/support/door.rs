//! The real router behind the real listener, on the real SQLite.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's own part may fail loudly")]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use pelato::forge::ForgeKind;
use pelato::queue::{Clock, Limits, Queue, SqliteQueue};
use pelato::server::{self, Connections, Hook, Settings};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The secret of every hook here and of the recorded deliveries.
pub const SECRET: &str = "s3cr3t";

/// A runner's door without a pipeline behind it.
pub struct Door {
    pub address: SocketAddr,
    pub queue: Arc<SqliteQueue>,
    pub shutdown: CancellationToken,
    pub server: JoinHandle<()>,
    pub folder: Arc<TempDir>,
}

/// What a test changes before the door opens.
#[derive(Clone)]
pub struct Plan {
    pub settings: Settings,
    pub limits: Limits,
    pub connections: Connections,
}

/// `ci/r` at both forges, whose `main` is production and `feat` staging.
pub fn plan() -> Plan {
    let hook = |forge| Hook {
        name: "ci/r".to_owned(),
        forge,
        secrets: vec![SECRET.into()],
        branches: [("main", "production"), ("feat", "staging")]
            .map(|(branch, environment)| (branch.to_owned(), environment.to_owned()))
            .into(),
        sources: Vec::new(),
        insecure_unsigned: false,
    };
    Plan {
        settings: Settings {
            repositories: vec![hook(ForgeKind::GitHub), hook(ForgeKind::Gitea)],
            body_limit: 1024 * 1024,
            ..Settings::default()
        },
        limits: Limits::default(),
        connections: Connections::default(),
    }
}

impl Door {
    pub async fn open() -> Self {
        Self::open_with(plan()).await
    }

    pub async fn open_with(plan: Plan) -> Self {
        Self::open_on(Arc::new(tempfile::tempdir().unwrap()), plan).await
    }

    /// Opens on a folder that another door has used: a restart.
    pub async fn open_on(folder: Arc<TempDir>, plan: Plan) -> Self {
        let queue = Arc::new(store(folder.path(), plan.limits).await);
        let shutdown = CancellationToken::new();
        let shared: Arc<dyn Queue> = queue.clone();
        let router = server::router(plan.settings, shared, Vec::new(), shutdown.clone()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(server::serve(listener, router, plan.connections, shutdown.clone()));
        Self {
            address,
            queue,
            shutdown,
            server,
            folder,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub async fn get(&self, path: &str) -> (u16, String) {
        let answer = reqwest::get(format!("{}{path}", self.url())).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    pub async fn json(&self, path: &str) -> Value {
        let (status, text) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// How many runs there are.
    pub async fn runs(&self) -> usize {
        self.json("/api/runs?limit=200").await["runs"].as_array().unwrap().len()
    }

    pub async fn close(self) -> Arc<TempDir> {
        self.shutdown.cancel();
        tokio::time::timeout(Duration::from_secs(20), self.server)
            .await
            .unwrap()
            .unwrap();
        self.folder
    }
}

pub async fn store(folder: &Path, limits: Limits) -> SqliteQueue {
    SqliteQueue::open(&folder.join("pelato.db"), limits, Clock::default())
        .await
        .unwrap()
}
