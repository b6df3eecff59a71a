//! The PostgreSQL database of an environment, as wasmCloud's SQL provider is told of it.

use std::collections::BTreeMap;
use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use url::Url;

use super::DeployError;

/// PostgreSQL's own.
const PORT: u16 = 5432;
const SCHEMES: [&str; 2] = ["postgres", "postgresql"];

/// A database, with the password to it. It shows neither.
#[derive(Clone)]
pub struct Database {
    host: String,
    port: u16,
    user: String,
    password: SecretString,
    name: String,
    tls: bool,
}

impl Database {
    /// The database at `url`, `postgres://USER:PASSWORD@HOST:PORT/DATABASE`. A
    /// `sslmode` from `require` on asks for TLS.
    ///
    /// # Errors
    /// [`DeployError::Database`] where the provider could not be told of it; nothing of
    /// the address is repeated.
    pub fn named(url: &SecretString) -> Result<Self, DeployError> {
        let wrong = |reason: &'static str| DeployError::Database { reason };
        // What the parser says may hold a part of the password.
        let url = Url::parse(url.expose_secret()).map_err(|_| wrong("it is no address"))?;
        if !SCHEMES.contains(&url.scheme()) {
            return Err(wrong("it does not begin with postgres://"));
        }
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or(wrong("it names no host"))?;
        if url.fragment().is_some() || host.starts_with('%') || host.contains(',') {
            return Err(wrong("it has a part that the provider does not take"));
        }
        let mut tls = false;
        for (key, value) in url.query_pairs() {
            match (&*key, &*value) {
                ("sslmode", "disable" | "allow" | "prefer") => {}
                ("sslmode", "require" | "verify-ca" | "verify-full") => tls = true,
                ("sslmode", _) => return Err(wrong("its `sslmode` is unknown")),
                _ => return Err(wrong("of its parameters the provider takes `sslmode` alone")),
            }
        }
        let user = decoded(url.username()).ok_or(wrong("its user is no text"))?;
        if user.is_empty() {
            return Err(wrong("it names no user"));
        }
        let password = decoded(url.password().unwrap_or_default()).ok_or(wrong("its password is no text"))?;
        let name = decoded(url.path().trim_start_matches('/')).ok_or(wrong("its database is no text"))?;
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(PORT),
            name: if name.is_empty() { user.clone() } else { name },
            user,
            password: password.into(),
            tls,
        })
    }

    /// What the link to the provider is configured with.
    pub(super) fn configuration(&self) -> BTreeMap<&'static str, String> {
        let mut configuration = BTreeMap::from([
            ("POSTGRES_HOST", self.host.clone()),
            ("POSTGRES_PORT", self.port.to_string()),
            ("POSTGRES_USERNAME", self.user.clone()),
            ("POSTGRES_PASSWORD", self.password.expose_secret().to_owned()),
            ("POSTGRES_DATABASE", self.name.clone()),
        ]);
        if self.tls {
            configuration.insert("POSTGRES_TLS_REQUIRED", "true".to_owned());
        }
        configuration
    }

    /// 12 hex digits that tell this database, user and password from any other, to
    /// nobody but those who have the key.
    pub(super) fn mark(&self, key: &[u8]) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        for (key, value) in self.configuration() {
            for part in [key, &value] {
                mac.update(&(part.len() as u64).to_le_bytes());
                mac.update(part.as_bytes());
            }
        }
        let mut mark = hex::encode(mac.finalize().into_bytes());
        mark.truncate(12);
        Some(mark)
    }
}

fn decoded(text: &str) -> Option<String> {
    let text = percent_decode_str(text).decode_utf8().ok()?;
    (!text.contains('\0')).then(|| text.into_owned())
}

/// Nothing of what it is.
impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Database")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> Result<Database, DeployError> {
        Database::named(&url.into())
    }

    #[test]
    fn an_address_becomes_what_the_provider_reads() {
        let database = of("postgres://ada:p%40ss%2F%22w%C3%B6rd@db.example.org:5433/home?sslmode=require").unwrap();
        insta::assert_debug_snapshot!(database.configuration(), @r#""#);
        let short = of("postgresql://ada@[::1]").unwrap().configuration();
        insta::assert_debug_snapshot!(short, @r#""#);
        assert_eq!(format!("{database:?}"), "Database");
    }

    #[test]
    fn an_address_that_the_provider_cannot_take_is_refused_without_being_repeated() {
        let said = |url: &str| of(url).unwrap_err().to_string();
        insta::assert_snapshot!(said("mysql://ada:s3cret@host/db"), @"");
        for (url, reason) in [
            ("s3cret", "it is no address"),
            ("postgres://ada:s3cret@host:port/db", "it is no address"),
            ("postgres:///s3cret", "it names no host"),
            ("postgres://host/s3cret", "it names no user"),
            (
                "postgres://ada:s3cret@%2Frun%2Fpostgresql/db",
                "it has a part that the provider does not take",
            ),
            (
                "postgres://ada:s3cret@host/db?sslmode=s3cret",
                "its `sslmode` is unknown",
            ),
            (
                "postgres://ada:s3cret@host/db?s3cret=1",
                "of its parameters the provider takes `sslmode` alone",
            ),
        ] {
            let said = said(url);
            assert!(said.contains(reason) && !said.contains("s3cret"), "{url}: {said}");
        }
    }

    #[test]
    fn each_database_user_and_password_has_its_mark() {
        let mark = |url: &str, key: &str| of(url).unwrap().mark(key.as_bytes()).unwrap();
        let one = mark("postgres://ada:one@host/db", "key");
        assert_eq!(one.len(), 12);
        assert_eq!(one, mark("postgresql://ada:one@host:5432/db?sslmode=prefer", "key"));
        for other in [
            "postgres://ada:two@host/db",
            "postgres://ada:one@host/db2",
            "postgres://ad:aone@host/db",
        ] {
            assert_ne!(one, mark(other, "key"));
        }
        assert_ne!(one, mark("postgres://ada:one@host/db", "another key"));
    }
}
