//! What a forge sends, in the shape and with the signatures of real deliveries.

use hmac::{Hmac, KeyInit, Mac};
use pelato::forge::ForgeKind;
use serde_json::{Value, json};
use sha2::Sha256;

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
    /// A delivery about a push, not signed yet.
    pub fn of(kind: ForgeKind, id: String, push: &Push<'_>) -> Self {
        let body = match kind {
            ForgeKind::GitHub => github_push(push).to_string().into_bytes(),
            ForgeKind::Gitea => serde_json::to_vec_pretty(&gitea_push(push)).unwrap(),
        };
        Self {
            kind,
            event: "push".to_owned(),
            id,
            secret: None,
            body,
        }
    }

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
