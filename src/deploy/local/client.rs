//! The local host as the processes see it that deploy.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use secrecy::SecretString;

use super::folder::Folder;
use super::protocol::{Answer, Ask, Bytes};
use crate::deploy::{DeployError, NatsConfig};

/// Fetches the component of an image reference; the error says why it cannot.
pub type Fetch = Arc<dyn Fn(String) -> BoxFuture<'static, Result<Vec<u8>, String>> + Send + Sync>;

/// Which local host.
#[derive(Clone, Debug)]
pub struct LocalConfig {
    /// Its state folder. Each has its own tasks and its own messages.
    pub folder: PathBuf,
    /// The NATS that its tasks talk over; none for a bus within the host.
    pub nats: Option<NatsConfig>,
    /// The PostgreSQL database that its tasks write to; none for the one that the host
    /// has, if it has one.
    pub sql: Option<SecretString>,
    /// The program that has `local-host`; this one, if none.
    pub program: Option<PathBuf>,
}

/// A client of one local host. Speaks to nobody before it is asked something.
pub struct LocalHost {
    pub(super) folder: PathBuf,
    pub(super) nats: Option<NatsConfig>,
    pub(super) sql: Option<SecretString>,
    pub(super) program: PathBuf,
    pub(super) fetch: Fetch,
}

impl LocalHost {
    /// A client; `fetch` gets the components that are deployed.
    pub fn new(config: LocalConfig, fetch: Fetch) -> Result<Self, DeployError> {
        let failed = |reason: std::io::Error| DeployError::LocalFolder {
            path: config.folder.clone(),
            reason: reason.to_string(),
        };
        let program = match config.program {
            Some(program) => program,
            None => std::env::current_exe().map_err(failed)?,
        };
        Ok(Self {
            folder: std::path::absolute(&config.folder).map_err(failed)?,
            nats: config.nats,
            sql: config.sql,
            program,
            fetch,
        })
    }

    /// Where the host says what its tasks log and what fails.
    pub fn log(&self) -> PathBuf {
        self.folder.join("host.log")
    }

    /// Sends a message to the tasks that listen on `subject`.
    pub async fn publish(&self, subject: &str, body: &[u8]) -> Result<(), DeployError> {
        let ask = Ask::Publish {
            subject: subject.to_owned(),
            body: Bytes(body.to_vec()),
        };
        match self.call(&ask).await? {
            Answer::Done => Ok(()),
            answer => Err(self.refused("send the message to", subject, answer)),
        }
    }

    /// Sends a message and waits for the first answer to it, `limit` at most.
    pub async fn request(&self, subject: &str, body: &[u8], limit: Duration) -> Result<Vec<u8>, DeployError> {
        let ask = Ask::Request {
            subject: subject.to_owned(),
            body: Bytes(body.to_vec()),
            seconds: limit.as_secs_f64(),
        };
        match self.call(&ask).await? {
            Answer::Message(body) => Ok(body.0),
            answer => Err(self.refused("ask", subject, answer)),
        }
    }

    /// Ends the host, if one runs. What is deployed stays on the disk, and runs
    /// again with the next host.
    pub async fn stop(&self) -> Result<(), DeployError> {
        if !self.folder.exists() {
            return Ok(());
        }
        let folder = Folder::open(&self.folder)?;
        let _starting = self.starting(&folder).await?;
        self.end(&folder).await
    }

    pub(super) fn refused(&self, action: &'static str, what: &str, answer: Answer) -> DeployError {
        DeployError::LocalRefused {
            action,
            what: what.to_owned(),
            reason: match answer {
                Answer::Refused(reason) => reason,
                other => format!("it answered something else: {other:?}"),
            },
        }
    }
}
