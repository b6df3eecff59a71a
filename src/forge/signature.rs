//! Whether a delivery was signed with a secret that we share with its forge.

use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use super::{ForgeKind, gitea, github};

/// So many HMACs are computed at least, whatever is configured: two, since two
/// secrets stand side by side while one is rotated. The time of an answer then
/// does not tell a repository that exists from one that does not.
const ROUNDS: usize = 2;

/// True when `body` carries a signature by one of `secrets`, in the one header
/// and the exact form of this forge: GitHub's `X-Hub-Signature-256: sha256=` and
/// 64 hexadecimal digits, Gitea's `X-Gitea-Signature` with the 64 digits alone.
/// The header must occur exactly once; every other signature header is ignored,
/// sha1 ones above all. An empty secret verifies nothing.
///
/// The work is the same in every case, an HMAC over the whole body included, and
/// signatures are compared in constant time. Hand in no secrets for a repository
/// that is not known.
///
/// Source: <https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries>.
pub fn verify(kind: ForgeKind, headers: &HeaderMap, body: &[u8], secrets: &[SecretString]) -> bool {
    let (header, prefix) = match kind {
        ForgeKind::GitHub => (github::SIGNATURE, "sha256="),
        ForgeKind::Gitea => (gitea::SIGNATURE, ""),
    };
    let sent = sent_signature(headers, header, prefix);
    let claimed = sent.unwrap_or([0; 32]);
    let mut good = Choice::from(0);
    let mut rounds = 0;
    for secret in secrets {
        let secret = secret.expose_secret().as_bytes();
        let usable = Choice::from(u8::from(!secret.is_empty()));
        good |= matches(secret, body, &claimed) & usable;
        rounds += 1;
    }
    for _ in rounds..ROUNDS {
        // `black_box` keeps the compiler from seeing that nobody asks for it.
        std::hint::black_box(matches(b"no secret", body, &claimed));
    }
    bool::from(good & Choice::from(u8::from(sent.is_some())))
}

fn matches(secret: &[u8], body: &[u8], claimed: &[u8; 32]) -> Choice {
    // HMAC takes a key of any length: the error of the general trait cannot come.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return Choice::from(0);
    };
    mac.update(body);
    mac.finalize().into_bytes().as_slice().ct_eq(claimed)
}

fn sent_signature(headers: &HeaderMap, header: &str, prefix: &str) -> Option<[u8; 32]> {
    let mut values = headers.get_all(header).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let digits = value.to_str().ok()?.strip_prefix(prefix)?;
    // Forges write them in lower case: what comes otherwise is from somebody else.
    if digits.bytes().any(|digit| digit.is_ascii_uppercase()) {
        return None;
    }
    let mut signature = [0; 32];
    hex::decode_to_slice(digits, &mut signature).ok()?;
    Some(signature)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};
    use secrecy::SecretString;

    use super::verify;
    use crate::forge::ForgeKind::{self, GitHub, Gitea};

    /// GitHub publishes this vector in its documentation.
    const SECRET: &str = "It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello, World!";
    const DIGITS: &str = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .fold(HeaderMap::new(), |mut all, (name, value)| {
                all.append(name, value);
                all
            })
    }

    fn accepted(kind: ForgeKind, pairs: &[(&'static str, &str)], secrets: &[&str]) -> bool {
        let secrets: Vec<_> = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
        verify(kind, &headers(pairs), BODY, &secrets)
    }

    #[test]
    fn the_published_vector_is_accepted_in_either_forges_form() {
        let prefixed = format!("sha256={DIGITS}");
        assert!(accepted(GitHub, &[("x-hub-signature-256", &prefixed)], &[SECRET]));
        assert!(accepted(Gitea, &[("x-gitea-signature", DIGITS)], &[SECRET]));
    }

    #[test]
    fn while_a_secret_is_rotated_both_are_good() {
        let headers = [("x-gitea-signature", DIGITS)];
        assert!(accepted(Gitea, &headers, &["new", SECRET]));
        assert!(accepted(Gitea, &headers, &[SECRET, "new"]));
        assert!(!accepted(Gitea, &headers, &["new", "newer"]));
    }

    #[test]
    fn any_other_form_is_refused() {
        let long = format!("sha256={DIGITS}00");
        let short = format!("sha256={}", &DIGITS[2..]);
        let wrong_prefix = format!("sha512={DIGITS}");
        let spaced = format!("sha256= {DIGITS}");
        let capitals = format!("sha256={}", DIGITS.to_uppercase());
        let mut not_hex = format!("sha256={DIGITS}");
        not_hex.replace_range(10..11, "g");
        let forms = [
            "",
            "sha256=",
            "sha256",
            DIGITS,
            &long,
            &short,
            &wrong_prefix,
            &spaced,
            &capitals,
            &not_hex,
        ];
        for form in forms {
            assert!(
                !accepted(GitHub, &[("x-hub-signature-256", form)], &[SECRET]),
                "{form:?}"
            );
        }
        assert!(!accepted(GitHub, &[], &[SECRET]));
        let prefixed = format!("sha256={DIGITS}");
        assert!(!accepted(Gitea, &[("x-gitea-signature", &prefixed)], &[SECRET]));
    }

    #[test]
    fn a_header_that_occurs_twice_is_refused_even_when_both_are_right() {
        let twice = [("x-gitea-signature", DIGITS), ("x-gitea-signature", DIGITS)];
        assert!(!accepted(Gitea, &twice, &[SECRET]));
    }

    #[test]
    fn each_forge_has_its_own_header_and_sha1_is_none() {
        let prefixed = format!("sha256={DIGITS}");
        assert!(!accepted(Gitea, &[("x-hub-signature-256", &prefixed)], &[SECRET]));
        assert!(!accepted(GitHub, &[("x-gitea-signature", DIGITS)], &[SECRET]));
        let sha1 = [("x-hub-signature", "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59")];
        assert!(!accepted(GitHub, &sha1, &[SECRET]));
    }

    #[test]
    fn without_a_secret_nothing_is_accepted() {
        // The HMAC of the body under the empty key, which anybody can compute.
        let digits = hex::encode({
            use hmac::{Hmac, KeyInit, Mac};
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"").unwrap();
            mac.update(BODY);
            mac.finalize().into_bytes()
        });
        assert!(!accepted(Gitea, &[("x-gitea-signature", &digits)], &[""]));
        assert!(!accepted(Gitea, &[("x-gitea-signature", &digits)], &[]));
    }
}
