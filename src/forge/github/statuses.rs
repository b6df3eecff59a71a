//! `POST /repos/{owner}/{repo}/statuses/{sha}` of GitHub, through octocrab.
//! Source: <https://docs.github.com/rest/commits/statuses#create-a-commit-status>.

use bytes::Bytes;
use http::HeaderMap;
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;
use octocrab::Octocrab;
use octocrab::models::StatusState as Wire;
use secrecy::SecretString;
use serde::Serialize;
use tokio::time::timeout;

use crate::forge::client::{LONGEST_ERROR, TIMEOUT, refusal};
use crate::forge::{CommitStatus, ForgeError, StatusState};

/// GitHub's API with a token.
#[derive(Clone)]
pub struct GitHub {
    api: String,
    octocrab: Octocrab,
}

#[derive(Serialize)]
struct NewStatus<'a> {
    context: &'a str,
    state: Wire,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_url: Option<&'a str>,
}

impl GitHub {
    pub(in crate::forge) fn new(api: String, token: SecretString) -> Result<Self, ForgeError> {
        let wrong = |error: octocrab::Error| ForgeError::Api {
            api: api.clone(),
            reason: error.to_string(),
        };
        // octocrab leaves the token off once a redirect changes the host.
        let octocrab = Octocrab::builder()
            .base_uri(api.as_str())
            .map_err(wrong)?
            .personal_token(token)
            .build()
            .map_err(wrong)?;
        Ok(Self { api, octocrab })
    }

    pub(in crate::forge) fn api(&self) -> &str {
        &self.api
    }

    pub(in crate::forge) async fn post_status(
        &self,
        repository: &str,
        commit: &str,
        status: &CommitStatus,
    ) -> Result<(), ForgeError> {
        timeout(TIMEOUT, self.post(repository, commit, status))
            .await
            .unwrap_or_else(|_| Err(self.unreachable(format!("no answer within {} s", TIMEOUT.as_secs()))))
    }

    async fn post(&self, repository: &str, commit: &str, status: &CommitStatus) -> Result<(), ForgeError> {
        let body = NewStatus {
            context: &status.context,
            state: match status.state {
                StatusState::Pending => Wire::Pending,
                StatusState::Success => Wire::Success,
                StatusState::Failure => Wire::Failure,
                StatusState::Error => Wire::Error,
            },
            description: status.short_description(),
            target_url: status.target_url.as_deref(),
        };
        // Not `repos().create_status()`: its error has lost the headers, and with
        // them how long GitHub asks to wait.
        let answer = self
            .octocrab
            ._post(format!("/repos/{repository}/statuses/{commit}"), Some(&body))
            .await
            .map_err(|error| self.unreachable(cause(&error)))?;
        let (parts, body) = answer.into_parts();
        if parts.status.is_success() {
            return Ok(());
        }
        let words = read_some(body).await;
        let headers: &HeaderMap = &parts.headers;
        Err(refusal(
            &self.api,
            repository,
            &status.context,
            parts.status,
            headers,
            &words,
        ))
    }

    fn unreachable(&self, reason: String) -> ForgeError {
        ForgeError::Unreachable {
            api: self.api.clone(),
            reason,
        }
    }
}

/// The innermost cause: octocrab's own text carries a backtrace.
fn cause(error: &octocrab::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// A body that breaks off takes nothing away from what its status says.
async fn read_some(mut body: BoxBody<Bytes, octocrab::Error>) -> Vec<u8> {
    let mut read = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        if let Some(chunk) = frame.data_ref() {
            read.extend_from_slice(chunk);
        }
        if read.len() > LONGEST_ERROR {
            break;
        }
    }
    read
}
