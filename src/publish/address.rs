//! Where a registry is, read from `REGISTRY_URL`.

use std::net::Ipv4Addr;

use super::PublishError;
use super::name::{path_part, repository_name};

/// The longest repository name that registries take, in bytes.
const LONGEST_REPOSITORY: usize = 255;

/// A registry and the path below which our repositories are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// `host` or `host:port`, lower-cased.
    pub(super) host: String,
    /// Without slashes at its ends; empty where there is none.
    path: String,
    /// Whether it is spoken to in plain http.
    pub(super) plain: bool,
}

impl Address {
    /// Reads `[http://|https://]host[:port][/path]`. Without a scheme loopback
    /// means http and everything else https.
    pub(super) fn parse(url: &str, insecure: bool) -> Result<Self, PublishError> {
        let url = url.trim();
        if url.contains('@') {
            // The text is not repeated: what stands before the @ is a secret.
            return Err(PublishError::CredentialsInAddress);
        }
        let wrong = |reason: &str| PublishError::Address {
            url: url.to_owned(),
            reason: reason.to_owned(),
        };
        let (scheme, rest) = match url.split_once("://") {
            Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
            None => (None, url),
        };
        let rest = rest.trim_matches('/').to_ascii_lowercase();
        let (host, path) = rest.split_once('/').unwrap_or((&rest, ""));
        if host.is_empty() {
            return Err(wrong("it names no host"));
        }
        if host.starts_with('[') {
            return Err(wrong(
                "an image reference cannot hold an IPv6 address; give the host a name",
            ));
        }
        let (name, port) = match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, None),
        };
        let named = name.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        });
        if !named || port.is_some_and(|port| port.parse::<u16>().is_err()) {
            return Err(wrong("its host is none"));
        }
        if name != "localhost" && !name.contains('.') && port.is_none() {
            // Everything that reads image references takes such a first part
            // for a user of Docker Hub.
            return Err(wrong(
                "a host without a dot or a port reads as a user of Docker Hub; write host:port, or docker.io/user",
            ));
        }
        for part in path.split('/').filter(|_| !path.is_empty()) {
            path_part(part).map_err(|reason| wrong(&format!("its path: {reason}")))?;
        }
        let loopback = name == "localhost" || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback());
        let plain = match scheme.as_deref() {
            None => loopback || insecure,
            Some("https") => false,
            Some("http") if loopback || insecure => true,
            Some("http") => {
                return Err(PublishError::PlainHttp { host: host.to_owned() });
            }
            Some(_) => return Err(wrong("its scheme is neither https nor http")),
        };
        Ok(Self {
            host: host.to_owned(),
            path: path.to_owned(),
            plain,
        })
    }

    /// The repository of a component, `path/name`.
    pub(super) fn repository(&self, component_name: &str) -> Result<String, PublishError> {
        let name = repository_name(component_name)?;
        let repository = match self.path.as_str() {
            "" => name,
            path => format!("{path}/{name}"),
        };
        if repository.len() > LONGEST_REPOSITORY {
            return Err(PublishError::Name {
                name: component_name.to_owned(),
                reason: format!("with the registry's path it is longer than {LONGEST_REPOSITORY} characters"),
            });
        }
        Ok(repository)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str) -> Address {
        Address::parse(url, false).unwrap()
    }

    fn refused(url: &str) -> String {
        Address::parse(url, false).unwrap_err().to_string()
    }

    #[test]
    fn plain_http_is_spoken_on_loopback_only() {
        for url in [
            "localhost:5000",
            "127.0.0.1:5000/acme",
            "127.9.9.9:80",
            "http://localhost",
        ] {
            assert!(address(url).plain, "{url}");
        }
        for url in [
            "registry.example.org",
            "https://localhost:5000",
            "localhost.example.org",
            "127.0.0.1.example.org",
            "10.0.0.1:5000",
        ] {
            assert!(!address(url).plain, "{url}");
        }
        assert_eq!(
            refused("http://registry.example.org/acme"),
            "the registry registry.example.org would be spoken to in plain http, which shows password and code to the network; \
             use https, or set `insecure: true` for it in runner.yaml (PELATO_REGISTRY_INSECURE=true) if that network is yours"
        );
        assert!(Address::parse("http://registry.lan:5000", true).unwrap().plain);
        assert!(Address::parse("registry.lan:5000", true).unwrap().plain);
        assert!(!Address::parse("https://registry.lan:5000", true).unwrap().plain);
    }

    #[test]
    fn a_repository_is_the_path_and_the_name_in_lower_case() {
        let repository = |url: &str, name: &str| address(url).repository(name);
        assert_eq!(
            repository("ghcr.io/Acme/Edge/", "Celsius_to_kelvin").unwrap(),
            "acme/edge/celsius_to_kelvin"
        );
        assert_eq!(repository("localhost:5000", "filter").unwrap(), "filter");
        assert_eq!(
            repository("localhost:5000", "höhe").unwrap_err().to_string(),
            "`component_name: höhe` cannot name a repository of an OCI registry: `ö` is not allowed; \
             take letters, digits and single `.`, `_` or `-` between them"
        );
        assert!(repository("localhost:5000", &"x".repeat(256)).is_err());
    }

    #[test]
    fn an_address_that_others_would_read_differently_is_refused() {
        assert_eq!(
            refused("registry/acme"),
            "the registry address `registry/acme` cannot be used: a host without a dot or a port reads as a user of Docker Hub; \
             write host:port, or docker.io/user (REGISTRY_URL, or `registry.url` of the environment in runner.yaml, is host[:port][/path])"
        );
        for url in [
            "",
            "/acme",
            "[::1]:5000",
            "oci://ghcr.io",
            "ghcr.io:http",
            "gh cr.io",
            "ghcr.io/a b",
            "ghcr.io//a",
        ] {
            assert!(Address::parse(url, true).is_err(), "{url}");
        }
    }

    #[test]
    fn credentials_in_the_address_are_refused_and_not_repeated() {
        let message = refused("https://ci:hunter2@registry.example.org");
        assert!(!message.contains("hunter2"), "{message}");
        assert!(message.contains("REGISTRY_USER"), "{message}");
    }
}
