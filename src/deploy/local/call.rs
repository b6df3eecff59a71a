//! One question to a host.

use std::io;
use std::time::Duration;

use tokio::net::UnixStream;
use tokio::time::timeout;

use super::client::LocalHost;
use super::folder::Folder;
use super::protocol::{Answer, Ask, receive, send};
use crate::deploy::DeployError;

/// A host that lives answers a ping at once, a busy machine somewhat later.
const PING_LIMIT: Duration = Duration::from_secs(5);

/// A component is compiled in that time, and others before it.
const ANSWER_LIMIT: Duration = Duration::from_secs(120);

/// A host may end between two questions, when nothing is deployed any more.
const TRIES: usize = 3;

impl LocalHost {
    /// Asks the host, which is started where none runs. All questions may be asked
    /// twice: a host that ends before it answers is started again.
    pub(super) async fn call(&self, ask: &Ask) -> Result<Answer, DeployError> {
        let mut tried = 0;
        loop {
            let folder = self.ensure().await?;
            tried += 1;
            match exchange(&folder, ask, ANSWER_LIMIT + longer(ask)).await {
                Ok(answer) => return Ok(answer),
                Err(error) if tried == TRIES => {
                    return Err(DeployError::LocalSilent {
                        reason: error.to_string(),
                        log: self.log(),
                    });
                }
                Err(_) => {}
            }
        }
    }

    /// Which host answers; none if no one does.
    pub(super) async fn ping(&self, folder: &Folder) -> Option<String> {
        match exchange(folder, &Ask::Ping, PING_LIMIT).await {
            Ok(Answer::Host { identity }) => Some(identity),
            _ => None,
        }
    }
}

/// What a question may take by itself.
fn longer(ask: &Ask) -> Duration {
    match ask {
        Ask::Request { seconds, .. } => Duration::try_from_secs_f64(*seconds).unwrap_or_default(),
        _ => Duration::ZERO,
    }
}

pub(super) async fn exchange(folder: &Folder, ask: &Ask, limit: Duration) -> io::Result<Answer> {
    let socket = folder.socket().map_err(io::Error::other)?;
    let talk = async {
        let mut stream = UnixStream::connect(&socket.path).await?;
        send(&mut stream, ask).await?;
        receive(&mut stream).await
    };
    let answered = timeout(limit, talk).await;
    answered.unwrap_or_else(|_| Err(io::Error::other(format!("no answer within {} s", limit.as_secs()))))
}
