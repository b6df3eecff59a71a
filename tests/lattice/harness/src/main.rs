//! `lattice`: a lattice for scripts and for a person at a terminal. It prints one
//! line of JSON when everything answers, then takes commands, one a line, and
//! answers each with a line of JSON. It ends, and everything with it, when its
//! standard input does or it is interrupted or terminated.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Parser;
use lattice_harness::{Lattice, Options};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

const COMMANDS: &str = "Commands on standard input, one a line:
  kill PART             kill it at once, with what it has started
  term PART             ask it to stop, wait until it has
  stop PART, cont PART  halt it and let it go on
  start HOST [KEY=VALUE...]  start a host, with labels
  start PART            start nats, registry or wadm again
PART is nats, registry, wadm or the name of a host.";

#[derive(Parser)]
#[command(name = "lattice", about = "Starts a real wasmCloud lattice on this machine", after_help = COMMANDS)]
struct Args {
    /// A host with this name and the label host-type of the same value; as often
    /// as wanted [default: edge and cloud]
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<String>,
    /// Start no host
    #[arg(long, conflicts_with = "hosts")]
    no_hosts: bool,
    /// Do not start wadm
    #[arg(long)]
    no_wadm: bool,
    /// The name of the lattice
    #[arg(long, value_name = "NAME", default_value = "default")]
    lattice: String,
    /// After how many seconds of silence wadm gives a host up
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    cleanup_interval: u64,
}

impl Args {
    fn options(self) -> Options {
        let hosts = match (self.no_hosts, self.hosts.is_empty()) {
            (true, _) => Vec::new(),
            (false, true) => Options::default().hosts,
            (false, false) => self.hosts,
        };
        Options {
            lattice: self.lattice,
            hosts,
            wadm: !self.no_wadm,
            cleanup_interval: Duration::from_secs(self.cleanup_interval),
            ..Options::default()
        }
    }
}

fn main() -> ExitCode {
    match begin(Args::parse().options()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lattice: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn begin(options: Options) -> anyhow::Result<()> {
    let runtime = Runtime::new()?;
    let ended = runtime.block_on(run(options));
    // A thread of it may still wait for a line of input that never comes.
    runtime.shutdown_background();
    ended
}

async fn run(options: Options) -> anyhow::Result<()> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        ended = serve(options) => ended,
        _ = interrupted.recv() => Ok(()),
        _ = terminated.recv() => Ok(()),
    }
}

async fn serve(options: Options) -> anyhow::Result<()> {
    let lattice = Lattice::start(options).await?;
    println!("{}", lattice.describe());
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let answer = match obey(&lattice, &line).await {
            Ok(answer) => answer,
            Err(error) => json!({ "error": format!("{error:#}") }),
        };
        println!("{answer}");
    }
    Ok(())
}

async fn obey(lattice: &Lattice, line: &str) -> anyhow::Result<Value> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        ["kill", part] => lattice.kill(part)?,
        ["term", part] => lattice.terminate(part).await?,
        ["stop", part] => lattice.freeze(part)?,
        ["cont", part] => lattice.thaw(part)?,
        ["start", part @ ("nats" | "registry" | "wadm")] => lattice.start_again(part).await?,
        ["start", host, ref labels @ ..] => {
            let labels = labels
                .iter()
                .map(|label| {
                    label
                        .split_once('=')
                        .with_context(|| format!("{label}: expected KEY=VALUE"))
                })
                .collect::<anyhow::Result<Vec<_>>>()?;
            let id = lattice.start_host(host, &labels).await?;
            return Ok(json!({ "ok": true, "host": id }));
        }
        _ => bail!("not a command: {line}"),
    }
    Ok(json!({ "ok": true }))
}
