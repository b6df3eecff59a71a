//! Any bytes as a delivery: lines of headers, an empty line, a body. No signature is
//! believed but the true one, and what is read of a body can be trusted as a name.

#![no_main]
#![allow(dead_code, unused_imports, reason = "the room has more than is used here")]

pub mod forge;

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use secrecy::SecretString;
use sha2::Sha256;

use self::forge::{Delivery, ForgeKind, Push};

const SECRET: &str = "s3cr3t";

fuzz_target!(|bytes: &[u8]| {
    let (head, body) = match bytes.windows(2).position(|pair| pair == b"\n\n") {
        Some(at) => (&bytes[..at], &bytes[at + 2..]),
        None => (&[][..], bytes),
    };
    let headers = headers(head);
    let secrets = [SecretString::from("another"), SecretString::from(SECRET)];
    for kind in [ForgeKind::GitHub, ForgeKind::Gitea] {
        let (name, expected) = signature(kind, body);
        let all: Vec<&HeaderValue> = headers.get_all(name).iter().collect();
        let signed = matches!(all[..], [one] if one.as_bytes() == expected.as_bytes());
        assert_eq!(forge::verify(kind, &headers, body, &secrets), signed);

        let mut ours = headers.clone();
        ours.insert(name, HeaderValue::from_str(&expected).expect("hexadecimal digits"));
        assert!(forge::verify(kind, &ours, body, &secrets));
        assert!(!forge::verify(kind, &ours, body, &[]));
        ours.append(name, HeaderValue::from_str(&expected).expect("hexadecimal digits"));
        assert!(!forge::verify(kind, &ours, body, &secrets), "twice");

        match forge::read(kind, &headers, body) {
            Ok(Delivery::Push(push)) => {
                look_at(&push);
                assert_eq!(forge::repository_name(body), Some(push.repository));
            }
            Ok(Delivery::Ignored { reason }) => assert!(!reason.is_empty()),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    if let Some(name) = forge::repository_name(body) {
        assert_eq!(name.split('/').count(), 2, "{name}");
    }
});

fn headers(head: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in head.split(|byte| *byte == b'\n') {
        let Some(at) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let value = line[at + 1..].trim_ascii();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(&line[..at]), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    headers
}

/// The one header that counts, and what has to be in it.
fn signature(kind: ForgeKind, body: &[u8]) -> (&'static str, String) {
    let mut hmac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any length will do");
    hmac.update(body);
    let digits: String = hmac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    match kind {
        ForgeKind::GitHub => ("x-hub-signature-256", format!("sha256={digits}")),
        ForgeKind::Gitea => ("x-gitea-signature", digits),
    }
}

/// Nothing in it is a path, an option, an address, or moves a cursor.
fn look_at(push: &Push) {
    let Push {
        delivery,
        repository,
        branch,
        commit,
        title,
    } = push;
    assert!((1..=128).contains(&delivery.len()) && delivery.bytes().all(|byte| byte.is_ascii_graphic()));
    assert!(!repository.contains("..") || !repository.split('/').any(|part| part == ".."));
    assert!(!branch.is_empty() && !branch.starts_with(['-', '/']) && !branch.contains(".."));
    assert!(!branch.chars().any(|c| c.is_control() || c == ' '));
    assert!(matches!(commit.len(), 40 | 64) && commit.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
    if let Some(title) = title {
        assert!(title.chars().count() <= 121 && !title.contains(['\n', '\r', '\u{1b}', '\0']), "{title:?}");
    }
}
