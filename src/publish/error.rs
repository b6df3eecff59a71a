//! What can go wrong between a component and a registry.

use std::path::PathBuf;
use std::time::Duration;

/// Why an artifact could not be looked up or published. Each message says what
/// is wrong, where, and what to do; none holds a password or token.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// `REGISTRY_URL` is no registry.
    #[error(
        "the registry address `{url}` cannot be used: {reason} (REGISTRY_URL, or `registry.url` of the environment in runner.yaml, is host[:port][/path])"
    )]
    Address {
        /// As given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// `REGISTRY_URL` holds a user or password.
    #[error(
        "the registry address holds an `@`: take user and password out of REGISTRY_URL (`registry.url`) and put them into REGISTRY_USER and REGISTRY_PASSWORD (`registry.user`, `registry.password` in runner.yaml)"
    )]
    CredentialsInAddress,
    /// `http://` to a registry that is not on this machine.
    #[error(
        "the registry {host} would be spoken to in plain http, which shows password and code to the network; use https, or set `insecure: true` for it in runner.yaml (PELATO_REGISTRY_INSECURE=true) if that network is yours"
    )]
    PlainHttp {
        /// `host[:port]`.
        host: String,
    },
    /// A user without a password, or the reverse.
    #[error(
        "{given} is set for the registry {host}, but {missing} is not: set both, or neither to use Docker's own credentials"
    )]
    HalfCredentials {
        /// `host[:port]`.
        host: String,
        /// The variable that is set.
        given: &'static str,
        /// The variable that is not.
        missing: &'static str,
    },
    /// The client could not be set up.
    #[error("the client for the registry {host} could not be set up: {reason}")]
    Client {
        /// `host[:port]`.
        host: String,
        /// What the library says.
        reason: String,
    },
    /// A component's name that no registry takes.
    #[error(
        "`component_name: {name}` cannot name a repository of an OCI registry: {reason}; take letters, digits and single `.`, `_` or `-` between them"
    )]
    Name {
        /// The component.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A version that no registry takes as a tag.
    #[error(
        "`version: {version}` of {name} cannot be a tag in an OCI registry; take letters, digits, `.`, `_` and `-`, 128 characters at most"
    )]
    Version {
        /// The component.
        name: String,
        /// Its version.
        version: String,
    },
    /// A fingerprint that is no SHA-256.
    #[error(
        "the fingerprint `{fingerprint}` of {name} is no SHA-256 in hex; this is a mistake in pelato, please report it"
    )]
    Fingerprint {
        /// The component.
        name: String,
        /// As given.
        fingerprint: String,
    },
    /// Bytes that are no component.
    #[error("what was built for {name} is not a WebAssembly component, so it was not published: {reason}")]
    NotAComponent {
        /// The component.
        name: String,
        /// What the decoder says.
        reason: String,
    },
    /// What is kept is not what its digest says, or cannot be read.
    #[error("the artifact {digest} in {place} is damaged: {reason}")]
    Damaged {
        /// The folder or the registry.
        place: String,
        /// What was asked for.
        digest: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A layout folder that cannot be used.
    #[error("the folder of artifacts cannot be used: {path}: {reason}")]
    Folder {
        /// Which file or folder.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// No connection, or none in time.
    #[error(
        "the registry {host} does not answer: {reason}; check REGISTRY_URL (`registry.url` of the environment in runner.yaml) and that the registry is up and reachable from here"
    )]
    Unreachable {
        /// `host[:port]`.
        host: String,
        /// What the network says.
        reason: String,
    },
    /// A connection without a TLS session.
    #[error(
        "no trusted https connection to the registry {host}: {reason}; give it a certificate that this machine trusts (a private authority: SSL_CERT_FILE), or, if it speaks plain http, set `insecure: true` for it in runner.yaml (PELATO_REGISTRY_INSECURE=true)"
    )]
    Tls {
        /// `host[:port]`.
        host: String,
        /// What TLS says.
        reason: String,
    },
    /// 401, or a refused token request.
    #[error(
        "the registry {host} refused the credentials for {repository}: tried {tried}{reason}; set REGISTRY_USER and REGISTRY_PASSWORD (`registry.user`, `registry.password` of the environment in runner.yaml), or run `docker login {host}`"
    )]
    Unauthorized {
        /// `host[:port]`.
        host: String,
        /// `path/name`.
        repository: String,
        /// Which credentials, and where they are from.
        tried: String,
        /// What the registry says: empty, or beginning with a comma.
        reason: String,
    },
    /// 403.
    #[error(
        "the registry {host} does not let {tried} write to {repository}{reason}; grant it the right to push there, or choose another path in REGISTRY_URL (`registry.url` of the environment in runner.yaml)"
    )]
    Forbidden {
        /// `host[:port]`.
        host: String,
        /// `path/name`.
        repository: String,
        /// Which credentials, and where they are from.
        tried: String,
        /// What the registry says: empty, or beginning with a comma.
        reason: String,
    },
    /// 404 where something is written.
    #[error(
        "the registry {host} has no place {repository}{reason}; check the path in REGISTRY_URL (`registry.url` of the environment in runner.yaml), and create the project there if this registry wants that first"
    )]
    NotFound {
        /// `host[:port]`.
        host: String,
        /// `path/name`.
        repository: String,
        /// What the registry says: empty, or beginning with a comma.
        reason: String,
    },
    /// Its storage, or our share of it, is used up.
    #[error(
        "the registry {host} takes no more for {repository}{reason}; free space there or raise the quota, then run again"
    )]
    Full {
        /// `host[:port]`.
        host: String,
        /// `path/name`.
        repository: String,
        /// What the registry says: empty, or beginning with a comma.
        reason: String,
    },
    /// 429.
    #[error(
        "the registry {host} limits how often it may be asked{reason}; run again later, or with credentials that may more (tried {tried})"
    )]
    TooMany {
        /// `host[:port]`.
        host: String,
        /// Which credentials, and where they are from.
        tried: String,
        /// What the registry says: empty, or beginning with a comma.
        reason: String,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// 5xx and whatever else it answers.
    #[error("the registry {host} failed at {repository}: {reason}; see the registry's log, then run again")]
    Server {
        /// `host[:port]`.
        host: String,
        /// `path/name`.
        repository: String,
        /// What it answered.
        reason: String,
        /// The answer's code; 0 where the answer made no sense.
        status: u16,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
}

impl PublishError {
    /// Whether the same may go through later: the registry is away, is not well, or asks
    /// for patience. What it refuses it will refuse again.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TooMany { .. } => true,
            Self::Server { status, .. } => *status == 408 || *status >= 500,
            _ => false,
        }
    }

    /// How long the registry asks to be left alone, where it says so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooMany { retry_after, .. } | Self::Server { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}
