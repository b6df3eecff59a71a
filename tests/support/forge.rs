//! A forge that keeps state, spoken to over HTTP like a real one.
//!
//! It knows repositories, tokens, commits and their statuses, and refuses what
//! GitHub and Gitea refuse. Its webhooks have the shape and the signatures of real
//! deliveries. Include it with `#[path = "support/forge.rs"] mod forge;`.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's own part may fail loudly")]

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::{HeaderMap, StatusCode, header};
use pelato::forge::ForgeKind;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

pub mod webhook;
pub use webhook::{Push, Webhook};

/// How long a test waits for a status.
const DEADLINE: Duration = Duration::from_secs(120);

/// A status as the forge keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    pub context: String,
    pub state: String,
    pub description: String,
    pub target_url: Option<String>,
}

/// What goes wrong with the next request for a status.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Answers with this status.
    Answer(u16),
    /// GitHub's way to ask for patience: 403 and `Retry-After`.
    SlowDown { seconds: u64 },
    /// Sends the client, and whatever it carries, elsewhere.
    Redirect(String),
}

#[derive(Default)]
struct Model {
    repositories: BTreeMap<String, Repository>,
    tokens: HashMap<String, BTreeSet<String>>,
    faults: VecDeque<Fault>,
    /// The `Authorization` of each request, in their order.
    authorizations: Vec<Option<String>>,
    deliveries: u64,
}

#[derive(Default)]
struct Repository {
    commits: BTreeSet<String>,
    statuses: HashMap<String, Vec<Status>>,
}

/// The forge. It stops when it is dropped.
pub struct FakeForge {
    address: SocketAddr,
    shared: Arc<Shared>,
    _server: AbortOnDropHandle<()>,
}

struct Shared {
    model: Mutex<Model>,
    changes: watch::Sender<u64>,
}

impl Shared {
    fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock().unwrap()
    }
}

impl FakeForge {
    /// Starts a forge without repositories on a free loopback port.
    pub async fn start() -> Self {
        let shared = Arc::new(Shared {
            model: Mutex::default(),
            changes: watch::Sender::new(0),
        });
        let routes = Router::new()
            .route("/github/repos/{owner}/{name}/statuses/{commit}", post(github_status))
            .route(
                "/gitea/api/v1/repos/{owner}/{name}/statuses/{commit}",
                post(gitea_status),
            )
            .with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, routes).await;
        });
        Self {
            address,
            shared,
            _server: AbortOnDropHandle::new(server),
        }
    }

    /// The address for `api:` in `runner.yaml`.
    pub fn api(&self, kind: ForgeKind) -> String {
        match kind {
            ForgeKind::GitHub => format!("http://{}/github", self.address),
            ForgeKind::Gitea => format!("http://{}/gitea/api/v1", self.address),
        }
    }

    /// Makes a repository, and a token that may write to it.
    pub fn add_repository(&self, repository: &str, token: &str) {
        let mut model = self.shared.model();
        model.repositories.entry(repository.to_owned()).or_default();
        model
            .tokens
            .entry(token.to_owned())
            .or_default()
            .insert(repository.to_owned());
    }

    /// Makes a commit known without a push.
    pub fn add_commit(&self, repository: &str, commit: &str) {
        let mut model = self.shared.model();
        let repository = model.repositories.get_mut(repository).unwrap();
        repository.commits.insert(commit.to_owned());
    }

    /// Lets the next request go wrong. Several come one after the other.
    pub fn fail_next(&self, fault: Fault) {
        self.shared.model().faults.push_back(fault);
    }

    /// Every status that was ever posted to a commit, in order.
    pub fn statuses(&self, repository: &str, commit: &str) -> Vec<Status> {
        let model = self.shared.model();
        let repository = model.repositories.get(repository);
        repository
            .and_then(|it| it.statuses.get(commit))
            .cloned()
            .unwrap_or_default()
    }

    /// The latest status of each context, as the forge's page shows them.
    pub fn latest(&self, repository: &str, commit: &str) -> BTreeMap<String, Status> {
        let statuses = self.statuses(repository, commit);
        statuses
            .into_iter()
            .map(|status| (status.context.clone(), status))
            .collect()
    }

    /// The `Authorization` headers that were sent so far.
    pub fn authorizations(&self) -> Vec<Option<String>> {
        self.shared.model().authorizations.clone()
    }

    /// Waits until the latest status of a context is no longer `pending`.
    pub async fn until_settled(&self, repository: &str, commit: &str, context: &str) -> Status {
        let mut changes = self.shared.changes.subscribe();
        let settled = tokio::time::timeout(DEADLINE, async {
            loop {
                if let Some(status) = self.latest(repository, commit).remove(context)
                    && status.state != "pending"
                {
                    return status;
                }
                changes.changed().await.unwrap();
            }
        });
        settled.await.unwrap_or_else(|_| {
            panic!(
                "{context} of {repository}@{commit} did not settle; there are {:#?}",
                self.statuses(repository, commit)
            )
        })
    }

    /// What the forge sends after a push: the commit is known from then on.
    pub fn push(&self, kind: ForgeKind, push: &Push<'_>) -> Webhook {
        let mut model = self.shared.model();
        model.deliveries += 1;
        let id = format!("00000000-0000-4000-8000-{:012}", model.deliveries);
        let repository = model.repositories.entry(push.repository.to_owned()).or_default();
        repository.commits.insert(push.after.to_owned());
        Webhook::of(kind, id, push)
    }
}

type Target = Path<(String, String, String)>;

async fn github_status(
    State(shared): State<Arc<Shared>>,
    Path((owner, name, commit)): Target,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let rules = Rules {
        scheme: "Bearer ",
        unknown_commit: 422,
        invalid: 422,
    };
    rules.take(&shared, &format!("{owner}/{name}"), &commit, &headers, &body)
}

async fn gitea_status(
    State(shared): State<Arc<Shared>>,
    Path((owner, name, commit)): Target,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let rules = Rules {
        scheme: "token ",
        unknown_commit: 404,
        invalid: 400,
    };
    rules.take(&shared, &format!("{owner}/{name}"), &commit, &headers, &body)
}

/// Where the two forges differ.
struct Rules {
    scheme: &'static str,
    unknown_commit: u16,
    invalid: u16,
}

impl Rules {
    fn take(&self, shared: &Shared, repository: &str, commit: &str, headers: &HeaderMap, body: &[u8]) -> Response {
        let mut model = shared.model();
        let sent = headers
            .get(header::AUTHORIZATION)
            .map(|it| it.to_str().unwrap().to_owned());
        model.authorizations.push(sent.clone());
        if let Some(fault) = model.faults.pop_front() {
            return fault.answer();
        }
        let allowed = sent
            .as_deref()
            .and_then(|sent| sent.strip_prefix(self.scheme))
            .and_then(|token| model.tokens.get(token));
        let Some(allowed) = allowed else {
            return refuse(401, "Bad credentials");
        };
        // A repository that the token may not see is told from none by nobody.
        if !allowed.contains(repository) {
            return refuse(404, "Not Found");
        }
        let Some(repository) = model.repositories.get_mut(repository) else {
            return refuse(404, "Not Found");
        };
        if !repository.commits.contains(commit) {
            return refuse(self.unknown_commit, &format!("No commit found for SHA: {commit}"));
        }
        let status = match read_status(body) {
            Ok(status) => status,
            Err(wrong) => return refuse(self.invalid, &wrong),
        };
        repository.statuses.entry(commit.to_owned()).or_default().push(status);
        drop(model);
        shared.changes.send_modify(|count| *count += 1);
        (StatusCode::CREATED, axum::Json(json!({ "id": 1 }))).into_response()
    }
}

fn read_status(body: &[u8]) -> Result<Status, String> {
    let body: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let text = |field: &str| body[field].as_str().map(str::to_owned);
    let state = text("state").unwrap_or_default();
    if !["pending", "success", "failure", "error"].contains(&state.as_str()) {
        return Err(format!("state is not included in the list: {state}"));
    }
    let description = text("description").unwrap_or_default();
    if description.chars().count() > 140 {
        return Err("description is too long (maximum is 140 characters)".to_owned());
    }
    let target_url = text("target_url");
    if target_url.as_ref().is_some_and(|url| !url.starts_with("http")) {
        return Err("target_url must use http(s) scheme".to_owned());
    }
    let context = text("context").unwrap_or_else(|| "default".to_owned());
    Ok(Status {
        context,
        state,
        description,
        target_url,
    })
}

impl Fault {
    fn answer(self) -> Response {
        match self {
            Self::Answer(status) => refuse(status, "something is wrong today"),
            Self::SlowDown { seconds } => {
                let mut response = refuse(403, "You have exceeded a secondary rate limit");
                response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
                response
            }
            Self::Redirect(address) => {
                let mut response = refuse(307, "Moved");
                response
                    .headers_mut()
                    .insert(header::LOCATION, address.parse().unwrap());
                response
            }
        }
    }
}

fn refuse(status: u16, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, axum::Json(json!({ "message": message }))).into_response()
}
