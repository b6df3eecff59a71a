//! `GET /healthz` and `GET /readyz`, open to everybody.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use time::OffsetDateTime;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::access::may_read;
use super::state::Door;

/// How long the store may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long an answer of the store counts: it writes for it, and anybody may ask.
const FRESH: Duration = Duration::from_secs(1);

/// A part of the platform that runs need, and how it was seen last. Looking at it is
/// somebody else's: whoever asks `/readyz` is answered at once.
pub struct Check {
    name: String,
    of: String,
    seen: Box<dyn Fn() -> Option<Seen> + Send + Sync>,
}

/// How a part was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Whether it was well.
    pub ok: bool,
    /// What is wrong with it, without secrets.
    pub reason: Option<String>,
    /// Since when it is as it is.
    pub since: OffsetDateTime,
}

impl Check {
    /// A part: what it is (`registry`), and whose, the name of an environment or an
    /// address, or nothing where there is only one. `seen` says what was seen last, and
    /// nothing before the first look.
    pub fn new(
        name: impl Into<String>,
        of: impl Into<String>,
        seen: impl Fn() -> Option<Seen> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            of: of.into(),
            seen: Box::new(seen),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Readiness {
    /// Deliveries are stored and worked off.
    ready: bool,
    /// A part of the platform is away: runs that need it wait.
    degraded: bool,
    checks: Vec<CheckJson>,
    platform: Vec<PartJson>,
}

#[derive(Clone, Serialize)]
struct CheckJson {
    name: &'static str,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

#[derive(Serialize)]
struct PartJson {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<String>,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    since: OffsetDateTime,
}

/// Whether the store can be written, as it was lately.
#[derive(Default)]
pub(super) struct StoreCheck {
    last: Mutex<Option<(Instant, bool)>>,
}

impl StoreCheck {
    /// One look at a time, however many ask.
    async fn look(&self, door: &Door) -> CheckJson {
        let mut last = self.last.lock().await;
        let ok = match *last {
            Some((at, ok)) if at.elapsed() < FRESH => ok,
            _ => {
                let ok = match timeout(PATIENCE, door.queue.check()).await {
                    Ok(Ok(())) => true,
                    Ok(Err(error)) => {
                        tracing::error!(%error, "the store cannot be written");
                        false
                    }
                    Err(_) => {
                        tracing::error!("the store does not answer in time");
                        false
                    }
                };
                *last = Some((Instant::now(), ok));
                ok
            }
        };
        CheckJson {
            name: "store",
            ok,
            reason: (!ok).then_some("the store cannot be written; the runner's log has the reason"),
        }
    }
}

/// The process serves.
pub(super) async fn alive(State(door): State<Arc<Door>>) -> &'static str {
    match door.draining.is_cancelled() {
        false => "ok\n",
        true => "draining\n",
    }
}

/// Whether the process takes deliveries and works them off. A part of the platform that is
/// away is said, and changes nothing of that: what comes is stored, and waits for it. A
/// proxy that sent a forge elsewhere would lose deliveries.
pub(super) async fn ready(State(door): State<Arc<Door>>, headers: HeaderMap) -> (StatusCode, Json<Readiness>) {
    let mut checks = vec![door.store.look(&door).await];
    if door.draining.is_cancelled() {
        checks.push(CheckJson {
            name: "running",
            ok: false,
            reason: Some("draining: the runner shuts down"),
        });
    }
    let all = door.checks.iter().filter_map(|check| Some((check, (check.seen)()?)));
    let platform: Vec<PartJson> = match may_read(&door.settings, &headers) {
        Ok(()) => all.map(|(check, seen)| whole(check, seen)).collect(),
        Err(_) => in_short(all),
    };
    let ready = checks.iter().all(|check| check.ok);
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let degraded = platform.iter().any(|part| !part.ok);
    let readiness = Readiness {
        ready,
        degraded,
        checks,
        platform,
    };
    (status, Json(readiness))
}

fn whole(check: &Check, seen: Seen) -> PartJson {
    PartJson {
        name: check.name.clone(),
        of: Some(check.of.clone()).filter(|of| !of.is_empty()),
        ok: seen.ok,
        reason: seen.reason,
        since: seen.since,
    }
}

/// For those who may not read what the runner does: what kind of part is away, and nothing
/// of addresses, or of what there is. Since when is the latest change for the worse, or of
/// all.
fn in_short<'c>(all: impl Iterator<Item = (&'c Check, Seen)>) -> Vec<PartJson> {
    let mut kinds: BTreeMap<&str, Seen> = BTreeMap::new();
    for (check, seen) in all {
        let worse = |known: &Seen| (!seen.ok, seen.since) > (!known.ok, known.since);
        if kinds.get(check.name.as_str()).is_none_or(worse) {
            kinds.insert(&check.name, seen);
        }
    }
    let parts = kinds.into_iter().map(|(name, seen)| PartJson {
        name: name.to_owned(),
        of: None,
        ok: seen.ok,
        reason: None,
        since: seen.since,
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, of: &str, reason: Option<&str>, seconds: i64) -> (Check, Seen) {
        let seen = Seen {
            ok: reason.is_none(),
            reason: reason.map(str::to_owned),
            since: OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(seconds),
        };
        (Check::new(name, of, || None), seen)
    }

    #[test]
    fn who_may_not_read_learns_no_name_and_no_address() {
        let parts = [
            part("forge", "https://secret.example.org", None, 9),
            part("registry", "production", Some("the registry r.example.org is away"), 5),
            part("registry", "customer-x", None, 7),
            part("registry", "staging", Some("the registry s.example.org is away"), 3),
        ];
        let short = in_short(parts.iter().map(|(check, seen)| (check, seen.clone())));
        insta::assert_snapshot!(
            serde_json::to_string(&short).unwrap(),
            @r#"[{"name":"forge","ok":true,"since":"1970-01-01T00:00:09Z"},{"name":"registry","ok":false,"since":"1970-01-01T00:00:05Z"}]"#
        );
        let [_, (check, seen), ..] = parts;
        insta::assert_snapshot!(
            serde_json::to_string(&whole(&check, seen)).unwrap(),
            @r#"{"name":"registry","of":"production","ok":false,"reason":"the registry r.example.org is away","since":"1970-01-01T00:00:05Z"}"#
        );
    }
}
