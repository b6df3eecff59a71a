//! What can go wrong on the way to a lattice.

use std::path::PathBuf;

/// Why a lattice could not be asked or changed. Each message says what is
/// wrong, where, and what to do; none holds a password or token.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// The address of NATS is none.
    #[error(
        "the NATS address `{url}` cannot be used: {reason}; write NATS_HOST and NATS_PORT, PELATO_NATS_URL, or `nats.url` of the environment in runner.yaml as nats://host:port"
    )]
    Address {
        /// Without user and password.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No connection, or none in time.
    #[error(
        "NATS does not answer at {url}: {reason}; check NATS_HOST and NATS_PORT (PELATO_NATS_URL, or `nats.url` of the environment in runner.yaml) and that the server is up and reachable from here"
    )]
    Unreachable {
        /// Without user and password.
        url: String,
        /// What the network says.
        reason: String,
    },
    /// The server lets us in with these credentials not.
    #[error("NATS at {url} answers, and refused {tried}: {advice}")]
    Refused {
        /// Without user and password.
        url: String,
        /// Which credentials, never the secret.
        tried: String,
        /// What that means, and what to do.
        advice: &'static str,
    },
    /// The server lets us in, but not do this.
    #[error(
        "NATS at {url} does not let {tried} do that: {reason}; the account needs to publish to wadm.api.>, wasmbus.ctl.>, wasmbus.rpc.*.*.health and wasmbus.rpc.*.*.linkdefs.del, and to subscribe to wadm.status.>, wasmbus.evt.> and _INBOX.>"
    )]
    NotAllowed {
        /// Without user and password.
        url: String,
        /// Which credentials, never the secret.
        tried: String,
        /// What the server says.
        reason: String,
    },
    /// A connection without a TLS session.
    #[error("no trusted TLS connection to NATS at {url}: {reason}; {advice}")]
    Tls {
        /// Without user and password.
        url: String,
        /// What TLS says.
        reason: String,
        /// What that means, and what to do.
        advice: &'static str,
    },
    /// A certificate without its key, or the other way round.
    #[error("{is} is set, and {lacks} is not; a certificate and its key go together, so set both or neither")]
    Half {
        /// What is there.
        is: &'static str,
        /// What is not.
        lacks: &'static str,
    },
    /// What is called the seed of an nkey is none.
    #[error(
        "{at} holds no seed of a user's nkey; it begins with SU and has 58 letters and digits, as `nk -gen user` writes it"
    )]
    Seed {
        /// Where it was looked for.
        at: String,
    },
    /// A file that the configuration names cannot be used.
    #[error("the file {path} named by {key} cannot be used: {reason}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Where the configuration names it.
        key: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// NATS is there, wadm is not.
    #[error(
        "wadm does not answer for the lattice `{lattice}` on NATS at {url}; start wadm on that NATS server, or name the lattice that it serves (PELATO_LATTICE, --lattice, or `lattice` of the environment in runner.yaml)"
    )]
    WadmSilent {
        /// The lattice.
        lattice: String,
        /// Without user and password.
        url: String,
    },
    /// wadm said no.
    #[error("wadm did not {action} {application}: {reason}")]
    Rejected {
        /// `put`, `deploy`, …
        action: &'static str,
        /// The application.
        application: String,
        /// What wadm says.
        reason: String,
    },
    /// wadm's answer is not one that we know.
    #[error("wadm's answer about {application} could not be read: {reason}; pelato speaks to wadm 0.20 and later")]
    Unreadable {
        /// The application, or `its applications`.
        application: String,
        /// What the parser says.
        reason: String,
    },
    /// A manifest that is no wadm manifest.
    #[error(
        "the manifest of {application} is no wadm application: {reason}; correct the template that it was made from"
    )]
    Manifest {
        /// The application.
        application: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The application is someone else's.
    #[error(
        "the application {application} on this {place} belongs to {theirs}, not to {ours}; it was left alone: choose another component_name, or remove the other one first"
    )]
    Foreign {
        /// The application.
        application: String,
        /// `lattice` or `host`.
        place: &'static str,
        /// Who has it.
        theirs: String,
        /// Who asked.
        ours: String,
    },
    /// The old one does not stop.
    #[error(
        "{application} was undeployed, but {left} after {seconds} s; nothing new was started, since the old code could go on running under the new name: restart that host, then run again"
    )]
    Stuck {
        /// The application.
        application: String,
        /// What is left where.
        left: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The address of a database cannot be handed to the provider.
    #[error(
        "the address of the database cannot be used: {reason}; write postgres://USER:PASSWORD@HOST:PORT/DATABASE into PELATO_SQL_URL, or where `sql.url` of the environment in runner.yaml says"
    )]
    Database {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The way to a database is not on the lattice.
    #[error(
        "the way to the database, the configuration {name}, could not be put on the lattice `{lattice}`: {reason}; start a host of that lattice, then run again"
    )]
    Way {
        /// Of the configuration.
        name: String,
        /// The lattice.
        lattice: String,
        /// What a host says.
        reason: String,
    },
    /// Nobody of that name is on the lattice.
    #[error("no host of the lattice `{lattice}` is called `{named}`, and none serves a target of that name; {there}")]
    NoHost {
        /// What was asked for.
        named: String,
        /// The lattice.
        lattice: String,
        /// Which hosts there are.
        there: String,
    },
    /// A host keeps what it was told to stop.
    #[error("{left} after {seconds} s; look at its log, or stop it all the same: what it works on is lost then")]
    Undrained {
        /// Who still runs what.
        left: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The run was cancelled.
    #[error("cancelled before {application} was deployed")]
    Cancelled {
        /// The application.
        application: String,
    },
    /// The state folder of the local host.
    #[error(
        "the folder {path} of the local host cannot be used: {reason}; name another one in PELATO_STATE (`data` in runner.yaml)"
    )]
    LocalFolder {
        /// Which folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The process does not come up, or the one before does not go.
    #[error("the local host does not start: {reason}; its log is {log}")]
    LocalStart {
        /// What is known of it.
        reason: String,
        /// Where it says more.
        log: PathBuf,
    },
    /// The process is there and gives no answer.
    #[error("the local host does not answer: {reason}; its log is {log}")]
    LocalSilent {
        /// What is known of it.
        reason: String,
        /// Where it says more.
        log: PathBuf,
    },
    /// The local host said no.
    #[error("the local host did not {action} {what}: {reason}")]
    LocalRefused {
        /// `run`, `remove`, …
        action: &'static str,
        /// The application, or the subject.
        what: String,
        /// What it says.
        reason: String,
    },
    /// The component that a manifest names cannot be fetched.
    #[error("the component of {application} cannot be fetched: {reason}")]
    Component {
        /// The application.
        application: String,
        /// Why.
        reason: String,
    },
}

impl DeployError {
    /// Whether the same may go through later: NATS, wadm, a host or the local host is away
    /// or not well. What is refused will be refused again.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::WadmSilent { .. }
            | Self::Way { .. }
            // What was taken down is to come up again, once that host is well.
            | Self::Stuck { .. }
            | Self::LocalStart { .. }
            | Self::LocalSilent { .. }
            | Self::Component { .. } => true,
            // wadm answers so while its own store is away.
            Self::Rejected { reason, .. } => {
                reason.contains("storage error") || reason.contains("likely a transient error")
            }
            _ => false,
        }
    }
}
