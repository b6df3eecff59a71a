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
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, StatusCode, header};
use pelato::forge::ForgeKind;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

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
        let shared =
            Arc::new(Shared { model: Mutex::default(), changes: watch::Sender::new(0) });
        let routes = Router::new()
            .route("/github/repos/{owner}/{name}/statuses/{commit}", post(github_status))
            .route("/gitea/api/v1/repos/{owner}/{name}/statuses/{commit}", post(gitea_status))
            .with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, routes).await;
        });
        Self { address, shared, _server: AbortOnDropHandle::new(server) }
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
        model.tokens.entry(token.to_owned()).or_default().insert(repository.to_owned());
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
        repository.and_then(|it| it.statuses.get(commit)).cloned().unwrap_or_default()
    }

    /// The latest status of each context, as the forge's page shows them.
    pub fn latest(&self, repository: &str, commit: &str) -> BTreeMap<String, Status> {
        let statuses = self.statuses(repository, commit);
        statuses.into_iter().map(|status| (status.context.clone(), status)).collect()
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
        let body = match kind {
            ForgeKind::GitHub => github_push(push).to_string().into_bytes(),
            ForgeKind::Gitea => serde_json::to_vec_pretty(&gitea_push(push)).unwrap(),
        };
        Webhook { kind, event: "push".to_owned(), id, secret: None, body }
    }
}

/// A branch moves.
#[derive(Clone, Copy, Debug)]
pub struct Push<'a> {
    pub repository: &'a str,
    pub branch: &'a str,
    pub before: &'a str,
    pub after: &'a str,
    pub message: &'a str,
}

/// A delivery that can be sent, and sent again.
#[derive(Clone, Debug)]
pub struct Webhook {
    pub kind: ForgeKind,
    pub event: String,
    pub id: String,
    pub secret: Option<String>,
    pub body: Vec<u8>,
}

impl Webhook {
    /// Signs with the hook's secret. Without one, Gitea sends empty signatures.
    pub fn signed(mut self, secret: &str) -> Self {
        self.secret = Some(secret.to_owned());
        self
    }

    /// The same content under an id of its own, as a second hook sends it.
    pub fn under_another_id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.id);
        self
    }

    /// The headers as the forge sends them.
    pub fn headers(&self) -> Vec<(String, String)> {
        let digits = self.secret.as_deref().map(|secret| signature(secret, &self.body));
        let digits = digits.unwrap_or_default();
        let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        let mut add = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
        add("X-GitHub-Event", &self.event);
        add("X-GitHub-Delivery", &self.id);
        add("X-Hub-Signature-256", &format!("sha256={digits}"));
        if self.kind == ForgeKind::Gitea {
            for name in ["X-GitHub-Event-Type", "X-Gitea-Event", "X-Gitea-Event-Type"] {
                add(name, &self.event);
            }
            for name in ["X-Gogs-Event", "X-Gogs-Event-Type"] {
                add(name, &self.event);
            }
            add("X-Gitea-Delivery", &self.id);
            add("X-Gogs-Delivery", &self.id);
            add("X-Gitea-Signature", &digits);
            add("X-Gogs-Signature", &digits);
        }
        headers
    }

    /// Sends it to a runner at `http://host:port`: the answer's status and JSON.
    pub async fn send(&self, runner: &str) -> (u16, Value) {
        let client = reqwest::Client::new();
        let mut request = client.post(format!("{runner}/webhooks/{}", self.kind));
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        let answer = request.body(self.body.clone()).send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

/// The hexadecimal HMAC-SHA256 of a body.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

/// A real delivery of Gitea, with this push's values in it.
fn gitea_push(push: &Push<'_>) -> Value {
    let real = include_str!("../data/gitea-deliveries/push-force.json");
    let mut body: Value = serde_json::from_str(real).unwrap();
    body["ref"] = json!(format!("refs/heads/{}", push.branch));
    body["before"] = json!(push.before);
    body["after"] = json!(push.after);
    for commit in ["/head_commit", "/commits/0"] {
        let commit = body.pointer_mut(commit).unwrap();
        commit["id"] = json!(push.after);
        commit["message"] = json!(format!("{}\n", push.message));
    }
    let (owner, name) = push.repository.split_once('/').unwrap();
    body["repository"]["full_name"] = json!(push.repository);
    body["repository"]["name"] = json!(name);
    body["repository"]["owner"]["login"] = json!(owner);
    body["repository"]["owner"]["username"] = json!(owner);
    body
}

/// The fields of GitHub's push event that its documentation requires.
fn github_push(push: &Push<'_>) -> Value {
    let (owner, name) = push.repository.split_once('/').unwrap();
    let commit = json!({
        "id": push.after,
        "tree_id": "f9d2a07e9488b91af2641b26b9407fe22a451433",
        "distinct": true,
        "message": push.message,
        "timestamp": "2026-11-22T12:50:43+01:00",
        "url": format!("https://github.com/{}/commit/{}", push.repository, push.after),
        "author": { "name": "a", "email": "a@b.c", "username": owner },
        "committer": { "name": "a", "email": "a@b.c", "username": owner },
        "added": [], "removed": [], "modified": [],
    });
    let zero = |commit: &str| commit.bytes().all(|byte| byte == b'0');
    json!({
        "ref": format!("refs/heads/{}", push.branch),
        "before": push.before,
        "after": push.after,
        "repository": {
            "id": 1, "node_id": "R_1", "name": name, "full_name": push.repository, "private": true,
            "owner": { "name": owner, "login": owner, "id": 1, "type": "User" },
            "html_url": format!("https://github.com/{}", push.repository),
            "clone_url": format!("https://github.com/{}.git", push.repository),
            "default_branch": "main",
        },
        "pusher": { "name": owner, "email": "a@b.c" },
        "sender": { "login": owner, "id": 1, "type": "User" },
        "created": zero(push.before), "deleted": zero(push.after), "forced": false,
        "base_ref": null,
        "compare": format!("https://github.com/{}/compare", push.repository),
        "commits": [commit.clone()],
        "head_commit": if zero(push.after) { Value::Null } else { commit },
    })
}

type Target = Path<(String, String, String)>;

async fn github_status(
    State(shared): State<Arc<Shared>>,
    Path((owner, name, commit)): Target,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let rules = Rules { scheme: "Bearer ", unknown_commit: 422, invalid: 422 };
    rules.take(&shared, &format!("{owner}/{name}"), &commit, &headers, &body)
}

async fn gitea_status(
    State(shared): State<Arc<Shared>>,
    Path((owner, name, commit)): Target,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let rules = Rules { scheme: "token ", unknown_commit: 404, invalid: 400 };
    rules.take(&shared, &format!("{owner}/{name}"), &commit, &headers, &body)
}

/// Where the two forges differ.
struct Rules {
    scheme: &'static str,
    unknown_commit: u16,
    invalid: u16,
}

impl Rules {
    fn take(
        &self,
        shared: &Shared,
        repository: &str,
        commit: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Response {
        let mut model = shared.model();
        let sent = headers.get(header::AUTHORIZATION).map(|it| it.to_str().unwrap().to_owned());
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
    Ok(Status { context, state, description, target_url })
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
                response.headers_mut().insert(header::LOCATION, address.parse().unwrap());
                response
            }
        }
    }
}

fn refuse(status: u16, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, axum::Json(json!({ "message": message }))).into_response()
}
