//! Who may read, and who may act.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::uri::Authority;
use http::{HeaderMap, header};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Settings;
use super::answer::Problem;

/// Reading: with the token if there is one, by anybody where `public` says so, and
/// otherwise from this machine alone.
pub(super) fn may_read(settings: &Settings, headers: &HeaderMap) -> Result<(), Problem> {
    if settings.public {
        Ok(())
    } else {
        may(settings, headers)
    }
}

/// Acting: like reading, without `public`, and never for a page of another site:
/// a browser sends the token along, and reaches loopback addresses, for any site.
pub(super) fn may_act(settings: &Settings, headers: &HeaderMap) -> Result<(), Problem> {
    may(settings, headers)?;
    if is_same_site(headers) {
        Ok(())
    } else {
        Err(Problem::CrossSite)
    }
}

fn may(settings: &Settings, headers: &HeaderMap) -> Result<(), Problem> {
    match &settings.api_token {
        Some(token) if carries(headers, token.expose_secret()) => Ok(()),
        Some(_) => Err(Problem::NoToken),
        None if settings.loopback && is_local(headers) => Ok(()),
        None => Err(Problem::Closed),
    }
}

/// `Authorization: Bearer <token>`, or `Basic` with the token as the password,
/// which is what a browser can be made to ask for.
fn carries(headers: &HeaderMap, token: &str) -> bool {
    let Some(sent) = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let Some((scheme, sent)) = sent.split_once(' ') else {
        return false;
    };
    if scheme.eq_ignore_ascii_case("bearer") {
        return is_equal(sent.trim().as_bytes(), token.as_bytes());
    }
    if scheme.eq_ignore_ascii_case("basic")
        && let Ok(pair) = BASE64_STANDARD.decode(sent.trim())
        && let Some(colon) = pair.iter().position(|byte| *byte == b':')
    {
        return is_equal(&pair[colon + 1..], token.as_bytes());
    }
    false
}

/// Compares digests, so that the time tells neither the content nor the length.
fn is_equal(sent: &[u8], token: &[u8]) -> bool {
    Sha256::digest(sent)
        .as_slice()
        .ct_eq(Sha256::digest(token).as_slice())
        .into()
}

/// A loopback listener is also reached by way of a proxy, and by a page whose
/// host's name was made to mean 127.0.0.1 (DNS rebinding).
fn is_local(headers: &HeaderMap) -> bool {
    let forwarded = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];
    if forwarded.iter().any(|name| headers.contains_key(*name)) {
        return false;
    }
    let Some(host) = authority(headers, header::HOST) else {
        return false;
    };
    let host = host.host().trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn is_same_site(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        // No browser sends a post without it.
        return true;
    };
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    match (origin, authority(headers, header::HOST)) {
        (Some((_, origin)), Some(host)) => origin.eq_ignore_ascii_case(host.as_str()),
        _ => false,
    }
}

fn authority(headers: &HeaderMap, name: header::HeaderName) -> Option<Authority> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{may_act, may_read};
    use crate::server::Settings;
    use crate::server::answer::Problem;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    fn with_token(public: bool) -> Settings {
        Settings {
            api_token: Some("t0k3n".into()),
            public,
            ..Settings::default()
        }
    }

    #[test]
    fn without_a_token_only_this_machine_reads() {
        let here = Settings::default();
        let there = Settings {
            loopback: false,
            ..Settings::default()
        };
        for host in ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "LOCALHOST"] {
            let headers = headers(&[("host", host)]);
            assert_eq!(may_read(&here, &headers), Ok(()), "{host}");
            assert_eq!(may_act(&here, &headers), Ok(()), "{host}");
            assert_eq!(may_read(&there, &headers), Err(Problem::Closed), "{host}");
        }
    }

    #[test]
    fn a_loopback_listener_is_not_read_from_elsewhere() {
        let here = Settings::default();
        for pairs in [
            &[("host", "rebound.example")][..],
            &[("host", "127.0.0.1.example:8080")],
            &[("host", "127.0.0.1"), ("x-forwarded-for", "203.0.113.7")],
            &[("host", "127.0.0.1"), ("forwarded", "for=203.0.113.7")],
            &[],
        ] {
            assert_eq!(may_read(&here, &headers(pairs)), Err(Problem::Closed), "{pairs:?}");
        }
    }

    #[test]
    fn with_a_token_it_is_needed_on_loopback_too() {
        let settings = with_token(false);
        let local = ("host", "127.0.0.1");
        for wrong in [
            "Bearer",
            "Bearer ",
            "Bearer t0k3",
            "Bearer t0k3nn",
            "Basic t0k3n",
            "t0k3n",
        ] {
            let headers = headers(&[local, ("authorization", wrong)]);
            assert_eq!(may_read(&settings, &headers), Err(Problem::NoToken), "{wrong}");
        }
        assert_eq!(may_read(&settings, &headers(&[local])), Err(Problem::NoToken));
        // `anyone:t0k3n`
        for right in ["Bearer t0k3n", "bearer t0k3n", "Basic YW55b25lOnQwazNu"] {
            let headers = headers(&[("authorization", right)]);
            assert_eq!(may_read(&settings, &headers), Ok(()), "{right}");
            assert_eq!(may_act(&settings, &headers), Ok(()), "{right}");
        }
    }

    #[test]
    fn public_is_for_reading() {
        let settings = with_token(true);
        let anybody = headers(&[("host", "ci.example.org")]);
        assert_eq!(may_read(&settings, &anybody), Ok(()));
        assert_eq!(may_act(&settings, &anybody), Err(Problem::NoToken));
        let no_token = Settings {
            public: true,
            loopback: false,
            ..Settings::default()
        };
        assert_eq!(may_read(&no_token, &anybody), Ok(()));
        assert_eq!(may_act(&no_token, &anybody), Err(Problem::Closed));
    }

    #[test]
    fn another_sites_page_cannot_act() {
        let settings = Settings::default();
        let local = ("host", "127.0.0.1:8080");
        for other in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
        ] {
            let headers = headers(&[local, other]);
            assert_eq!(may_act(&settings, &headers), Err(Problem::CrossSite), "{other:?}");
        }
        for own in [("sec-fetch-site", "same-origin"), ("origin", "http://127.0.0.1:8080")] {
            assert_eq!(may_act(&settings, &headers(&[local, own])), Ok(()), "{own:?}");
        }
    }
}
