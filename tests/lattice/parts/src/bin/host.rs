//! A wasmCloud 1.9 host: the published library behind the few settings that
//! the tests turn.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, timeout_at};
use tracing_subscriber::EnvFilter;
use wasmcloud_host::WasmbusHostConfig;
use wasmcloud_host::oci;
use wasmcloud_host::url::Url;
use wasmcloud_host::wasmbus::{Features, Host};

/// How long a stopping host waits for what it runs.
const STOP_LIMIT: Duration = Duration::from_secs(10);

#[derive(Parser)]
struct Args {
    #[arg(long)]
    nats: Url,
    #[arg(long, default_value = "default")]
    lattice: String,
    /// `key=value`, as often as needed.
    #[arg(long = "label")]
    labels: Vec<String>,
    /// The `host:port` of a registry that speaks plain http.
    #[arg(long = "insecure-registry")]
    insecure_registries: Vec<String>,
    #[arg(long, default_value_t = 30_000)]
    heartbeat_ms: u64,
    /// JetStream domain of the lattice's buckets.
    #[arg(long)]
    js_domain: Option<String>,
    /// How long a component may work on one message or request.
    #[arg(long, default_value_t = 600_000)]
    max_execution_ms: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .init();
    let args = Args::parse();
    let labels = args
        .labels
        .iter()
        .map(|label| {
            let (key, value) = label
                .split_once('=')
                .with_context(|| format!("--label {label}: expected key=value"))?;
            Ok((key.to_owned(), value.to_owned()))
        })
        .collect::<anyhow::Result<HashMap<_, _>>>()?;
    let config = WasmbusHostConfig {
        ctl_nats_url: args.nats.clone(),
        rpc_nats_url: args.nats,
        lattice: args.lattice.into(),
        js_domain: args.js_domain,
        labels,
        oci_opts: oci::Config {
            allow_latest: true,
            allowed_insecure: args.insecure_registries,
            ..Default::default()
        },
        heartbeat_interval: Some(Duration::from_millis(args.heartbeat_ms)),
        max_linear_memory: 256 << 20,
        max_execution_time: Duration::from_millis(args.max_execution_ms),
        rpc_timeout: Duration::from_secs(2),
        provider_shutdown_delay: Some(Duration::from_millis(300)),
        experimental_features: [
            "builtin-http-server",
            "builtin-messaging-nats",
            "wasmcloud-messaging-v3",
        ]
        .into_iter()
        .map(Features::from)
        .sum(),
        version: "1.9.2".into(),
        ..Default::default()
    };
    let (host, shutdown) = Box::pin(Host::new(config))
        .await
        .context("the host did not start")?;
    let mut terminated = signal(SignalKind::terminate())?;
    let deadline = tokio::select! {
        _ = terminated.recv() => None,
        _ = tokio::signal::ctrl_c() => None,
        stopped = host.stopped() => stopped?,
    };
    drop(host);
    timeout_at(deadline.unwrap_or_else(|| Instant::now() + STOP_LIMIT), shutdown)
        .await
        .context("the host did not stop in time")?
}
