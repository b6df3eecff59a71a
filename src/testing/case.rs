//! What an author says that a task does.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The cases of one task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cases {
    /// The file as messages name it: `tasks/convert.test.yaml`.
    pub file: String,
    /// How long each case may take.
    pub time_limit: Duration,
    /// In their order, at least one.
    pub cases: Vec<Case>,
}

/// One input and what has to come of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// For people; unique in its file.
    pub name: String,
    /// Where it begins in the file, from 1.
    pub line: usize,
    /// What the task is given.
    #[serde(with = "super::base64")]
    pub input: Vec<u8>,
    /// What has to come of it.
    pub expect: Expect,
}

/// What has to come of an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// Exactly these bytes.
    Exactly(#[serde(with = "super::base64")] Vec<u8>),
    /// These bytes, with or without a line break at their end: an editor puts one
    /// into every file.
    File(#[serde(with = "super::base64")] Vec<u8>),
    /// The same JSON, however it is written.
    Json(Value),
    /// An error or a panic whose text has this in it.
    Error(String),
    /// Nothing: the input is filtered out.
    Nothing,
}

impl Cases {
    /// How long a case may take where its file says nothing.
    pub const TIME_LIMIT: Duration = Duration::from_secs(10);
    /// The most that a file may ask for.
    pub const MOST_TIME: Duration = Duration::from_secs(60);
    /// The most cases of one file.
    pub const MOST: usize = 1000;

    /// The same with those cases alone whose name, or whose task, has `filter` in it.
    pub fn filtered(&self, component_name: &str, filter: &str) -> Self {
        let wanted = |case: &&Case| component_name.contains(filter) || case.name.contains(filter);
        Self {
            cases: self.cases.iter().filter(wanted).cloned().collect(),
            ..self.clone()
        }
    }
}
