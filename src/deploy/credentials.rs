//! Who we are to a NATS server.

use std::path::Path;
use std::time::Duration;

use async_nats::ConnectOptions;
use nkeys::KeyPair;
use secrecy::{ExposeSecret as _, SecretString};

use super::nats::CONNECT_LIMIT;
use super::{DeployError, NatsConfig};

const REQUEST_LIMIT: Duration = Duration::from_secs(10);

const NKEY: &str = "PELATO_NATS_NKEY (`nats.nkey`)";
const CREDS: &str = "PELATO_NATS_CREDS (`nats.creds`)";
const CA: &str = "PELATO_NATS_CA (`nats.ca`)";
const CERT: &str = "PELATO_NATS_CERT (`nats.cert`)";
const KEY: &str = "PELATO_NATS_KEY (`nats.key`)";

impl NatsConfig {
    /// What the library needs to know. Files are read here, so that one that is missing
    /// is named with its key.
    pub(super) async fn options(&self) -> Result<ConnectOptions, DeployError> {
        let mut options = ConnectOptions::new()
            .name("pelato")
            .connection_timeout(CONNECT_LIMIT)
            .request_timeout(Some(REQUEST_LIMIT));
        if let Some(user) = self.user() {
            let password = self.password.as_ref().map_or("", |password| password.expose_secret());
            options = options.user_and_password(user.to_owned(), password.to_owned());
        } else if let Some(token) = &self.token {
            options = options.token(token.expose_secret().to_owned());
        } else if let Some(seed) = self.seed().await? {
            options = options.nkey(seed.expose_secret().to_owned());
        } else if let Some(creds) = &self.creds {
            let text = read(creds, CREDS).await?;
            options = options.credentials(&text).map_err(|_| {
                unusable(
                    creds,
                    CREDS,
                    "it holds no JWT with its seed, as `nsc generate creds` writes them",
                )
            })?;
        }
        if self.is_websocket() {
            // A server tells its other addresses without a scheme, which would be plain NATS.
            options = options.ignore_discovered_servers();
        }
        if let Some(ca) = &self.ca {
            read(ca, CA).await?;
            // A websocket has its own TLS; its scheme says so.
            options = options
                .add_root_certificates(ca.clone())
                .require_tls(!self.is_websocket());
        }
        match (&self.cert, &self.key) {
            (Some(cert), Some(key)) => {
                read(cert, CERT).await?;
                read(key, KEY).await?;
                Ok(options.add_client_certificate(cert.clone(), key.clone()))
            }
            (Some(_), None) => Err(DeployError::Half { is: CERT, lacks: KEY }),
            (None, Some(_)) => Err(DeployError::Half { is: KEY, lacks: CERT }),
            (None, None) => Ok(options),
        }
    }

    /// The seed of the nkey, if there is one. The library would only say that the server
    /// refused, where it is none.
    async fn seed(&self) -> Result<Option<SecretString>, DeployError> {
        let (seed, path) = match (&self.nkey, &self.nkey_file) {
            (Some(seed), _) => (seed.clone(), None),
            (None, Some(path)) => {
                let text = read(path, NKEY).await?;
                // As `nk -gen user` writes it, and with the comments that people add.
                let seed = text.lines().map(str::trim).find(|line| line.starts_with("SU"));
                (SecretString::from(seed.unwrap_or_default()), Some(path))
            }
            (None, None) => return Ok(None),
        };
        let is_of_a_user = seed.expose_secret().starts_with("SU");
        match KeyPair::from_seed(seed.expose_secret()) {
            Ok(_) if is_of_a_user => Ok(Some(seed)),
            _ => Err(DeployError::Seed {
                at: match path {
                    Some(path) => format!("the file {} named by {NKEY}", path.display()),
                    None => "PELATO_NATS_NKEY_SEED (`nats.nkey`)".to_owned(),
                },
            }),
        }
    }

    /// The credentials in words, without any secret.
    pub(super) fn tried(&self) -> String {
        if let Some(user) = self.user() {
            format!("user `{user}`")
        } else if self.token.is_some() {
            "the token".to_owned()
        } else if let Some(seed) = &self.nkey {
            match KeyPair::from_seed(seed.expose_secret()) {
                Ok(pair) => format!("the nkey {}", pair.public_key()),
                Err(_) => "the nkey".to_owned(),
            }
        } else if let Some(path) = &self.nkey_file {
            format!("the nkey in {}", path.display())
        } else if let Some(creds) = &self.creds {
            format!("the credentials in {}", creds.display())
        } else if self.url.contains('@') {
            "the user or token in its address".to_owned()
        } else if let Some(cert) = &self.cert {
            format!("the certificate {}", cert.display())
        } else {
            "a connection without credentials".to_owned()
        }
    }

    /// What to do where the server is there and refuses what was tried.
    pub(super) fn when_refused(&self) -> &'static str {
        if self.user().is_some() {
            "it has no such user, or another password; check PELATO_NATS_USER and PELATO_NATS_PASSWORD (`nats.user` and `nats.password` of the environment in runner.yaml)"
        } else if self.token.is_some() {
            "its token is another one; check PELATO_NATS_TOKEN (`nats.token` of the environment in runner.yaml)"
        } else if self.nkey.is_some() || self.nkey_file.is_some() {
            "it has no user with this public key; add the key to the server's users, or check PELATO_NATS_NKEY (`nats.nkey` of the environment in runner.yaml)"
        } else if self.creds.is_some() {
            "it does not know their account, or the user was revoked or has expired; get a new file (`nsc generate creds`) for PELATO_NATS_CREDS (`nats.creds` of the environment in runner.yaml)"
        } else if self.url.contains('@') {
            "correct what stands before the `@` in --nats or PELATO_NATS_URL"
        } else if self.cert.is_some() {
            "it trusts the certificate and has no user for the name in it; add that user to the server, or give other credentials too"
        } else {
            "it wants to know who we are; set PELATO_NATS_USER and PELATO_NATS_PASSWORD, PELATO_NATS_TOKEN, PELATO_NATS_NKEY or PELATO_NATS_CREDS (`nats.user` and `nats.password`, `nats.token`, `nats.nkey` or `nats.creds` of the environment in runner.yaml)"
        }
    }

    fn user(&self) -> Option<&str> {
        self.user.as_deref().filter(|user| !user.is_empty())
    }

    fn is_websocket(&self) -> bool {
        self.url.split(',').any(|url| {
            let url = url.trim();
            url.starts_with("ws://") || url.starts_with("wss://")
        })
    }
}

async fn read(path: &Path, key: &'static str) -> Result<String, DeployError> {
    let text = tokio::fs::read_to_string(path).await;
    text.map_err(|error| unusable(path, key, &error.to_string()))
}

fn unusable(path: &Path, key: &'static str, reason: &str) -> DeployError {
    DeployError::File {
        path: path.to_owned(),
        key,
        reason: reason.to_owned(),
    }
}
