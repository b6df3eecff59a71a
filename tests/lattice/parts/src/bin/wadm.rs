//! wadm as a program: everything is in the published library.

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(EnvFilter::from_default_env())
        .init();
    let mut parts = wadm::start_wadm(wadm::config::WadmConfig::parse()).await?;
    tokio::select! {
        ended = parts.join_next() => anyhow::bail!("a part of wadm ended: {ended:?}"),
        stop = tokio::signal::ctrl_c() => Ok(stop?),
    }
}
