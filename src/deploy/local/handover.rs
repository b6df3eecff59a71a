//! What a client tells the process that it starts: which host it is, its NATS and its
//! database. None of it is on the disk.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::deploy::{DeployError, NatsConfig};

/// The variables in the environment of a host. Only its user's processes see
/// them; arguments would be seen by all.
const IDENTITY: &str = "PELATO_LOCAL_IDENTITY";
const NATS: &str = "PELATO_LOCAL_NATS";
const SQL: &str = "PELATO_LOCAL_SQL";

/// Stands before the digest of a database in an identity.
const WITH_SQL: &str = "+sql-";

/// What a host was handed.
pub(super) struct HandedOver {
    /// Which host it is.
    pub(super) identity: String,
    pub(super) nats: Option<NatsConfig>,
    /// The address of the database.
    pub(super) sql: Option<SecretString>,
}

/// [`NatsConfig`] with its secrets, as it is handed over.
#[derive(Serialize, Deserialize)]
struct Nats {
    url: String,
    user: Option<String>,
    password: Option<String>,
    token: Option<String>,
    nkey: Option<String>,
    nkey_file: Option<PathBuf>,
    creds: Option<PathBuf>,
    ca: Option<PathBuf>,
    cert: Option<PathBuf>,
    key: Option<PathBuf>,
}

/// The whole environment of a host.
pub(super) fn environment(
    program: &Path,
    nats: Option<&NatsConfig>,
    sql: Option<&SecretString>,
) -> Vec<(&'static str, String)> {
    let mut environment = vec![(IDENTITY, identity(program, nats, sql))];
    environment.extend(nats.map(|nats| (NATS, text_of(nats))));
    environment.extend(sql.map(|sql| (SQL, sql.expose_secret().to_owned())));
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
        nkey: secret(&nats.nkey),
        nkey_file: file(&nats.nkey_file),
        creds: file(&nats.creds),
        ca: file(&nats.ca),
        cert: file(&nats.cert),
        key: file(&nats.key),
    };
    // A struct of texts is always JSON.
    serde_json::to_string(&handed).unwrap_or_default()
}

/// What this process was handed.
pub(super) fn handed_over() -> Result<HandedOver, DeployError> {
    let identity = std::env::var(IDENTITY).unwrap_or_default();
    let sql = std::env::var(SQL).ok().map(SecretString::from);
    let Ok(text) = std::env::var(NATS) else {
        let nats = None;
        return Ok(HandedOver { identity, nats, sql });
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
        nkey: nats.nkey.map(SecretString::from),
        nkey_file: nats.nkey_file,
        creds: nats.creds,
        ca: nats.ca,
        cert: nats.cert,
        key: nats.key,
    };
    Ok(HandedOver {
        identity,
        nats: Some(nats),
        sql,
    })
}

/// Whether the host that says it is `is` will do for who wants `wanted`: whoever names
/// no database leaves the host the one that it has.
pub(super) fn will_do(is: &str, wanted: &str) -> bool {
    is == wanted || is.strip_prefix(wanted).is_some_and(|more| more.starts_with(WITH_SQL))
}

/// Tells a host of this program and these settings from any other: the version, the
/// program's file, and digests of its NATS and its database. It goes over the host's
/// socket, which is its user's alone.
pub(super) fn identity(program: &Path, nats: Option<&NatsConfig>, sql: Option<&SecretString>) -> String {
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
    let sql = sql.map(|sql| {
        let digest = Sha256::digest(sql.expose_secret());
        format!("{WITH_SQL}{}", hex::encode(&digest[..6]))
    });
    format!(
        "{}+{size}.{changed}+{bus}{}",
        env!("CARGO_PKG_VERSION"),
        sql.unwrap_or_default()
    )
}
