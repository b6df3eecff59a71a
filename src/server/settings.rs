//! What the server needs of `runner.yaml`.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};

use super::Figures;
use crate::forge::ForgeKind;

/// The server's settings. [`Settings::default`] serves no repository, on loopback.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whose deliveries are taken.
    pub repositories: Vec<Hook>,
    /// The largest body of a delivery, in bytes (`limits.body`).
    pub body_limit: usize,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// The token for reading and acting (`api_token`).
    pub api_token: Option<SecretString>,
    /// Anybody may read (`public`).
    pub public: bool,
    /// The listener takes connections of this machine only.
    pub loopback: bool,
    /// The proxies in front: what their `X-Forwarded-For` says is believed (`proxies`).
    pub proxies: Vec<IpNet>,
    /// What is counted, and shown at `/metrics`.
    pub figures: Figures,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            repositories: Vec::new(),
            // GitHub's own cap.
            body_limit: 25 * 1024 * 1024,
            body_time: Duration::from_secs(30),
            api_token: None,
            public: false,
            loopback: true,
            proxies: Vec::new(),
            figures: Figures::default(),
        }
    }
}

/// One repository, as its deliveries see it.
#[derive(Clone, Debug)]
pub struct Hook {
    /// `owner/name`. Forges do not tell upper from lower case in it.
    pub name: String,
    /// Which endpoint takes its deliveries.
    pub forge: ForgeKind,
    /// One secret, or two while it is rotated.
    pub secrets: Vec<SecretString>,
    /// Branch → environment. Other branches are ignored.
    pub branches: BTreeMap<String, String>,
    /// Where deliveries may come from; anywhere where none is named.
    pub sources: Vec<IpNet>,
    /// Takes deliveries without a signature, on a loopback listener only.
    pub insecure_unsigned: bool,
}

/// Settings that would be unsafe or cannot work. Found at the start, so that the
/// runner does not begin with them.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// No secret, and none is waived.
    #[error(
        "{repository} has no webhook secret; set `webhook_secret` to the secret \
         that its webhook has at the forge"
    )]
    NoSecret {
        /// `owner/name`.
        repository: String,
    },
    /// A secret of no characters verifies what anybody signs.
    #[error("a webhook secret of {repository} is empty; look where `webhook_secret` points to")]
    EmptySecret {
        /// `owner/name`.
        repository: String,
    },
    /// Unsigned deliveries from other machines.
    #[error(
        "{repository} takes unsigned deliveries (`insecure_unsigned`), which is for a loopback \
         listener only; listen on 127.0.0.1, or set `webhook_secret`"
    )]
    UnsignedOffLoopback {
        /// `owner/name`.
        repository: String,
    },
    /// Two entries for one repository.
    #[error("{repository} of {forge} is listed twice; merge the two entries")]
    Twice {
        /// `owner/name`.
        repository: String,
        /// Its forge.
        forge: ForgeKind,
    },
    /// A token of no characters.
    #[error("`api_token` is empty; look where it points to, or leave it out")]
    EmptyToken,
}

impl Hook {
    /// Whether deliveries may come from there. An address that is not known is in no
    /// network.
    pub(super) fn takes_from(&self, sender: Option<IpAddr>) -> bool {
        self.sources.is_empty()
            || sender.is_some_and(|sender| self.sources.iter().any(|network| network.contains(&sender)))
    }
}

impl Settings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        let mut seen = BTreeSet::new();
        for hook in &self.repositories {
            let repository = hook.name.clone();
            if !seen.insert((hook.forge, hook.name.to_ascii_lowercase())) {
                return Err(SettingsError::Twice {
                    repository,
                    forge: hook.forge,
                });
            }
            if hook.secrets.iter().any(|secret| secret.expose_secret().is_empty()) {
                return Err(SettingsError::EmptySecret { repository });
            }
            match (hook.insecure_unsigned, self.loopback) {
                (true, true) => {}
                (true, false) => return Err(SettingsError::UnsignedOffLoopback { repository }),
                (false, _) if hook.secrets.is_empty() => {
                    return Err(SettingsError::NoSecret { repository });
                }
                (false, _) => {}
            }
        }
        if self
            .api_token
            .as_ref()
            .is_some_and(|token| token.expose_secret().is_empty())
        {
            return Err(SettingsError::EmptyToken);
        }
        Ok(())
    }

    pub(super) fn hook(&self, forge: ForgeKind, repository: &str) -> Option<&Hook> {
        self.repositories
            .iter()
            .find(|hook| hook.forge == forge && hook.name.eq_ignore_ascii_case(repository))
    }
}

#[cfg(test)]
mod tests {
    use super::{Hook, Settings};
    use crate::forge::ForgeKind;

    fn settings(change: impl FnOnce(&mut Settings)) -> String {
        let mut settings = Settings {
            repositories: vec![Hook {
                name: "acme/thermo".to_owned(),
                forge: ForgeKind::Gitea,
                secrets: vec!["s3cr3t".into()],
                branches: [("main".to_owned(), "production".to_owned())].into(),
                sources: Vec::new(),
                insecure_unsigned: false,
            }],
            loopback: false,
            ..Settings::default()
        };
        change(&mut settings);
        settings
            .validate()
            .map_or_else(|error| error.to_string(), |()| "fine".to_owned())
    }

    #[test]
    fn what_is_unsafe_is_refused_at_the_start() {
        assert_eq!(settings(|_| {}), "fine");
        insta::assert_snapshot!(
            settings(|all| all.repositories[0].secrets.clear()),
            @"acme/thermo has no webhook secret; set `webhook_secret` to the secret that its webhook has at the forge"
        );
        insta::assert_snapshot!(
            settings(|all| all.repositories[0].secrets.push("".into())),
            @"a webhook secret of acme/thermo is empty; look where `webhook_secret` points to"
        );
        insta::assert_snapshot!(
            settings(|all| all.repositories[0].insecure_unsigned = true),
            @"acme/thermo takes unsigned deliveries (`insecure_unsigned`), which is for a loopback listener only; listen on 127.0.0.1, or set `webhook_secret`"
        );
        insta::assert_snapshot!(
            settings(|all| {
                let mut twice = all.repositories[0].clone();
                twice.name = "Acme/Thermo".to_owned();
                all.repositories.push(twice);
            }),
            @"Acme/Thermo of gitea is listed twice; merge the two entries"
        );
        insta::assert_snapshot!(
            settings(|all| all.api_token = Some("".into())),
            @"`api_token` is empty; look where it points to, or leave it out"
        );
        let unsigned_on_loopback = settings(|all| {
            all.repositories[0].secrets.clear();
            all.repositories[0].insecure_unsigned = true;
            all.loopback = true;
        });
        assert_eq!(unsigned_on_loopback, "fine");
    }
}
