//! The local host of an environment.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::FutureExt as _;

use secrecy::ExposeSecret as _;

use super::parts::nats_config;
use super::{ServiceError, Services};
use crate::deploy::{self, Fetch, LocalConfig, LocalHost};
use crate::runtime::Sql;

/// The process of a local host, in its state folder.
pub async fn serve_host(folder: &Path) -> Result<(), ServiceError> {
    Ok(deploy::serve_host(folder).await?)
}

impl Services {
    /// A client of the local host. Components are fetched in this process: the host
    /// has no credentials.
    pub(super) async fn local_host(&self) -> Result<LocalHost, ServiceError> {
        let environment = self.environment();
        let store = Arc::clone(self.store().await?);
        let fetch: Fetch = Arc::new(move |reference| {
            let store = Arc::clone(&store);
            async move { store.read(&reference).await.map_err(|error| error.to_string()) }.boxed()
        });
        // The host says less of what it cannot use, and to fewer people.
        self.check_local_database()?;
        let config = LocalConfig {
            folder: self.local_folder()?,
            nats: environment.nats_is_named.then(|| nats_config(&environment.nats)),
            sql: environment.sql.clone(),
            program: None,
        };
        Ok(LocalHost::new(config, fetch)?)
    }

    fn check_local_database(&self) -> Result<(), ServiceError> {
        let named = self.environment().sql.as_ref();
        match named.map(|url| Sql::named(url.expose_secret())) {
            Some(Err(error)) => Err(ServiceError::Setting(format!(
                "{error} (PELATO_SQL_URL, `sql.url` in runner.yaml)"
            ))),
            _ => Ok(()),
        }
    }

    /// Each environment and each lattice has its host, and that its messages.
    fn local_folder(&self) -> Result<PathBuf, ServiceError> {
        let environment = self.environment();
        let mut name = file_name(&environment.name);
        if environment.lattice != "default" {
            name = format!("{name}+{}", file_name(&environment.lattice));
        }
        Ok(self.state()?.join("local").join(name))
    }
}

/// A name that is no path, and no other name's.
fn file_name(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
            byte => format!("%{byte:02x}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path() {
        assert_eq!(file_name("production"), "production");
        assert_eq!(file_name("../etc"), "%2e%2e%2fetc");
        assert_eq!(file_name("a+b"), "a%2bb");
    }
}
