//! HTTP as it is on the wire: what a library would hide is what is asked here.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to a server.
pub(crate) struct Connection(BufReader<TcpStream>);

/// What a server answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// 200, ….
    pub(crate) status: u16,
    /// Names in small letters, and values.
    pub(crate) fields: Vec<(String, String)>,
    /// Whole.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The value of a field.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The status and what is said with it.
    pub(crate) fn said(&self) -> (u16, String) {
        (self.status, String::from_utf8_lossy(&self.body).into_owned())
    }
}

impl Connection {
    /// A new one.
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    /// Writes as it is. A server that has answered may not listen any more.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        let _ = self.0.get_mut().write_all(bytes).await;
    }

    /// Posts a body.
    pub(crate) async fn post(&mut self, body: &[u8]) -> Option<Answer> {
        let head = format!(
            "POST / HTTP/1.1\r\nhost: task\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.write(head.as_bytes()).await;
        self.write(body).await;
        self.answer().await
    }

    /// The answer; none where the server closed the connection without one.
    pub(crate) async fn answer(&mut self) -> Option<Answer> {
        self.answer_to("POST").await
    }

    /// The answer to a request of `method`: that of HEAD has no body.
    pub(crate) async fn answer_to(&mut self, method: &str) -> Option<Answer> {
        let read = tokio::time::timeout(PATIENCE, self.read(method));
        read.await.expect("an answer in time")
    }

    async fn read(&mut self, method: &str) -> Option<Answer> {
        let line = self.line().await?;
        let status = line.split(' ').nth(1)?.parse().unwrap();
        let mut fields = Vec::new();
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Answer {
            status,
            fields,
            body: Vec::new(),
        };
        if method == "HEAD" || status == 204 || status < 200 {
            return Some(answer);
        }
        if answer.field("transfer-encoding") == Some("chunked") {
            loop {
                let length = usize::from_str_radix(&self.line().await?, 16).unwrap();
                let start = answer.body.len();
                answer.body.resize(start + length, 0);
                self.0.read_exact(&mut answer.body[start..]).await.ok()?;
                self.line().await?;
                if length == 0 {
                    break;
                }
            }
        } else if let Some(length) = answer.field("content-length") {
            answer.body = vec![0; length.parse().unwrap()];
            self.0.read_exact(&mut answer.body).await.ok()?;
        } else {
            self.0.read_to_end(&mut answer.body).await.ok()?;
        }
        Some(answer)
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.0.read_line(&mut line).await.ok()?;
        (read > 0).then(|| line.trim_end().to_owned())
    }
}
