//! What a client asks a host and what that answers: one line of JSON each, over
//! the socket in the host's folder. A connection is for one question.

use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;

use crate::deploy::application::Claim;
use crate::report::TargetState;

/// The longest line, in bytes: a message of 1 MiB in base64 has room, and a
/// manifest many times.
const LONGEST: u64 = 16 << 20;

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub(super) enum Ask {
    /// Who is there?
    Ping,
    /// Run this, in the place of what has its name.
    Put {
        /// The wadm manifest.
        document: Value,
        /// A file with the component, to be read before the answer.
        file: PathBuf,
        /// The component's SHA-256.
        digest: String,
    },
    /// Stop this and forget it.
    Remove { application: String, claim: Claim },
    /// What is to run?
    List,
    /// Finish what has begun, and end. What is to run stays on the disk.
    Stop,
    /// Send a message to whoever listens.
    Publish { subject: String, body: Bytes },
    /// Send a message and wait for an answer.
    Request { subject: String, body: Bytes, seconds: f64 },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    Host {
        identity: String,
    },
    /// How a `put` ended.
    Put(Ran),
    Applications(Vec<Application>),
    Removed(bool),
    Message(Bytes),
    Done,
    /// It cannot be done; why.
    Refused(String),
}

/// How a start ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ran {
    /// [`TargetState::Running`] or [`TargetState::Failed`].
    pub(super) state: TargetState,
    /// Why it failed.
    pub(super) reason: Option<String>,
}

impl From<Result<(), String>> for Ran {
    fn from(started: Result<(), String>) -> Self {
        Self {
            state: match started {
                Ok(()) => TargetState::Running,
                Err(_) => TargetState::Failed,
            },
            reason: started.err(),
        }
    }
}

/// What is to run, and whether it does.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Application {
    pub(super) document: Value,
    #[serde(flatten)]
    pub(super) ran: Ran,
}

/// The bytes of a message, base64 in JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl Clone for Bytes {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl TryFrom<String> for Bytes {
    type Error = base64::DecodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        BASE64_STANDARD.decode(text).map(Self)
    }
}

impl From<Bytes> for String {
    fn from(bytes: Bytes) -> Self {
        BASE64_STANDARD.encode(bytes.0)
    }
}

/// Reads one line; an error where the other side goes without one.
pub(super) async fn receive<T: for<'de> Deserialize<'de>>(stream: &mut UnixStream) -> std::io::Result<T> {
    let mut line = Vec::new();
    let mut reader = BufReader::new(stream).take(LONGEST);
    reader.read_until(b'\n', &mut line).await?;
    if line.last() != Some(&b'\n') {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(serde_json::from_slice(&line)?)
}

pub(super) async fn send(stream: &mut UnixStream, value: &impl Serialize) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    stream.flush().await
}
