//! What is said when something is not served. A problem becomes JSON or a page at
//! the edge; its text is written for whoever asked and tells nothing of the inside.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::queue::QueueError;

/// Why a request is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// The signature, the secret or the repository: never which.
    Unverified,
    /// The body is larger than is taken.
    TooLarge,
    /// The body did not arrive in time.
    TooSlow,
    /// The body broke off.
    BrokenBody,
    /// The body is compressed or no JSON.
    Encoded,
    /// A delivery that is signed and no event.
    NotReadable,
    /// A query that means nothing.
    BadQuery,
    /// A delivery that cannot be stored.
    NotStored,
    /// The token is missing or wrong.
    NoToken,
    /// Reading is not open here.
    Closed,
    /// A post from another site.
    CrossSite,
    /// No such page or run.
    NotFound,
    /// A run that is over cannot be cancelled.
    Over,
    /// Anything inside. The last one: [`Problem::ALL`] counts up to it.
    Internal,
}

/// What is answered instead, with its status and what it says, for the documentation.
pub fn problems() -> Vec<(u16, &'static str)> {
    let said = |problem: Problem| (problem.status().as_u16(), problem.text());
    Problem::ALL.map(said).into()
}

impl Problem {
    const ALL: [Self; Self::Internal as usize + 1] = [
        Self::Unverified,
        Self::TooLarge,
        Self::TooSlow,
        Self::BrokenBody,
        Self::Encoded,
        Self::NotReadable,
        Self::BadQuery,
        Self::NotStored,
        Self::NoToken,
        Self::Closed,
        Self::CrossSite,
        Self::NotFound,
        Self::Over,
        Self::Internal,
    ];

    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Unverified | Self::NoToken => StatusCode::UNAUTHORIZED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::BrokenBody | Self::NotReadable | Self::BadQuery => StatusCode::BAD_REQUEST,
            Self::Encoded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotStored => StatusCode::SERVICE_UNAVAILABLE,
            Self::Closed | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Over => StatusCode::CONFLICT,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Unverified => "the delivery could not be verified",
            Self::TooLarge => "the body is too large",
            Self::TooSlow => "the body did not arrive in time",
            Self::BrokenBody => "the body broke off",
            Self::Encoded => "send application/json without a content encoding",
            Self::NotReadable => "the delivery is not an event that can be read",
            Self::BadQuery => "the query is not understood: repository, state, after and limit (1-200) are known",
            Self::NotStored => "the delivery cannot be stored now",
            Self::NoToken => "a token is needed",
            Self::Closed => {
                "without a token this is for clients on the runner's machine; \
                 set `api_token` or `public: true` in runner.yaml"
            }
            Self::CrossSite => "the request comes from another site",
            Self::NotFound => "there is nothing here",
            Self::Over => "the run is over",
            Self::Internal => "something went wrong; the runner's log has the reason",
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(json!({ "error": self.text() }))).into_response();
        if self == Self::NoToken {
            ask_for_a_token(&mut response);
        }
        response
    }
}

/// Makes a browser ask: any user's name, and the token as the password.
pub(super) fn ask_for_a_token(response: &mut Response) {
    let basic = HeaderValue::from_static("Basic realm=\"pelato\", charset=\"UTF-8\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, basic);
}

impl From<QueueError> for Problem {
    fn from(error: QueueError) -> Self {
        tracing::error!(%error, "the store does not answer");
        Self::Internal
    }
}
