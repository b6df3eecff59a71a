//! Hearing what the tasks of a local host publish.

use std::io;

use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::net::UnixStream;

use super::client::LocalHost;
use super::folder::Folder;
use super::protocol::{Answer, Ask, Bytes, send};
use crate::deploy::DeployError;
use crate::runtime::{Bus, Message};

/// The messages of one subject, from the moment at which listening began.
#[derive(Debug)]
pub struct Listening(Lines<BufReader<UnixStream>>);

impl LocalHost {
    /// Listens to `subject`, which may hold `*` and `>`, beside the tasks that do.
    ///
    /// # Errors
    /// Where no host can be started, or `subject` is none.
    pub async fn listen(&self, subject: &str) -> Result<Listening, DeployError> {
        // Starts the host where none runs.
        self.call(&Ask::Ping).await?;
        let folder = Folder::open(&self.folder)?;
        let begun = begin(&folder, subject).await;
        let (listening, answer) = begun.map_err(|error| DeployError::LocalSilent {
            reason: error.to_string(),
            log: self.log(),
        })?;
        match answer {
            Answer::Done => Ok(listening),
            answer => Err(self.refused("listen to", subject, answer)),
        }
    }
}

async fn begin(folder: &Folder, subject: &str) -> io::Result<(Listening, Answer)> {
    let socket = folder.socket().map_err(io::Error::other)?;
    let mut stream = UnixStream::connect(&socket.path).await?;
    let ask = Ask::Listen {
        subject: subject.to_owned(),
    };
    send(&mut stream, &ask).await?;
    let mut listening = Listening(BufReader::new(stream).lines());
    let answer = listening.answer().await?;
    Ok((listening, answer))
}

impl Listening {
    /// The next message's body; none once the host has ended.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        match self.answer().await {
            Ok(Answer::Message(Bytes(body))) => Some(body),
            _ => None,
        }
    }

    async fn answer(&mut self) -> io::Result<Answer> {
        let line = self.0.next_line().await?;
        let line = line.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(serde_json::from_str(&line)?)
    }
}

/// The host's side: tells `stream` of each message until one of the two goes.
pub(super) async fn tell(mut stream: UnixStream, bus: &Bus, subject: &str) {
    let mut inbox = match bus.subscribe(subject, None).await {
        Ok(inbox) => inbox,
        Err(error) => {
            let _ = send(&mut stream, &Answer::Refused(error.to_string())).await;
            return;
        }
    };
    if send(&mut stream, &Answer::Done).await.is_err() {
        return;
    }
    let mut gone = [0];
    loop {
        let message = tokio::select! {
            message = inbox.next() => message,
            // Who listens says nothing more: what can be read is the end.
            _ = stream.readable() => match stream.try_read(&mut gone) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                _ => return,
            },
        };
        let Some(Message { body, .. }) = message else { return };
        if send(&mut stream, &Answer::Message(Bytes(body.to_vec()))).await.is_err() {
            return;
        }
    }
}
