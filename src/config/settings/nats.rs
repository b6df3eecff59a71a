//! The variables that say which NATS, and as whom.

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::Url;

use crate::config::{Nats, Variables};

/// The server, and whether it was named at all.
pub(super) fn of(variables: &Variables, flag: Option<&str>) -> (Nats, bool) {
    let named = ["PELATO_NATS_URL", "NATS_HOST", "NATS_PORT"];
    let is_named = flag.is_some() || named.iter().any(|name| variables.get(name).is_some());
    let address = flag.or_else(|| variables.get("PELATO_NATS_URL"));
    let address = address.map(str::to_owned).unwrap_or_else(|| {
        let host = variables.get("NATS_HOST").unwrap_or("localhost");
        let port = variables.get("NATS_PORT").unwrap_or("4222");
        format!("nats://{host}:{port}")
    });
    let address = match address.contains("://") {
        true => address,
        false => format!("nats://{address}"),
    };
    let secret = |name: &str| variables.get(name).map(SecretString::from);
    let there = at(&address);
    // What stands in the address is meant for it.
    let in_address = there.user.is_some() || there.token.is_some();
    let beside = |value: Option<SecretString>| value.filter(|_| !in_address);
    let user = variables.get("PELATO_NATS_USER").filter(|_| !in_address);
    let nats = Nats {
        user: user.map(str::to_owned).or(there.user),
        password: beside(secret("PELATO_NATS_PASSWORD")).or(there.password),
        token: beside(secret("PELATO_NATS_TOKEN")).or(there.token),
        nkey: secret("PELATO_NATS_NKEY_SEED"),
        nkey_file: variables.path("PELATO_NATS_NKEY"),
        creds: variables.path("PELATO_NATS_CREDS"),
        ca: variables.path("PELATO_NATS_CA"),
        cert: variables.path("PELATO_NATS_CERT"),
        key: variables.path("PELATO_NATS_KEY"),
        url: there.url,
    };
    (nats, is_named)
}

/// A server whose address holds no credentials: those that stand in `addresses`
/// are taken out of it. The address goes into manifests, where the providers read
/// it; credentials of the runner's may not. A lone user is a token, as in NATS'
/// own clients.
fn at(addresses: &str) -> Nats {
    let mut nats = Nats::open("");
    let bare: Vec<String> = addresses
        .split(',')
        .map(|address| {
            let Ok(mut url) = Url::parse(address) else {
                return address.to_owned();
            };
            match (url.username(), url.password()) {
                ("", None) => return address.to_owned(),
                (token, None) => nats.token = Some(SecretString::from(plain(token))),
                (user, Some(password)) => {
                    nats.user = Some(plain(user));
                    nats.password = Some(SecretString::from(plain(password)));
                }
            }
            // Both only fail for addresses without a host, which have no user either.
            let _ = url.set_username("").and_then(|()| url.set_password(None));
            url.to_string()
        })
        .collect();
    nats.url = bare.join(",");
    nats
}

/// An address has some characters as `%` and two digits: a password may hold any.
fn plain(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
