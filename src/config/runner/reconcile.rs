//! `reconcile:` of `runner.yaml`.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::config::Environment;
use crate::config::duration::duration;
use crate::document::{Fields, Findings, Span};

/// Where nothing is written.
const USUAL: Duration = Duration::from_secs(300);

/// What is written.
pub(super) struct Reconcile {
    /// Between two looks; none for `off`.
    pub(super) pause: Option<Duration>,
    /// Where it is written.
    at: Option<Span>,
}

/// Reads `5m` or `off`.
pub(super) fn read(fields: &mut Fields<'_>, findings: &mut Findings) -> Reconcile {
    let Some((text, span)) = fields.text("reconcile", findings) else {
        return Reconcile {
            pause: Some(USUAL),
            at: None,
        };
    };
    let pause = match (text, duration(text)) {
        ("off", _) => None,
        (_, Some(time)) if !time.is_zero() => Some(time),
        _ => {
            findings.error(
                "value",
                span,
                "`reconcile` cannot be this",
                "it is a number above 0 with s, m, h or d: `5m`; or `off`",
                "",
            );
            Some(USUAL)
        }
    };
    Reconcile {
        pause,
        at: Some(span.clone()),
    }
}

/// Nothing is healed where nobody looks.
pub(super) fn check(reconcile: &Reconcile, environments: &BTreeMap<String, Environment>, findings: &mut Findings) {
    let heals = environments.iter().find(|(_, environment)| environment.heal);
    if let (None, Some(span), Some((name, _))) = (reconcile.pause, &reconcile.at, heals) {
        findings.error(
            "value",
            span,
            format!("`heal` of the environment `{name}` needs `reconcile`"),
            "nobody looks at what is deployed then",
            "name a time here, or take `heal` away",
        );
    }
}
