//! Passwords and certificates for the guarded configuration.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use tempfile::TempDir;

/// Who has a password, and the variable that the configuration takes it from.
const USERS: [(&str, &str); 5] = [
    ("host", "HOST_PASSWORD"),
    ("wadm", "WADM_PASSWORD"),
    ("runner", "RUNNER_PASSWORD"),
    ("edge", "EDGE_PASSWORD"),
    ("task", "TASK_PASSWORD"),
];

/// An authority of its own. Passwords are for a network that ends with the test.
pub(crate) struct Guard {
    authority: TempDir,
}

impl Guard {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let authority = tempfile::tempdir()?;
        let guard = Self { authority };
        guard.openssl(&[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=continuum",
            "-keyout",
            "ca.key",
            "-out",
            "ca.crt",
        ])?;
        Ok(guard)
    }

    /// The password of a user: it begins with a letter, or NATS would take it for a number.
    pub(crate) fn password(&self, user: &str) -> String {
        format!("p4ss-of-{user}")
    }

    /// What the configuration of NATS takes from the environment.
    pub(crate) fn variables(&self, hub: &str) -> Vec<(&'static str, String)> {
        let mut all: Vec<_> = USERS.iter().map(|(user, name)| (*name, self.password(user))).collect();
        let line = |port: u16| format!("tls://edge:{}@{hub}:{port}", self.password("edge"));
        all.push(("NATS_LATTICE_HUB", line(7422)));
        all.push(("NATS_APPLICATION_HUB", line(7423)));
        all
    }

    /// Puts `hub.crt`, `hub.key` and `ca.crt` into a folder, for a hub at this address.
    pub(crate) fn certify(&self, home: &Path, hub: &str) -> anyhow::Result<()> {
        std::fs::write(self.path("san"), format!("subjectAltName=IP:{hub}\n"))?;
        self.openssl(&[
            "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=hub", "-keyout", "hub.key", "-out", "hub.csr",
        ])?;
        self.openssl(&[
            "x509",
            "-req",
            "-in",
            "hub.csr",
            "-CA",
            "ca.crt",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            "san",
            "-out",
            "hub.crt",
        ])?;
        for file in ["hub.crt", "hub.key", "ca.crt"] {
            std::fs::copy(self.path(file), home.join(file))?;
        }
        Ok(())
    }

    fn path(&self, file: &str) -> PathBuf {
        self.authority.path().join(file)
    }

    fn openssl(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let ran = Command::new("openssl")
            .args(arguments)
            .current_dir(self.authority.path())
            .output();
        let ran = ran.context("openssl is not installed")?;
        if !ran.status.success() {
            bail!(
                "openssl {}: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&ran.stderr)
            );
        }
        Ok(())
    }
}
