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
    /// In the file's order; or why there are none.
    pub cases: Result<Vec<CaseResult>, Untested>,
}

/// Why no case of a task ran: it does not compile, it cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untested {
    /// In a line.
    pub brief: String,
    /// For people, whole.
    pub reason: String,
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
            Err(untested) => return Some(untested.brief.clone()),
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
        Some(format!("{}: {}: {reason}{more}", self.place(first), first.name))
    }

    /// Where a case stands, `tasks/convert.test.yaml:7`.
    pub fn place(&self, case: &CaseResult) -> String {
        format!("{}:{}", self.file, case.line)
    }
}

impl CaseResult {
    /// Why it failed, and below that what the task said.
    pub fn shown(&self) -> String {
        let mut shown = self.failure.clone().unwrap_or_default();
        for line in &self.log {
            shown.push_str("\n| ");
            shown.push_str(&line.replace('\n', "\n| "));
        }
        shown
    }
}
