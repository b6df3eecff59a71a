//! What a client tells the process that it starts: which host it is, and its NATS.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::deploy::{DeployError, NatsConfig};

/// The two variables in the environment of a host. Only its user's processes see
/// them; arguments would be seen by all.
const IDENTITY: &str = "PELATO_LOCAL_IDENTITY";
const NATS: &str = "PELATO_LOCAL_NATS";

/// [`NatsConfig`] with its secrets, as it is handed over.
#[derive(Serialize, Deserialize)]
struct Nats {
    url: String,
    user: Option<String>,
    password: Option<String>,
    token: Option<String>,
    creds: Option<PathBuf>,
    ca: Option<PathBuf>,
    cert: Option<PathBuf>,
    key: Option<PathBuf>,
}

/// The whole environment of a host.
pub(super) fn environment(program: &Path, nats: Option<&NatsConfig>) -> Vec<(&'static str, String)> {
    let mut environment = vec![(IDENTITY, identity(program, nats))];
    environment.extend(nats.map(|nats| (NATS, text_of(nats))));
    environment
}

fn text_of(nats: &NatsConfig) -> String {
    let secret = |secret: &Option<SecretString>| secret.as_ref().map(|secret| secret.expose_secret().to_owned());
    // The host works in a folder of its own.
    let file = |path: &Option<PathBuf>| {
        path.as_ref()
            .map(|path| std::path::absolute(path).unwrap_or(path.clone()))
    };
    let handed = Nats {
        url: nats.url.clone(),
        user: nats.user.clone(),
        password: secret(&nats.password),
        token: secret(&nats.token),
        creds: file(&nats.creds),
        ca: file(&nats.ca),
        cert: file(&nats.cert),
        key: file(&nats.key),
    };
    // A struct of texts is always JSON.
    serde_json::to_string(&handed).unwrap_or_default()
}

/// Which host this process is, and the NATS that it was handed, if it was.
pub(super) fn handed_over() -> Result<(String, Option<NatsConfig>), DeployError> {
    let identity = std::env::var(IDENTITY).unwrap_or_default();
    let Ok(text) = std::env::var(NATS) else {
        return Ok((identity, None));
    };
    let nats: Nats = serde_json::from_str(&text).map_err(|_| DeployError::Address {
        url: NATS.to_owned(),
        reason: "it is not what a client hands over".to_owned(),
    })?;
    let nats = NatsConfig {
        url: nats.url,
        user: nats.user,
        password: nats.password.map(SecretString::from),
        token: nats.token.map(SecretString::from),
        creds: nats.creds,
        ca: nats.ca,
        cert: nats.cert,
        key: nats.key,
    };
    Ok((identity, Some(nats)))
}

/// Tells a host of this program and these settings from any other: the version, the
/// program's file, and a digest of its NATS.
pub(super) fn identity(program: &Path, nats: Option<&NatsConfig>) -> String {
    let file = std::fs::metadata(program).ok();
    let size = file.as_ref().map_or(0, std::fs::Metadata::len);
    let changed = file
        .and_then(|file| file.modified().ok())
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos());
    let bus = match nats {
        None => "memory".to_owned(),
        Some(nats) => hex::encode(&Sha256::digest(text_of(nats))[..6]),
    };
    format!("{}+{size}.{changed}+{bus}", env!("CARGO_PKG_VERSION"))
}
