//! `lattice`: a lattice for scripts and for a person at a terminal. It prints one
//! line of JSON when everything answers, then takes commands, one a line, and
//! answers each with a line of JSON. It ends, and everything with it, when its
//! standard input does or it is interrupted or terminated.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Parser;
use lattice_harness::{Continuum, Lattice, Options, Timings};
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
PART is nats, registry, wadm or the name of a host.
With --continuum:
  cut, heal             the link between edge and cloud
  kill, term, stop, cont  the host at the edge and what it has started
  hold, release         whether it is left alone when it ends";

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
    /// An edge and a cloud in network namespaces instead, as root
    #[arg(long, conflicts_with_all = ["hosts", "no_hosts", "no_wadm"])]
    continuum: bool,
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
    match begin(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lattice: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn begin(args: Args) -> anyhow::Result<()> {
    let runtime = Runtime::new()?;
    let ended = runtime.block_on(run(args));
    // A thread of it may still wait for a line of input that never comes.
    runtime.shutdown_background();
    ended
}

async fn run(args: Args) -> anyhow::Result<()> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        ended = serve(args) => ended,
        _ = interrupted.recv() => Ok(()),
        _ = terminated.recv() => Ok(()),
    }
}

async fn serve(args: Args) -> anyhow::Result<()> {
    if args.continuum {
        return serve_continuum().await;
    }
    let lattice = Lattice::start(args.options()).await?;
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

async fn serve_continuum() -> anyhow::Result<()> {
    let continuum = Continuum::start(Timings::SHIPPED, "").await?;
    println!("{}", continuum.describe());
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let done = match line.trim() {
            "cut" => continuum.cut(),
            "heal" => continuum.heal(),
            "kill" => continuum.kill_edge(),
            "term" => continuum.drain_edge(),
            "stop" => continuum.freeze_edge(),
            "cont" => continuum.thaw_edge(),
            held @ ("hold" | "release") => {
                continuum.hold_edge(held == "hold");
                Ok(())
            }
            line => Err(anyhow::anyhow!("not a command: {line}")),
        };
        let answer = done.map_or_else(
            |error| json!({ "error": format!("{error:#}") }),
            |()| json!({ "ok": true }),
        );
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
