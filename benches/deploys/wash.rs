//! The command line of wasmCloud 1, as a script calls it: a process for each application.

use std::process::Stdio;

use pelato::generate::Manifest;
use tokio::process::Command;

use super::stage::Stage;

/// Whether there is one on the PATH.
pub(crate) async fn installed() -> bool {
    let asked = Command::new("wash")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .await;
    asked.is_ok_and(|status| status.success())
}

/// Puts and deploys what a manifest says, instead of what ran under its name.
pub(crate) async fn deploy(stage: &Stage, manifest: &Manifest) {
    let file = tempfile::NamedTempFile::with_suffix(".yaml").unwrap();
    std::fs::write(file.path(), manifest.to_yaml()).unwrap();
    let nats = stage.lattice.nats();
    let (host, port) = nats.trim_start_matches("nats://").rsplit_once(':').unwrap();
    let ended = Command::new("wash")
        .args(["app", "deploy", "--replace", "--lattice", stage.lattice.name()])
        .args(["--ctl-host", host, "--ctl-port", port])
        .arg(file.path())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}
