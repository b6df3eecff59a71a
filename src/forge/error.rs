//! Why a forge did not take a status.

use std::time::Duration;

/// What a caller does about it differs by variant: see [`ForgeError::is_temporary`].
#[derive(Debug, thiserror::Error)]
pub enum ForgeError {
    /// The address of the API cannot be used.
    #[error("`{api}` is no address of a forge's API: {reason}; write it as https://host/path")]
    Api {
        /// As configured.
        api: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The token is wrong, has run out, or lacks the right.
    #[error(
        "{api} does not accept the token for {repository} (HTTP {status}); \
         check that it is valid and may write commit statuses there"
    )]
    Unauthorized {
        /// The API's address.
        api: String,
        /// `owner/name`.
        repository: String,
        /// 401, 403 or 404: forges hide from a token what it may not see.
        status: u16,
    },
    /// Too many requests.
    #[error("{api} asks to slow down{}", after(.retry_after))]
    RateLimited {
        /// The API's address.
        api: String,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// No answer, or one that says the forge is not well.
    #[error("{api} cannot be reached: {reason}; it is tried again later")]
    Unreachable {
        /// The API's address.
        api: String,
        /// What happened.
        reason: String,
    },
    /// It was understood and not taken.
    #[error("{api} refuses the status `{context}` (HTTP {status}): {reason}")]
    Refused {
        /// The API's address.
        api: String,
        /// The context of the status.
        context: String,
        /// The answer's code.
        status: u16,
        /// The forge's own words, cut to 200 characters.
        reason: String,
    },
}

impl ForgeError {
    /// True when the same request may be taken later.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::RateLimited { .. } | Self::Unreachable { .. })
    }

    /// How long the forge asks to wait before the next request.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

fn after(wait: &Option<Duration>) -> String {
    wait.map(|wait| format!(", for {} s", wait.as_secs()))
        .unwrap_or_default()
}
