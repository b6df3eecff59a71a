//! Variables: the process's environment over a project's `.env`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Why variables cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DotenvError {
    /// `.env` is no list of assignments.
    #[error("{path}: {reason}; each line is NAME=value, a value with spaces in quotes")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A variable holds what it cannot hold.
    #[error("{name} is `{value}`; {expected}")]
    Value {
        /// The variable's, or the flag's, name.
        name: &'static str,
        /// What it holds.
        value: String,
        /// What it may hold.
        expected: &'static str,
    },
}

/// The process's environment over a project's `.env`.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// Where the file is.
    folder: PathBuf,
    real: BTreeMap<String, String>,
    file: BTreeMap<String, String>,
}

impl Variables {
    /// Reads the environment, and the `.env` in `dir` where there is one.
    pub fn read(dir: &Path) -> Result<Self, DotenvError> {
        Ok(Self {
            file: read_dotenv(&dir.join(".env"))?,
            folder: dir.to_owned(),
            ..Self::real()
        })
    }

    /// Reads the environment alone.
    pub fn real() -> Self {
        let pairs = std::env::vars_os();
        Self {
            real: pairs
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            ..Self::default()
        }
    }

    /// Variables that are given, for tests.
    pub fn given(pairs: &[(&str, &str)]) -> Self {
        Self {
            real: pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..Self::default()
        }
    }

    /// A variable's value as a path: one from `.env` is relative to where that is.
    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        let path = self.get(name)?;
        let real = self.real.get(name).is_some_and(|value| !value.is_empty());
        Some(if real {
            PathBuf::from(path)
        } else {
            self.folder.join(path)
        })
    }

    /// A variable's value; an empty one counts as not set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.real
            .get(name)
            .or_else(|| self.file.get(name))
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// A variable that is `True` or `False`; not set is False.
    pub(super) fn truth(&self, name: &'static str) -> Result<bool, DotenvError> {
        match self.get(name) {
            None => Ok(false),
            Some(value) => match value.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" => Ok(true),
                "false" | "0" | "no" => Ok(false),
                _ => Err(DotenvError::Value {
                    name,
                    value: value.to_owned(),
                    expected: "it is True or False",
                }),
            },
        }
    }
}

fn read_dotenv(path: &Path) -> Result<BTreeMap<String, String>, DotenvError> {
    let unreadable = |reason: String| DotenvError::Unreadable {
        path: path.to_owned(),
        reason,
    };
    match dotenvy::from_path_iter(path) {
        Ok(pairs) => pairs
            .collect::<Result<_, _>>()
            .map_err(|error| unreadable(wrong_line(path, &error))),
        Err(error) if error.not_found() => Ok(BTreeMap::new()),
        Err(error) => Err(unreadable(error.to_string())),
    }
}

/// Which line is no assignment. The line itself may hold a password.
fn wrong_line(path: &Path, error: &dotenvy::Error) -> String {
    let dotenvy::Error::LineParse(line, _) = error else {
        return error.to_string();
    };
    let text = std::fs::read_to_string(path).unwrap_or_default();
    match text.lines().position(|found| found.trim() == line.trim()) {
        Some(index) => format!("line {} is no assignment", index + 1),
        None => "it holds what is no assignment".to_owned(),
    }
}
