//! Requests to a runner.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use url::Url;

use super::{ClientError, RunJson, RunsJson};

const PATIENCE: Duration = Duration::from_secs(30);

/// A runner that serves elsewhere.
pub struct Runner {
    server: Url,
    token: Option<SecretString>,
    http: reqwest::Client,
}

/// Which runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only of this repository.
    pub repository: Option<String>,
    /// Only in this state.
    pub state: Option<String>,
    /// Only older than this run.
    pub after: Option<String>,
    /// At most so many, 1–200.
    pub limit: Option<u32>,
}

/// What became of a request to cancel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It had not begun, and never will.
    Cancelled(RunJson),
    /// It runs, and was asked to stop: its containers are removed, then it is cancelled.
    Stopping(RunJson),
}

impl Runner {
    /// The runner at `server`, `http` or `https`. Nothing is asked yet.
    pub fn new(server: &str, token: Option<SecretString>) -> Result<Self, ClientError> {
        let wrong = || ClientError::Address(server.to_owned());
        let url = Url::parse(server).map_err(|_| wrong())?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(wrong());
        }
        // A redirect would carry the token to wherever it says.
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| silent(&url, &error))?;
        Ok(Self {
            server: url,
            token,
            http,
        })
    }

    /// Runs, newest first.
    pub async fn runs(&self, wanted: &Wanted) -> Result<RunsJson, ClientError> {
        let limit = wanted.limit.map(|limit| limit.to_string());
        let query: Vec<(&str, &String)> = [
            ("repository", &wanted.repository),
            ("state", &wanted.state),
            ("after", &wanted.after),
            ("limit", &limit),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value.as_ref()?)))
        .collect();
        let request = self.request(Method::GET, &["runs"]).query(&query);
        self.read(self.send(request, "").await?).await
    }

    /// A run's log.
    pub async fn log(&self, run: &str) -> Result<String, ClientError> {
        let answer = self.send(self.request(Method::GET, &["runs", run, "log"]), run).await?;
        answer.text().await.map_err(|error| silent(&self.server, &error))
    }

    /// Cancels a run, or asks whoever works on it to.
    pub async fn cancel(&self, run: &str) -> Result<Asked, ClientError> {
        let answer = self
            .send(self.request(Method::POST, &["runs", run, "cancel"]), run)
            .await?;
        let stopping = answer.status() == StatusCode::ACCEPTED;
        let run = self.read(answer).await?;
        Ok(match stopping {
            true => Asked::Stopping(run),
            false => Asked::Cancelled(run),
        })
    }

    /// A request below `/api`. What a person wrote becomes one part of the path, whatever
    /// is in it.
    fn request(&self, method: Method, parts: &[&str]) -> RequestBuilder {
        let mut url = self.server.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("api").extend(parts);
        }
        let request = self.http.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token.expose_secret()),
            None => request,
        }
    }

    async fn send(&self, request: RequestBuilder, run: &str) -> Result<Response, ClientError> {
        let answer = request.send().await.map_err(|error| silent(&self.server, &error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let said = answer.text().await.unwrap_or_default();
        let said: Option<serde_json::Value> = serde_json::from_str(&said).ok();
        let said = said.as_ref().and_then(|said| said["error"].as_str());
        let server = self.server.to_string();
        Err(match (status, said) {
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, Some(reason)) => ClientError::Refused {
                server,
                reason: reason.to_owned(),
            },
            (StatusCode::NOT_FOUND, Some(_)) => ClientError::NoRun {
                server,
                run: run.to_owned(),
            },
            (StatusCode::CONFLICT, Some(_)) => ClientError::Over { run: run.to_owned() },
            (_, Some(reason)) => ClientError::Strange {
                server,
                reason: format!("{status}: {reason}"),
            },
            (_, None) => ClientError::Strange {
                server,
                reason: status.to_string(),
            },
        })
    }

    async fn read<T: DeserializeOwned>(&self, answer: Response) -> Result<T, ClientError> {
        answer.json().await.map_err(|error| match error.is_decode() {
            true => ClientError::Strange {
                server: self.server.to_string(),
                reason: "not the JSON of a run".to_owned(),
            },
            false => silent(&self.server, &error),
        })
    }
}

/// The last cause says most: "connection refused".
fn silent(server: &Url, error: &reqwest::Error) -> ClientError {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    ClientError::Silent {
        server: server.to_string(),
        reason: cause.to_string(),
    }
}
