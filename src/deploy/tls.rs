//! What a failed TLS session with NATS means.

use super::DeployError;

/// What rustls says, and what is to be done about it. The first that fits.
const MEANINGS: [(&str, &str); 9] = [
    (
        "UnknownIssuer",
        "no authority that is trusted here has signed the server's certificate; name the one that has in PELATO_NATS_CA (`nats.ca` of the environment in runner.yaml)",
    ),
    (
        "certificate expired",
        "the server's certificate has expired; have it renewed, or set this machine's clock",
    ),
    (
        "not valid yet",
        "the server's certificate is not valid yet; set this machine's clock, or the server's",
    ),
    (
        "not valid for",
        "the server's certificate is for another name; use one that it has in the address",
    ),
    (
        "CertificateRequired",
        "the server wants a certificate of ours; name it and its key in PELATO_NATS_CERT and PELATO_NATS_KEY (`nats.cert` and `nats.key` of the environment in runner.yaml)",
    ),
    (
        "alert: UnknownCA",
        "no authority that the server trusts has signed our certificate; put one that it trusts into PELATO_NATS_CERT and PELATO_NATS_KEY (`nats.cert` and `nats.key` of the environment in runner.yaml)",
    ),
    (
        "alert: CertificateExpired",
        "our certificate has expired; have it renewed, in PELATO_NATS_CERT and PELATO_NATS_KEY (`nats.cert` and `nats.key` of the environment in runner.yaml)",
    ),
    (
        "fatal alert",
        "the server refused our side; check PELATO_NATS_CERT and PELATO_NATS_KEY (`nats.cert` and `nats.key` of the environment in runner.yaml)",
    ),
    (
        "corrupt message",
        "what answers there speaks no TLS; use nats:// (or ws://), and leave PELATO_NATS_CA (`nats.ca` of the environment in runner.yaml) out",
    ),
];

const ELSE: &str = "check PELATO_NATS_CA, PELATO_NATS_CERT and PELATO_NATS_KEY (`nats.ca`, `nats.cert` and `nats.key` of the environment in runner.yaml), and whether the server wants TLS at all";

/// A failed handshake is an IO error to the library.
pub(super) fn is_about(reason: &str) -> bool {
    ["certificate", "corrupt message", "fatal alert", "tls"]
        .iter()
        .any(|word| reason.contains(word))
}

/// The error for what TLS says.
pub(super) fn failed(url: String, reason: String) -> DeployError {
    let meant = MEANINGS.iter().find(|(words, _)| reason.contains(words));
    DeployError::Tls {
        url,
        advice: meant.map_or(ELSE, |(_, advice)| advice),
        reason,
    }
}
