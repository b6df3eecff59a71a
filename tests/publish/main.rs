//! Publishing, against Debian's `docker-registry` behind a door that counts the
//! requests, asks for tokens and, where a story wants it, refuses.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what the stories share is no test function, which the lints except"
)]

mod copied;
mod credentials;
mod door;
mod failures;
mod layout;
mod registry;
mod upload;

use pelato::publish::{Registry, RegistryConfig};

/// A fingerprint as the plan gives it: `digit`, 64 times.
fn fingerprint(digit: char) -> String {
    format!("sha256:{}", digit.to_string().repeat(64))
}

/// The smallest component, followed by a custom section that holds `content`.
fn component(content: &[u8]) -> Vec<u8> {
    let mut section = vec![1, b'x'];
    section.extend_from_slice(content);
    let mut wasm = b"\0asm\x0d\0\x01\0\0".to_vec();
    let mut left = section.len();
    while left > 0x7f {
        wasm.push((left & 0x7f) as u8 | 0x80);
        left >>= 7;
    }
    wasm.push(left as u8);
    wasm.extend_from_slice(&section);
    wasm
}

/// A registry without Docker's credential file of whoever runs the tests.
fn config(url: &str) -> RegistryConfig {
    RegistryConfig {
        url: url.to_owned(),
        docker_config: Some("/nonexistent/config.json".into()),
        ..RegistryConfig::default()
    }
}

fn connect(url: &str) -> Registry {
    Registry::new(config(url)).unwrap()
}
