//! The process of a local host.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use tokio::net::{UnixListener, UnixStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::desk::{DRAIN, Desk};
use super::folder::Folder;
use super::handover::{HandedOver, handed_over};
use super::journal::Journal;
use super::listen;
use super::protocol::{Answer, Ask, Bytes, receive, send};
use super::shelf::Shelf;
use crate::deploy::DeployError;
use crate::runtime::{Buckets, Bus, Compiler, Host, Limits, Message, Options, Runtime, Sql, Stores};

/// The largest message, in bytes: NATS's own default.
const LARGEST_MESSAGE: usize = 1 << 20;

/// How often the host looks whether it is still wanted.
const LOOK: Duration = Duration::from_secs(2);

/// How long a host without any application waits for one.
const IDLE: Duration = Duration::from_secs(10);

/// Who asks says so at once.
const QUESTION_LIMIT: Duration = Duration::from_secs(30);

/// Runs a local host in `folder` until it is told to end, or nothing is deployed any
/// more. Its clients start it, and hand it what it needs in its environment: see
/// [`LocalHost`](super::LocalHost).
pub async fn serve_host(folder: &Path) -> Result<(), DeployError> {
    let folder = Folder::open(folder)?;
    let failed = |error: std::io::Error| folder.failed(&error);
    let Some(mut lock) = folder.host_lock()? else {
        return Err(folder.failed(&"another host works in it already"));
    };
    lock.set_len(0).and_then(|()| lock.rewind()).map_err(failed)?;
    writeln!(lock, "{}", std::process::id()).map_err(failed)?;
    folder.clear();
    let journal = Journal::open(folder.log()).map_err(failed)?;
    let HandedOver { identity, nats, sql } = handed_over()?;
    let bus = match nats {
        None => Bus::memory(LARGEST_MESSAGE),
        Some(nats) => Bus::Nats(nats.connect().await?.client.into()),
    };
    let runtime = Runtime::new(&Options {
        compiler: Compiler::Thorough,
        limits: Limits::default(),
        cache: Some(folder.cache()),
    });
    let runtime = runtime.map_err(|error| folder.failed(&error))?;
    let host = Host::new(bus, journal.observer());
    // Buckets outlive the host, as deployments do.
    let stores = Stores {
        buckets: Buckets::folder(folder.buckets()),
        bucket: None,
        sql: sql
            .map(|url| Sql::named(url.expose_secret()))
            .transpose()
            .map_err(|error| folder.failed(&error))?,
    };
    let desk = Arc::new(Desk::new(host, runtime, Shelf::of(&folder), journal.clone(), stores));
    let socket = folder.socket()?;
    // Of a host that was killed; whoever has the lock may take its place.
    let _ = std::fs::remove_file(&socket.path);
    let mut listener = UnixListener::bind(&socket.path).map_err(failed)?;
    journal.say("the host begins");
    let stop = ending().map_err(failed)?;
    let mut work = JoinSet::new();
    let restoring = Arc::clone(&desk);
    work.spawn(async move { restoring.restore().await });
    let door = Arc::new(Door {
        identity,
        desk: Arc::clone(&desk),
        stop,
        unused: Notify::new(),
    });
    loop {
        let reason = door.answer(listener, &folder, &lock, &mut work).await;
        // Who comes now finds no one, and starts the next host once this one is gone.
        let _ = std::fs::remove_file(&socket.path);
        let _ = timeout(DRAIN, async { while work.join_next().await.is_some() {} }).await;
        // Unless something was deployed while it closed.
        if reason == Reason::Told || desk.is_empty().await {
            break;
        }
        listener = UnixListener::bind(&socket.path).map_err(failed)?;
    }
    journal.say("the host ends");
    if timeout(DRAIN, desk.host().clear()).await.is_err() {
        journal.say("some tasks had not finished in time");
    }
    journal.flush();
    drop(lock);
    Ok(())
}

/// A token that SIGTERM cancels. Who closes the terminal that the host was started
/// from, or presses Ctrl-C there, means something else.
fn ending() -> std::io::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminated = signal(SignalKind::terminate())?;
    let mut ignored = [signal(SignalKind::hangup())?, signal(SignalKind::interrupt())?];
    let cancelled = stop.clone();
    tokio::spawn(async move {
        let [hangup, interrupt] = &mut ignored;
        loop {
            tokio::select! {
                _ = terminated.recv() => break,
                _ = hangup.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        cancelled.cancel();
    });
    Ok(stop)
}

struct Door {
    identity: String,
    desk: Arc<Desk>,
    stop: CancellationToken,
    /// The last application was removed.
    unused: Notify,
}

/// Why a host answers no more.
#[derive(PartialEq, Eq)]
enum Reason {
    /// It was told to end, or nobody can reach it.
    Told,
    /// Nothing is deployed.
    Unused,
}

impl Door {
    async fn answer(
        self: &Arc<Self>,
        listener: UnixListener,
        folder: &Folder,
        lock: &File,
        work: &mut JoinSet<()>,
    ) -> Reason {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut asked = Instant::now();
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return Reason::Told,
                () = self.unused.notified() => return Reason::Unused,
                accepted = listener.accept() => {
                    asked = Instant::now();
                    // One that is gone before it is taken concerns nobody else.
                    let Ok((stream, _)) = accepted else { continue };
                    let door = Arc::clone(self);
                    work.spawn(async move { door.talk(stream).await });
                }
                Some(_) = work.join_next() => {}
                _ = look.tick() => {
                    // Without its folder nobody can reach it, nor end it.
                    if !folder.is_there(lock) {
                        return Reason::Told;
                    }
                    if work.is_empty() {
                        if asked.elapsed() > IDLE && self.desk.is_empty().await {
                            return Reason::Unused;
                        }
                        let desk = Arc::clone(&self.desk);
                        work.spawn(async move { desk.try_again().await });
                    }
                }
            }
        }
    }

    async fn talk(&self, mut stream: UnixStream) {
        let Ok(Ok(ask)) = timeout(QUESTION_LIMIT, receive(&mut stream)).await else {
            return;
        };
        if let Ask::Listen { subject } = &ask {
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = listen::tell(stream, self.desk.host().bus(), subject) => {}
            }
            return;
        }
        let removed = matches!(ask, Ask::Remove { .. });
        let answer = self.answer_to(ask).await;
        // Who does not wait for the answer asks again.
        let _ = send(&mut stream, &answer).await;
        if removed && self.desk.is_empty().await {
            self.unused.notify_one();
        }
    }

    async fn answer_to(&self, ask: Ask) -> Answer {
        let bus = self.desk.host().bus();
        let refused = |reason: String| Answer::Refused(reason);
        match ask {
            Ask::Ping => Answer::Host {
                identity: self.identity.clone(),
            },
            Ask::Put { document, file, digest } => {
                let put = self.desk.put(document, &file, digest).await;
                put.map_or_else(refused, Answer::Put)
            }
            Ask::Remove { application, claim } => {
                let removed = self.desk.remove(&application, &claim).await;
                removed.map_or_else(refused, Answer::Removed)
            }
            Ask::List => Answer::Applications(self.desk.list().await),
            Ask::Stop => {
                self.stop.cancel();
                Answer::Done
            }
            // It has a connection of its own: see `talk`.
            Ask::Listen { .. } => Answer::Done,
            Ask::Publish { subject, body } => match bus.publish(Message::new(subject, body.0)).await {
                Ok(()) => Answer::Done,
                Err(error) => Answer::Refused(error.to_string()),
            },
            Ask::Request { subject, body, seconds } => {
                let limit = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
                match bus.request(subject, body.0.into(), limit).await {
                    Ok(answer) => Answer::Message(Bytes(answer.body.to_vec())),
                    Err(error) => Answer::Refused(error.to_string()),
                }
            }
        }
    }
}
