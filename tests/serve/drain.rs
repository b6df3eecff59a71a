//! SIGTERM, and what systemd hears.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use pelato::queue::{Queue, RunState};

use crate::process::{DEADLINE, Mute, Place, eventually, webhook};

/// What a service manager hears.
struct Manager {
    socket: UnixDatagram,
    path: String,
}

impl Manager {
    fn below(place: &Place) -> Self {
        let path = place.path().join("notify").display().to_string();
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(DEADLINE)).unwrap();
        Self { socket, path }
    }

    fn hears(&self) -> String {
        let mut buffer = [0; 1000];
        let size = self.socket.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..size]).into_owned()
    }
}

#[tokio::test]
async fn a_runner_that_stops_hands_its_run_back_and_answers_until_then() {
    let mute = Mute::start().await;
    let place = Place::new(&mute.url, "drain: 1s");
    let manager = Manager::below(&place);
    let server = place.serve(&[("NOTIFY_SOCKET", &manager.path)]).await;
    assert_eq!(manager.hears(), "READY=1\nSTATUS=serving\n");
    assert_eq!(server.get("/healthz").await, (200, "ok\n".to_owned()));
    let running = server.push(1).await;
    server.until(&running, "running").await;

    server.stop();
    assert_eq!(manager.hears(), "STOPPING=1\nSTATUS=draining\n");
    eventually(async || server.get("/healthz").await.1 == "draining\n").await;
    let (status, text) = server.get("/readyz").await;
    assert_eq!(status, 503);
    assert!(text.contains("draining: the runner shuts down"), "{text}");
    // A forge does not send it again: it is stored, for the next start.
    let (status, answer) = webhook(2, "feat").send(&server.url).await;
    assert_eq!(status, 202, "{answer}");
    let waiting = answer["run"].as_str().unwrap().to_owned();
    assert!(server.ended().await.success());

    let store = place.store().await;
    for run in [running, waiting] {
        let run = store.run(&run).await.unwrap().unwrap();
        assert_eq!((run.state, run.attempts), (RunState::Queued, 0));
    }
}

#[tokio::test]
async fn a_runner_without_work_stops_at_once() {
    let place = Place::new("file:///no/such/repository.git", "drain: 10m");
    let server = place.serve(&[]).await;
    let run = server.push(1).await;
    server.until(&run, "error").await;
    server.stop();
    // Far less than it may take.
    let ended = tokio::time::timeout(Duration::from_secs(60), server.ended()).await;
    assert!(ended.unwrap().success());
}
