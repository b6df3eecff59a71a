//! What `make demo` and `make demo-lattice` run: from a `git push` to a running
//! component.
//!
//! Everything in it is real but the forge, which is the one of the tests: it
//! keeps state behind Gitea's own wire. Without an argument the tasks run on this
//! machine, in Pelato's own host; with `--lattice` on wasmCloud hosts. All of it
//! lies in one temporary folder.

mod follow;
#[path = "../../support/forge.rs"]
mod forge;
mod place;
mod ports;
mod readings;
mod repository;
mod runner;
mod show;
mod story;

use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

use crate::place::Kind;
use crate::runner::Output;
use crate::show::Show;

/// How many of the runner's last lines a failure shows.
const TAIL: usize = 30;

#[tokio::main]
async fn main() -> ExitCode {
    let output = Output::default();
    let mut show = Show::default();
    let kind = match std::env::args().nth(1).as_deref() {
        None => Kind::Machine,
        Some("--lattice") => Kind::Lattice,
        Some(other) => {
            eprintln!("`{other}` is unknown; usage: pelato-demo [--lattice]");
            return ExitCode::from(2);
        }
    };
    let ended = tokio::select! {
        ended = story::tell(&mut show, &output, kind) => ended,
        stopped = stopped() => {
            // The story is dropped by now, and with it all that it has started.
            eprintln!("interrupted; everything is stopped and removed");
            return match stopped {
                Ok(code) => ExitCode::from(code),
                Err(_) => ExitCode::FAILURE,
            };
        }
    };
    match ended {
        Ok(()) => {
            show.times();
            ExitCode::SUCCESS
        }
        Err(error) => {
            let tail = output.tail(TAIL);
            if !tail.is_empty() {
                eprintln!("\nThe last that the runner said:");
                tail.iter().for_each(|line| eprintln!("  {line}"));
            }
            eprintln!("\nThe demo failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The exit code for the signal that asks the demo to stop.
async fn stopped() -> std::io::Result<u8> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let mut hung_up = signal(SignalKind::hangup())?;
    let code = tokio::select! {
        _ = interrupted.recv() => 130,
        _ = terminated.recv() => 143,
        _ = hung_up.recv() => 129,
    };
    eprintln!("\nstopping …");
    Ok(code)
}
