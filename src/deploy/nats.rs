//! Which NATS server, and as whom.

use std::path::PathBuf;
use std::time::Duration;

use async_nats::{ConnectErrorKind, ServerAddr};
use secrecy::SecretString;
use tokio::time::timeout;

use super::connection::Connection;
use super::{DeployError, tls};

pub(super) const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// A NATS server. Of the credentials one kind is enough; the first that is
/// given wins, in the order of the fields.
#[derive(Clone, Debug, Default)]
pub struct NatsConfig {
    /// `[nats://|tls://|ws://|wss://]host[:port]`, or several with commas between them.
    pub url: String,
    /// With a password.
    pub user: Option<String>,
    /// Of that user.
    pub password: Option<SecretString>,
    /// A token.
    pub token: Option<SecretString>,
    /// The seed of an nkey.
    pub nkey: Option<SecretString>,
    /// A file with that seed.
    pub nkey_file: Option<PathBuf>,
    /// A credentials file (JWT and seed).
    pub creds: Option<PathBuf>,
    /// PEM file of the authorities to trust; makes TLS required.
    pub ca: Option<PathBuf>,
    /// PEM file of our certificate, with `key`.
    pub cert: Option<PathBuf>,
    /// PEM file of its key.
    pub key: Option<PathBuf>,
}

impl NatsConfig {
    /// A client of its own, for messages of tasks that run here.
    ///
    /// # Errors
    /// Where the server does not answer within 5 s, or refuses the credentials.
    pub async fn client(&self) -> Result<async_nats::Client, DeployError> {
        Ok(self.connect().await?.client)
    }

    /// Connects, in 5 s at most.
    pub(super) async fn connect(&self) -> Result<Connection, DeployError> {
        let url = self.shown();
        let servers = self.servers()?;
        let refusal = Connection::no_refusal();
        let noted = refusal.clone();
        let options = self.options().await?.event_callback(move |event| {
            let noted = noted.clone();
            async move {
                if let async_nats::Event::ServerError(error) = event {
                    Connection::note(&noted, &error.to_string());
                }
            }
        });
        let unreachable = |reason: String| DeployError::Unreachable {
            url: url.clone(),
            reason,
        };
        match timeout(CONNECT_LIMIT, options.connect(servers)).await {
            Ok(Ok(client)) => Ok(Connection::new(client, url, self.tried(), refusal)),
            Ok(Err(error)) => {
                let reason = last_cause(&error);
                Err(match error.kind() {
                    ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
                        DeployError::Refused {
                            url,
                            tried: self.tried(),
                            advice: self.when_refused(),
                        }
                    }
                    ConnectErrorKind::Tls => tls::failed(url, reason),
                    _ if tls::is_about(&reason) => tls::failed(url, reason),
                    _ => unreachable(reason),
                })
            }
            Err(_) => Err(unreachable(format!("no answer within {} s", CONNECT_LIMIT.as_secs()))),
        }
    }

    fn servers(&self) -> Result<Vec<ServerAddr>, DeployError> {
        let wrong = |reason: String| DeployError::Address {
            url: self.shown(),
            reason,
        };
        let servers = self
            .url
            .split(',')
            .map(str::trim)
            .filter(|url| !url.is_empty())
            .map(|url| url.parse::<ServerAddr>().map_err(|error| wrong(error.to_string())))
            .collect::<Result<Vec<_>, _>>()?;
        match servers.is_empty() {
            true => Err(wrong("it is empty".to_owned())),
            false => Ok(servers),
        }
    }

    /// The address without user, password and token.
    fn shown(&self) -> String {
        let shown: Vec<String> = self.url.split(',').map(|url| without_user(url.trim())).collect();
        shown.join(",")
    }
}

fn without_user(url: &str) -> String {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    };
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}{host}")
}

/// The innermost cause: the outer ones say no more than "IO error".
fn last_cause(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        let config = NatsConfig {
            url: "nats://ci:hunter2@one:4222, tls://token@two".to_owned(),
            ..NatsConfig::default()
        };
        assert_eq!(config.shown(), "nats://one:4222,tls://two");
        assert_eq!(config.servers().unwrap().len(), 2);
        assert_eq!(config.tried(), "the user or token in its address");
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_is_named_with_its_key() {
        let config = NatsConfig {
            url: "localhost".to_owned(),
            creds: Some("/nonexistent/ci.creds".into()),
            ..NatsConfig::default()
        };
        assert_eq!(
            config.connect().await.err().unwrap().to_string(),
            "the file /nonexistent/ci.creds named by PELATO_NATS_CREDS (`nats.creds`) cannot be used: No such file or directory (os error 2)"
        );
        let config = NatsConfig {
            url: String::new(),
            ..config
        };
        assert!(config.servers().is_err());
    }
}
