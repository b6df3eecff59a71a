//! `pack-provider NAME VERSION PROGRAM OUT`: wraps a provider's program in the
//! signed archive that a host loads.
//!
//! The version is required: an archive without one is announced with
//! `"version": null`, which wadm cannot read, and then sleeps for a minute.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use provider_archive::ProviderArchive;
use wascap::prelude::KeyPair;

#[derive(Parser)]
struct Args {
    name: String,
    version: String,
    program: PathBuf,
    out: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let program = std::fs::read(&args.program)
        .with_context(|| format!("cannot read {}", args.program.display()))?;
    let target = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
    let mut archive = ProviderArchive::new(&args.name, "wasmCloud", Some(0), Some(args.version));
    archive
        .add_library(&target, &program)
        .map_err(|error| anyhow::anyhow!("cannot add {}: {error}", args.program.display()))?;
    archive
        .write(&args.out, &KeyPair::new_account(), &KeyPair::new_service(), false)
        .await
        .map_err(|error| anyhow::anyhow!("cannot write {}: {error}", args.out.display()))?;
    Ok(())
}
