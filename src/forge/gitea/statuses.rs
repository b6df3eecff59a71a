//! `POST /repos/{owner}/{repo}/statuses/{sha}` of Gitea.
//! Source: <https://docs.gitea.com/api/#tag/repository/operation/repoCreateStatus>.

use http::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::forge::client::{LONGEST_ERROR, TIMEOUT, refusal};
use crate::forge::{CommitStatus, ForgeError, StatusState};

/// Gitea's API with a token.
#[derive(Clone)]
pub struct Gitea {
    api: String,
    token: SecretString,
    client: Client,
}

#[derive(Serialize)]
struct NewStatus<'a> {
    context: &'a str,
    state: &'static str,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_url: Option<&'a str>,
}

impl Gitea {
    pub(in crate::forge) fn new(api: String, token: SecretString) -> Result<Self, ForgeError> {
        let client = Client::builder()
            // A redirect could lead the token to another host.
            .redirect(redirect::Policy::none())
            .timeout(TIMEOUT)
            .user_agent(concat!("pelato/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| unreachable(&api, &error))?;
        Ok(Self { api, token, client })
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
        let token = format!("token {}", self.token.expose_secret());
        let mut token = HeaderValue::try_from(token).map_err(|_| ForgeError::Unauthorized {
            api: self.api.clone(),
            repository: repository.to_owned(),
            status: 401,
        })?;
        token.set_sensitive(true);
        let body = NewStatus {
            context: &status.context,
            state: match status.state {
                StatusState::Pending => "pending",
                StatusState::Success => "success",
                StatusState::Failure => "failure",
                StatusState::Error => "error",
            },
            description: status.short_description(),
            target_url: status.target_url.as_deref(),
        };
        let mut answer = self
            .client
            .post(format!("{}/repos/{repository}/statuses/{commit}", self.api))
            .header(AUTHORIZATION, token)
            .json(&body)
            .send()
            .await
            .map_err(|error| unreachable(&self.api, &error))?;
        if answer.status().is_success() {
            return Ok(());
        }
        let mut words = Vec::new();
        // A body that breaks off takes nothing away from what its status says.
        while let Ok(Some(chunk)) = answer.chunk().await {
            words.extend_from_slice(&chunk);
            if words.len() > LONGEST_ERROR {
                break;
            }
        }
        Err(refusal(
            &self.api,
            repository,
            &status.context,
            answer.status(),
            answer.headers(),
            &words,
        ))
    }
}

fn unreachable(api: &str, error: &reqwest::Error) -> ForgeError {
    let reason = if error.is_timeout() {
        format!("no answer within {} s", TIMEOUT.as_secs())
    } else if error.is_connect() {
        "no connection".to_owned()
    } else {
        // The address is in our own sentence already.
        std::error::Error::source(error).map_or_else(|| "it failed".to_owned(), ToString::to_string)
    };
    ForgeError::Unreachable {
        api: api.to_owned(),
        reason,
    }
}
