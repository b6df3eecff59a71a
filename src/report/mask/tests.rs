//! What is found, wherever a text is cut.

use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::*;

const SECRET: &str = r#"p4ss/w?rd "ünï\1"#;

fn mask(secrets: &[&str]) -> Mask {
    let secrets: Vec<SecretString> = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
    Mask::of(&secrets)
}

/// The forms in which a secret turns up in logs, each in the text that has it.
fn forms(secret: &str) -> Vec<(&'static str, String)> {
    let address: String = utf8_percent_encode(secret, NON_ALPHANUMERIC).collect();
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let json = serde_json::to_string(secret).unwrap();
    let ascii: String = secret.chars().map(|c| format!("\\u{:04X}", u32::from(c))).collect();
    vec![
        ("as it is", secret.to_owned()),
        ("in an address", format!("nats://me:{address}@host")),
        (
            "in an address, lower case",
            format!("nats://me:{}@host", address.to_lowercase()),
        ),
        ("in a form", format!("a={form}&b=c")),
        ("as JSON", format!(r#"{{"password":{json}}}"#)),
        ("as JSON, all escaped", ascii),
        ("base64", STANDARD.encode(secret)),
        ("base64 for addresses", URL_SAFE.encode(secret)),
        (
            "of a user",
            format!("Basic {}", STANDARD.encode(format!("me:{secret}"))),
        ),
        (
            "of a longer user",
            format!("Basic {}", STANDARD.encode(format!("mee:{secret}"))),
        ),
        (
            "of a user, and more",
            format!("Basic {}", STANDARD.encode(format!("pelato:{secret}:x"))),
        ),
    ]
}

/// The secret, however it is written: what has to be gone from a masked text.
fn tells(text: &str, secret: &str) -> bool {
    let lower = text.to_lowercase();
    let half = &secret[..secret.len() / 2];
    let address: String = utf8_percent_encode(half, NON_ALPHANUMERIC).collect();
    let encoded = |before: &str| STANDARD.encode(format!("{before}{secret}"))[4..12].to_owned();
    text.contains(half)
        || lower.contains(&address.to_lowercase())
        || ["", "x", "xx"].iter().any(|before| text.contains(&encoded(before)))
}

#[test]
fn every_form_is_found() {
    let mask = mask(&[SECRET]);
    for (name, text) in forms(SECRET) {
        let line = format!("before {text} after");
        let hidden = mask.hide(&line);
        assert!(hidden.contains("***"), "{name}: {hidden}");
        assert!(!tells(&hidden, SECRET), "{name}: {hidden}");
        assert!(
            hidden.starts_with("before ") && hidden.ends_with(" after"),
            "{name}: {hidden}"
        );
    }
}

#[test]
fn json_stays_json() {
    for secret in [r"back\slash\", "quo\"te\"s\"", "tab\tand /", "plain-one"] {
        let mask = mask(&[secret]);
        let text = serde_json::to_string(&format!("it said {secret}")).unwrap();
        let hidden: String = serde_json::from_str(&mask.hide(&text)).unwrap();
        assert_eq!(hidden, "it said ***", "{secret}");
    }
}

#[test]
fn what_it_looks_like() {
    let mask = mask(&["hunter22", "s3cr3t/token"]);
    insta::assert_snapshot!(
        mask.hide("login me:hunter22 at nats://me:s3cr3t%2Ftoken@edge:4222, Basic bWU6aHVudGVyMjI=, hunter2"),
        @"login me:*** at nats://me:***@edge:4222, Basic bWU6***I=, hunter2"
    );
}

/// A text comes in pieces, and is handed on as soon as that is safe.
fn in_pieces(mask: &Mask, pieces: &[&str]) -> String {
    let (mut kept, mut out) = (String::new(), String::new());
    for piece in pieces {
        kept.push_str(piece);
        let rest = kept.split_off(mask.settled(&kept));
        out.push_str(&mask.hide(&kept));
        kept = rest;
    }
    out + &mask.hide(&kept)
}

#[test]
fn every_form_is_found_across_every_split() {
    let mask = mask(&[SECRET, "hunter22"]);
    let long = "x".repeat(300);
    for (name, text) in forms(SECRET) {
        let text = format!("{long} {text} hunter22 {text} {long}");
        let whole = mask.hide(&text).into_owned();
        for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            let (one, two) = text.split_at(at);
            assert_eq!(in_pieces(&mask, &[one, two]), whole, "{name}, split at {at}");
        }
        let single: Vec<String> = text.chars().map(String::from).collect();
        let single: Vec<&str> = single.iter().map(String::as_str).collect();
        assert_eq!(in_pieces(&mask, &single), whole, "{name}, a character at a time");
    }
}

#[test]
fn a_key_of_several_lines_is_masked_line_by_line_and_its_braces_are_not() {
    let key = "{\n  \"key\": \"MIIEvQIBADANBg\",\n  \"id\": 7\n}\n";
    let mask = mask(&[key]);
    insta::assert_snapshot!(mask.hide("func main() {\n\tprint(`\"key\": \"MIIEvQIBADANBg\",`)\n}"), @r"
    func main() {
    	print(`***`)
    }
    ");
    assert_eq!(mask.hide("{ }"), "{ }");
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END PRIVATE KEY-----\n";
    let mask = super::tests::mask(&[pem]);
    assert_eq!(mask.hide("-----BEGIN PRIVATE KEY-----"), "-----BEGIN PRIVATE KEY-----");
    assert_eq!(mask.hide("it is MIIEvQIBADANBgkqhkiG"), "it is ***");
    assert!(!mask.hide(&STANDARD.encode(pem.trim())).contains("TUlJRXZR"));
}

#[test]
fn without_a_secret_nothing_is_kept_back() {
    for mask in [Mask::default(), mask(&[]), mask(&["", "{", "short", "a\nb\n{\n"])] {
        assert_eq!(mask.settled("{ short text"), 12);
        assert_eq!(mask.hide("{ short text"), "{ short text");
    }
}

#[test]
fn what_is_kept_back_is_bounded() {
    let mask = mask(&["aaaaaaaa"]);
    let text = "a".repeat(10_000);
    let kept = text.len() - mask.settled(&text);
    assert!(kept <= 2 * mask.longest, "{kept} bytes of {} are kept", text.len());
    assert_eq!(format!("{mask:?}"), "Mask { longest: 48, .. }");
}
