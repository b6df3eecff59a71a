//! What came of cases.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::report::counted;

/// What came of one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseResult {
    /// The case's name.
    pub name: String,
    /// Where it begins in its file, from 1.
    pub line: usize,
    /// How long the call took.
    pub took: Duration,
    /// Why it failed, in a line, and the difference below it; none where it passed.
    pub failure: Option<String>,
    /// What the task printed and logged; kept of a case that failed.
    pub log: Vec<String>,
}

impl CaseResult {
    /// Whether it went as expected.
    pub fn passed(&self) -> bool {
        self.failure.is_none()
    }
}

/// What came of one task's cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskResult {
    /// The project's folder, `.` for the top.
    pub project: String,
    /// The task.
    pub component_name: String,
    /// The file of its cases.
    pub file: String,
    /// In the file's order; or why there are none: it does not compile, it cannot
    /// be loaded.
    pub cases: Result<Vec<CaseResult>, String>,
}

impl TaskResult {
    /// Its cases, as far as they ran.
    pub fn ran(&self) -> &[CaseResult] {
        self.cases.as_deref().unwrap_or_default()
    }

    /// Whether all of it went as expected.
    pub fn passed(&self) -> bool {
        self.cases
            .as_ref()
            .is_ok_and(|cases| cases.iter().all(CaseResult::passed))
    }

    /// The first failure in a line, for a status; none where there is none.
    pub fn brief(&self) -> Option<String> {
        let cases = match &self.cases {
            Err(reason) => return Some(reason.lines().next().unwrap_or_default().to_owned()),
            Ok(cases) => cases,
        };
        let mut failed = cases.iter().filter(|case| !case.passed());
        let first = failed.next()?;
        let more = match failed.count() {
            0 => String::new(),
            more => format!(" ({} of {} failed)", more + 1, counted(cases.len(), "case")),
        };
        let reason = first.failure.as_deref().unwrap_or_default();
        let reason = reason.lines().next().unwrap_or_default();
        Some(format!("{}:{}: {}: {reason}{more}", self.file, first.line, first.name))
    }

    /// A failed case as people read it: where it stands, why it failed, what it said.
    pub fn shown(&self, case: &CaseResult) -> String {
        let mut shown = format!("{}:{}\n", self.file, case.line);
        shown.push_str(case.failure.as_deref().unwrap_or("ok"));
        for line in &case.log {
            shown.push_str("\n| ");
            shown.push_str(&line.replace('\n', "\n| "));
        }
        shown
    }
}
