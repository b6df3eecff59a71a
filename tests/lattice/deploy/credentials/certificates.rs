//! Two authorities, and certificates of theirs for servers and clients, good and old.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tempfile::TempDir;

use super::super::guarded_nats::GuardedNats;

/// `NAME.pem` and `NAME.key` in a folder.
pub(super) struct Certificates {
    folder: TempDir,
}

impl Certificates {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let (ca, other) = (authority(at, "ca"), authority(at, "other-ca"));
        signed(at, "server", &["127.0.0.1"], false, &ca);
        signed(at, "other-name", &["nats.example.org"], false, &ca);
        signed(at, "old-server", &["127.0.0.1"], true, &ca);
        signed(at, "client", &["ci"], false, &ca);
        signed(at, "old-client", &["ci"], true, &ca);
        signed(at, "stranger", &["ci"], false, &other);
        Self { folder }
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A server with that certificate. Its address has the scheme of plain NATS: the
    /// server asks for TLS by itself.
    pub(super) fn server(&self, name: &str, more: &str) -> GuardedNats {
        let mut server = GuardedNats::with(&format!("tls {{ {} {more} }}", self.named(name)));
        server.url = server.url.replace("tls://", "nats://");
        server
    }

    /// One that takes websockets over TLS.
    pub(super) fn websockets(&self, name: &str, more: &str) -> GuardedNats {
        let tls = self.named(name);
        GuardedNats::with(&format!(
            "websocket {{ host: 127.0.0.1, port: -1, tls {{ {tls} }} }}\n{more}"
        ))
    }

    fn named(&self, name: &str) -> String {
        let file = |name: String| self.file(&name).display().to_string();
        format!(
            "cert_file: {:?}, key_file: {:?}, ca_file: {:?},",
            file(format!("{name}.pem")),
            file(format!("{name}.key")),
            file("ca.pem".to_owned())
        )
    }
}

fn authority(folder: &Path, name: &str) -> Issuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    let key = KeyPair::generate().unwrap();
    std::fs::write(
        folder.join(format!("{name}.pem")),
        params.self_signed(&key).unwrap().pem(),
    )
    .unwrap();
    Issuer::new(params, key)
}

fn signed(folder: &Path, name: &str, names: &[&str], is_old: bool, by: &Issuer<'_, KeyPair>) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    if is_old {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
    }
    let key = KeyPair::generate().unwrap();
    std::fs::write(
        folder.join(format!("{name}.pem")),
        params.signed_by(&key, by).unwrap().pem(),
    )
    .unwrap();
    std::fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
}
