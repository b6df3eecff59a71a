//! All secrets of a configuration with what they are, for whoever hides them.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{Environment, RunnerConfig};

/// A secret, and what it is for: `token of acme/thermo`.
pub type Named = (String, SecretString);

impl Environment {
    /// Passwords, tokens and keys, those in addresses and files included. A file that
    /// cannot be read has none: who needs it says so.
    pub fn secrets(&self) -> Vec<Named> {
        let mut all = Vec::new();
        let mut add = |what: &str, secret: Option<SecretString>| {
            all.extend(secret.map(|secret| (format!("{what} of the environment {}", self.name), secret)));
        };
        add(
            "the registry's password",
            self.registry.as_ref().and_then(|registry| registry.password.clone()),
        );
        let nats = &self.nats;
        add("the NATS password", nats.password.clone());
        add("the NATS token", nats.token.clone());
        add("the NATS seed", nats.nkey.clone());
        add("the NATS seed", content(nats.nkey_file.as_ref()));
        add("the password in the NATS address", password(&nats.url));
        add("the NATS credentials", content(nats.creds.as_ref()));
        add("the NATS key", content(nats.key.as_ref()));
        for target in self.targets.values() {
            add(
                "the password in a target's NATS address",
                target.nats.as_deref().and_then(password),
            );
        }
        if let Some(sql) = &self.sql {
            add("the database's address", Some(sql.clone()));
            add("the database's password", password(sql.expose_secret()));
        }
        all
    }
}

impl RunnerConfig {
    /// Those of all environments and repositories, and the API's token.
    pub fn secrets(&self) -> Vec<Named> {
        let mut all: Vec<Named> = self.environments.values().flat_map(Environment::secrets).collect();
        for repository in &self.repositories {
            let of = |what: &str| format!("{what} of {}", repository.name);
            let hooks = repository.webhook_secrets.iter();
            all.extend(hooks.map(|secret| (of("a webhook secret"), secret.clone())));
            all.extend(repository.token.clone().map(|token| (of("the token"), token)));
        }
        all.extend(self.api_token.clone().map(|token| ("`api_token`".to_owned(), token)));
        all
    }
}

/// The password of an address, as it is meant.
fn password(address: &str) -> Option<SecretString> {
    let address = Url::parse(address).ok()?;
    let password = percent_encoding::percent_decode_str(address.password()?)
        .decode_utf8()
        .ok()?;
    Some(SecretString::from(password.into_owned()))
}

fn content(file: Option<&PathBuf>) -> Option<SecretString> {
    let text = std::fs::read_to_string(file?).ok()?;
    Some(SecretString::from(text))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use crate::config::{Variables, read_runner};

    const RUNNER: &str = "\
repositories:
  - name: acme/thermo
    forge: gitea
    url: https://git.example/acme/thermo.git
    api: https://git.example/api/v1
    webhook_secret: [{ env: HOOK }, { env: OLD_HOOK }]
    token: { env: TOKEN }
    branches: { main: production }
api_token: { env: API }
environments:
  production:
    registry: { url: registry.example, user: me, password: { env: REGISTRY } }
    nats: { url: 'nats://hub:4222', creds: hub.creds, nkey: { env: SEED } }
    sql: { url: { env: SQL } }
    targets: { edge: { nats: 'nats://leaf:l3afpw@edge:4222' } }
";

    #[test]
    fn each_secret_of_a_configuration_is_known_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("hub.creds"), "jwt and seed").unwrap();
        let variables = Variables::given(&[
            ("HOOK", "h00k"),
            ("OLD_HOOK", "0ld"),
            ("TOKEN", "t0ken"),
            ("API", "ap1"),
            ("REGISTRY", "reg1stry"),
            ("SEED", "SUASEED"),
            ("SQL", "postgres://me:sq1%20pw@db/readings"),
        ]);
        let config = read_runner("runner.yaml", RUNNER, folder.path(), &variables);
        let config = config.unwrap_or_else(|wrong| panic!("{}", wrong.render(false)));
        let all = config.secrets();
        let shown: Vec<String> = all
            .iter()
            .map(|(what, secret)| format!("{what}: {}", secret.expose_secret()))
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @"
        the registry's password of the environment production: reg1stry
        the NATS seed of the environment production: SUASEED
        the NATS credentials of the environment production: jwt and seed
        the password in a target's NATS address of the environment production: l3afpw
        the database's address of the environment production: postgres://me:sq1%20pw@db/readings
        the database's password of the environment production: sq1 pw
        a webhook secret of acme/thermo: h00k
        a webhook secret of acme/thermo: 0ld
        the token of acme/thermo: t0ken
        `api_token`: ap1
        ");
    }
}
