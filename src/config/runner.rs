//! `runner.yaml`: what the runner serves, and where to.

mod environment;
mod environments;
mod reconcile;
mod repository;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;

use super::duration::{duration, size};
use super::networks::networks;
use super::retention::{Retention, retention};
use super::secret::secret;
use super::{Environment, Variables};
use crate::document::{self, Diagnostics, Fields, Findings, Node, Value};
pub use environments::read_environments;
pub use repository::Repository;

/// The runner's configuration, complete and checked.
#[derive(Clone, Debug)]
pub struct RunnerConfig {
    /// Where to listen.
    pub listen: SocketAddr,
    /// How the outside reaches the page; for links in statuses.
    pub public_url: Option<String>,
    /// Database, mirrors, logs.
    pub data: PathBuf,
    /// `docker`, `local` or `auto`.
    pub builder: String,
    /// Deploy what could be built although something else could not.
    pub keep_going: bool,
    /// Bounds of the door and the queue.
    pub limits: Limits,
    /// How long what runs may go on after a stop was asked for, before it is handed back.
    pub drain: Duration,
    /// How often the heads of the branches, and what is deployed, are looked at; none for
    /// never.
    pub reconcile: Option<Duration>,
    /// How much of the history is kept.
    pub retention: Retention,
    /// Whose word for the sender's address is taken: the proxies in front.
    pub proxies: Vec<IpNet>,
    /// Needed for reading and acting over HTTP off loopback.
    pub api_token: Option<SecretString>,
    /// Reading needs no token.
    pub public: bool,
    /// What is served.
    pub repositories: Vec<Repository>,
    /// Where it is deployed to, by name.
    pub environments: BTreeMap<String, Environment>,
}

/// Bounds of the door and the queue.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Largest body of a delivery, in bytes.
    pub body: u64,
    /// Most runs that wait.
    pub queue: u64,
    /// Most connections at once.
    pub connections: u64,
}

impl Default for Limits {
    /// 25 MiB is GitHub's own cap on a delivery.
    fn default() -> Self {
        Self {
            body: 25 << 20,
            queue: 10_000,
            connections: 1_024,
        }
    }
}

/// Reads `runner.yaml`. `base` is its folder: paths in it are relative to that.
pub fn read_runner(file: &str, text: &str, base: &Path, variables: &Variables) -> Result<RunnerConfig, Diagnostics> {
    let mut findings = Findings::default();
    let root = document::parse(file, text, document::Limits::default())?;
    let read = match &root {
        Some(root) => whole(root, base, variables, &mut findings),
        None => {
            findings.error(
                "empty",
                &(0..1),
                "the configuration is empty",
                "nothing is here",
                "begin with `repositories:` and `environments:`",
            );
            None
        }
    };
    match read {
        Some(config) if findings.errors() == 0 => Ok(config),
        _ => Err(findings.of(file, if text.is_empty() { " " } else { text })),
    }
}

fn whole(root: &Node, base: &Path, variables: &Variables, findings: &mut Findings) -> Option<RunnerConfig> {
    let mut fields = Fields::of(root, "the configuration", findings)?;
    let listen = listen(&mut fields, findings);
    let public_url = fields
        .text("public_url", findings)
        .map(|(url, _)| url.trim_end_matches('/').to_owned());
    let data = base.join(fields.text("data", findings).map_or("./var", |(path, _)| path));
    let builder = match fields.text("builder", findings) {
        None => "docker".to_owned(),
        Some((text @ ("docker" | "local" | "auto"), _)) => text.to_owned(),
        Some((_, span)) => {
            findings.error(
                "value",
                span,
                "`builder` cannot be this",
                "it is `docker`, `local` or `auto`",
                "",
            );
            return None;
        }
    };
    let keep_going = fields.boolean("keep_going", findings).unwrap_or(false);
    let limits = limits(fields.take("limits"), findings);
    let api_token = fields
        .take("api_token")
        .and_then(|node| secret("api_token", node, base, variables, findings));
    let public = fields.boolean("public", findings).unwrap_or(false);
    let drain = drain(&mut fields, findings);
    let reconcile = reconcile::read(&mut fields, findings);
    let retention = retention(fields.take("retention"), findings);
    let proxies = fields
        .take("proxies")
        .map_or_else(Vec::new, |node| networks("proxies", node, findings));
    let node = fields.take("environments");
    let declared = environments::declared(node);
    let environments = environments::read(node, None, &data, (base, variables), findings);
    reconcile::check(&reconcile, &environments, findings);
    let repositories = match fields.take("repositories") {
        Some(Node {
            value: Value::Sequence(items),
            ..
        }) if !items.is_empty() => items
            .iter()
            .filter_map(|item| repository::read(item, base, variables, &declared, findings))
            .collect(),
        Some(node) => {
            findings.error(
                "type",
                &node.span,
                "`repositories` must be a list",
                format!("this is {}", node.kind()),
                "begin each with `- name: owner/name`",
            );
            Vec::new()
        }
        None => {
            fields.missing("repositories", findings);
            Vec::new()
        }
    };
    fields.finish(findings);
    Some(RunnerConfig {
        listen: listen?,
        public_url,
        data,
        builder,
        keep_going,
        limits: limits?,
        drain,
        reconcile: reconcile.pause,
        retention: retention?,
        proxies,
        api_token,
        public,
        repositories,
        environments,
    })
}

fn listen(fields: &mut Fields<'_>, findings: &mut Findings) -> Option<SocketAddr> {
    let (text, span) = match fields.text("listen", findings) {
        Some(found) => found,
        None => return Some(SocketAddr::from(([127, 0, 0, 1], 8080))),
    };
    let address = text.parse();
    if address.is_err() {
        findings.error(
            "value",
            span,
            "`listen` cannot be this",
            "an address is `ip:port`, `127.0.0.1:8080`",
            "",
        );
    }
    address.ok()
}

fn drain(fields: &mut Fields<'_>, findings: &mut Findings) -> Duration {
    const USUAL: Duration = Duration::from_secs(30);
    let Some((text, span)) = fields.text("drain", findings) else {
        return USUAL;
    };
    duration(text).unwrap_or_else(|| {
        findings.error(
            "value",
            span,
            "`drain` cannot be this",
            "a time is a number with s, m, h or d: `30s`",
            "",
        );
        USUAL
    })
}

fn limits(node: Option<&Node>, findings: &mut Findings) -> Option<Limits> {
    let mut limits = Limits::default();
    let Some(node) = node else {
        return Some(limits);
    };
    let mut fields = Fields::of(node, "`limits`", findings)?;
    for (key, place) in [
        ("body", &mut limits.body),
        ("queue", &mut limits.queue),
        ("connections", &mut limits.connections),
    ] {
        if let Some((text, span)) = fields.text(key, findings) {
            match size(text) {
                Some(value) if value > 0 => *place = value,
                _ => findings.error(
                    "value",
                    span,
                    format!("`{key}` cannot be this"),
                    "it is a number above 0, in bytes for `body` (`25MiB`)",
                    "",
                ),
            }
        }
    }
    fields.finish(findings);
    Some(limits)
}

/// A key that is known, and whose behaviour is still to come.
fn not_yet(key: &str, span: &document::Span, findings: &mut Findings) {
    findings.error(
        "not-yet",
        span,
        format!("`{key}` is not supported yet"),
        "a later version will",
        "remove it: Pelato does not ignore what it cannot do",
    );
}

#[cfg(test)]
mod tests;
