//! `retention:` of `runner.yaml`.

use std::time::Duration;

use super::duration::{duration, size};
use crate::document::{Fields, Findings, Node};

/// How much of the history is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Runs that ended longer ago go.
    pub runs: Duration,
    /// Logs of runs that ended longer ago go.
    pub logs: Duration,
    /// Bytes that the database may have; past them the oldest logs go, then the oldest runs.
    pub size: u64,
}

impl Default for Retention {
    fn default() -> Self {
        const DAY: u64 = 24 * 3600;
        Self {
            runs: Duration::from_secs(90 * DAY),
            logs: Duration::from_secs(30 * DAY),
            size: 10 << 30,
        }
    }
}

/// Reads `{ runs: 90d, logs: 30d, size: 10GiB }`; each key may be left out.
pub(super) fn retention(node: Option<&Node>, findings: &mut Findings) -> Option<Retention> {
    let mut kept = Retention::default();
    let Some(node) = node else {
        return Some(kept);
    };
    let mut fields = Fields::of(node, "`retention`", findings)?;
    for (key, place) in [("runs", &mut kept.runs), ("logs", &mut kept.logs)] {
        let Some((text, span)) = fields.text(key, findings) else {
            continue;
        };
        match duration(text) {
            Some(time) if !time.is_zero() => *place = time,
            _ => findings.error(
                "value",
                span,
                format!("`{key}` cannot be this"),
                "a time is a number above 0 with s, m, h or d: `30d`",
                "",
            ),
        }
    }
    if let Some((text, span)) = fields.text("size", findings) {
        match size(text) {
            Some(bytes) if bytes > 0 => kept.size = bytes,
            _ => findings.error(
                "value",
                span,
                "`size` cannot be this",
                "it is a number of bytes above 0: `10GiB`",
                "",
            ),
        }
    }
    fields.finish(findings);
    Some(kept)
}
