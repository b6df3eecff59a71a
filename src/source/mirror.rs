//! A bare mirror of a remote repository, fetched into.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use git2::{
    AutotagOption, Cred, ErrorClass, ErrorCode, FetchOptions, Oid, RemoteCallbacks, RemoteRedirect, Repository,
};
use secrecy::{ExposeSecret, SecretString};

use super::{Pulse, SourceError, leftovers, packs};
use crate::premises::Premises;

/// A repository to fetch from. The address comes from the operator's
/// configuration, never from a payload.
#[derive(Clone, Debug)]
pub struct Remote {
    /// `https://…` or `file://…`.
    pub url: String,
    /// What a forge takes as password.
    pub token: Option<SecretString>,
}

/// A run and a look at the heads may both be the first to need a mirror, or to write into
/// its configuration: neither may find what the other has done half.
pub(super) fn making() -> MutexGuard<'static, ()> {
    static MAKING: Mutex<()> = Mutex::new(());
    MAKING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A bare repository on this disk that follows a remote. Its calls block.
pub struct Mirror {
    repository: Repository,
    remote: Remote,
    premises: Arc<Premises>,
    pulse: Pulse,
}

impl Mirror {
    /// Opens the mirror in `folder`, and makes it when it is not there.
    pub fn open(folder: &Path, remote: Remote) -> Result<Self, SourceError> {
        let _making = making();
        let entered = fs::create_dir_all(folder).and_then(|()| leftovers::into(folder));
        let premises = entered.map_err(|error| SourceError::Unreadable {
            path: PathBuf::from(folder),
            error,
        })?;
        let repository = match Repository::open_bare(folder) {
            Ok(repository) => repository,
            Err(error) if error.code() == ErrorCode::NotFound => Repository::init_bare(folder)?,
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            repository,
            remote,
            premises: Arc::new(premises),
            pulse: Pulse::default(),
        })
    }

    /// The same, with somebody who listens to what is heard from the remote.
    #[must_use]
    pub fn with_pulse(self, pulse: Pulse) -> Self {
        Self { pulse, ..self }
    }

    /// Fetches a branch and gives its head, in hex digits.
    ///
    /// # Errors
    /// Where the remote does not answer, refuses, or has no such branch.
    pub fn fetch(&self, branch: &str) -> Result<String, SourceError> {
        Ok(self.fetch_head(branch)?.to_string())
    }

    pub(super) fn fetch_head(&self, branch: &str) -> Result<Oid, SourceError> {
        let mut options = FetchOptions::new();
        options
            .remote_callbacks(self.callbacks())
            .download_tags(AutotagOption::None)
            // Nobody reads it, and two fetches at once would wait for its lock in vain.
            .update_fetchhead(false)
            // Credentials never follow a redirect to another host.
            .follow_redirects(RemoteRedirect::None);
        // What the mirror has is told from its references: `known` stays while the branch is
        // fetched, or all of it would be sent again. libgit2 compares files of one disk by
        // the name that the branch has there.
        let (known, incoming) = (format!("refs/heads/{branch}"), format!("refs/pelato/{branch}"));
        let refspec = format!("+{known}:{incoming}");
        self.make_room(&known)?;
        // A branch that is gone must not be answered by what an earlier fetch left.
        self.drop_reference(&incoming)?;
        self.repository
            .remote_anonymous(&self.remote.url)?
            .fetch(&[&refspec], Some(&mut options), None)
            .map_err(|error| self.explain(&error, branch))?;
        self.pulse.complete();
        match self.repository.refname_to_id(&incoming) {
            Ok(head) => {
                self.repository.reference(&known, head, true, "fetched")?;
                self.drop_reference(&incoming)?;
                // The mirror is as right with many packs, and slower.
                if let Err(error) = packs::join(&self.repository, packs::MANY) {
                    tracing::warn!(%error, "the packs of a mirror could not be joined");
                }
                Ok(head)
            }
            Err(_) => Err(SourceError::NoBranch {
                url: self.remote.url.clone(),
                branch: branch.to_owned(),
            }),
        }
    }

    /// Drops the references that git cannot have beside this one: a branch `main` that was
    /// there before `main/x` came, and `main/x` before `main`.
    fn make_room(&self, name: &str) -> Result<(), SourceError> {
        for (at, _) in name.match_indices('/').skip(2) {
            self.drop_reference(&name[..at])?;
        }
        let below = self.repository.references_glob(&format!("{name}/*"))?;
        let below: Vec<String> = below
            .filter_map(|reference| Some(reference.ok()?.name().ok()?.to_owned()))
            .collect();
        below.iter().try_for_each(|name| self.drop_reference(name))
    }

    pub(super) fn drop_reference(&self, name: &str) -> Result<(), SourceError> {
        match self.repository.find_reference(name) {
            Ok(mut reference) => Ok(reference.delete()?),
            Err(_) => Ok(()),
        }
    }

    /// Held by whoever still writes there.
    pub(super) fn premises(&self) -> Arc<Premises> {
        Arc::clone(&self.premises)
    }

    /// Answers the remote's question for credentials, once.
    pub(super) fn callbacks(&self) -> RemoteCallbacks<'_> {
        let token = self.remote.token.as_ref();
        let mut callbacks = RemoteCallbacks::new();
        let mut asked = false;
        callbacks.credentials(move |_, user, _| {
            // libgit2 asks again and again when the answer is wrong.
            if std::mem::replace(&mut asked, true) {
                return Err(git2::Error::from_str("the credentials were refused"));
            }
            match token {
                Some(token) => Cred::userpass_plaintext(user.unwrap_or("x-access-token"), token.expose_secret()),
                None => Err(git2::Error::from_str("it asks for credentials and `token` is not set")),
            }
        });
        callbacks.sideband_progress(|_| self.pulse.beat());
        callbacks.transfer_progress(|_| self.pulse.beat());
        callbacks
    }

    pub(super) fn url(&self) -> &str {
        &self.remote.url
    }

    pub(super) fn repository(&self) -> &Repository {
        &self.repository
    }

    pub(super) fn explain(&self, error: &git2::Error, branch: &str) -> SourceError {
        let url = self.remote.url.clone();
        let reason = error.message().trim().to_owned();
        match (error.class(), error.code()) {
            (_, ErrorCode::Auth) => SourceError::Refused { url, reason },
            (ErrorClass::Callback, _) => SourceError::Refused { url, reason },
            (ErrorClass::Reference, ErrorCode::NotFound) => SourceError::NoBranch {
                url,
                branch: branch.to_owned(),
            },
            (ErrorClass::Http, _) => match status(&reason) {
                Some(401 | 403) => SourceError::Refused { url, reason },
                Some(408 | 429 | 500..) => SourceError::Unreachable { url, reason },
                // Its connection broke off.
                None if reason.contains("EOF") => SourceError::Unreachable { url, reason },
                // Another address, or no repository there.
                _ => SourceError::NoRepository { url, reason },
            },
            (_, ErrorCode::NotFound) => SourceError::NoRepository { url, reason },
            _ if url.starts_with("file:") => SourceError::NoRepository { url, reason },
            // It will not be another one by waiting.
            (ErrorClass::Ssl, ErrorCode::Certificate) => SourceError::NoRepository { url, reason },
            _ => SourceError::Unreachable { url, reason },
        }
    }
}

/// The code of an answer that git did not expect.
fn status(reason: &str) -> Option<u16> {
    reason
        .strip_prefix("unexpected http status code: ")?
        .trim()
        .parse()
        .ok()
}

#[cfg(test)]
mod tests;
