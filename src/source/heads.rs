//! What a remote's branches have now, and what the author says of it.

use std::collections::BTreeMap;

use git2::{AutotagOption, ConfigLevel, Direction, FetchOptions, Oid, RemoteRedirect};

use super::mirror::making;
use super::{Mirror, SourceError};

/// The prefix of branches among references.
const BRANCHES: &str = "refs/heads/";

impl Mirror {
    /// The heads of those of `branches` that the remote has: branch → commit in hex digits.
    /// One question, and nothing is fetched.
    ///
    /// # Errors
    /// Where the remote does not answer, or refuses.
    pub fn heads<'b>(&self, branches: impl Iterator<Item = &'b str>) -> Result<BTreeMap<String, String>, SourceError> {
        self.follow_no_redirect()?;
        let mut remote = self.repository().remote_anonymous(self.url())?;
        let connection = remote
            .connect_auth(Direction::Fetch, Some(self.callbacks()), None)
            .map_err(|error| self.explain(&error, ""))?;
        let wanted: Vec<String> = branches.map(|branch| format!("{BRANCHES}{branch}")).collect();
        let listed = connection.list().map_err(|error| self.explain(&error, ""))?;
        let heads = listed.iter().filter_map(|head| {
            let name = wanted.iter().find(|name| **name == head.name())?;
            Some((name[BRANCHES.len()..].to_owned(), head.oid().to_string()))
        });
        Ok(heads.collect())
    }

    /// The library has no other way to say it for a question. Credentials never follow a
    /// redirect to another host.
    fn follow_no_redirect(&self) -> Result<(), SourceError> {
        const KEY: &str = "http.followRedirects";
        let _making = making();
        let mut config = self.repository().config()?.open_level(ConfigLevel::Local)?;
        if config.get_bool(KEY).unwrap_or(true) {
            config.set_bool(KEY, false)?;
        }
        Ok(())
    }

    /// The message of a commit that is, or lately was, the head of `branch`. It is fetched
    /// where it is not here; none where the branch has moved on meanwhile.
    ///
    /// # Errors
    /// Where the remote does not answer, or refuses.
    pub fn message(&self, branch: &str, commit: &str) -> Result<Option<String>, SourceError> {
        let commit = Oid::from_str(commit)?;
        if self.repository().find_commit(commit).is_err() {
            // A name of its own: a run may fetch the branch at the same time.
            let incoming = format!("refs/pelato-look/{branch}");
            let mut options = FetchOptions::new();
            options
                .remote_callbacks(self.callbacks())
                .download_tags(AutotagOption::None)
                .update_fetchhead(false)
                .follow_redirects(RemoteRedirect::None);
            let fetched = self.repository().remote_anonymous(self.url())?.fetch(
                &[format!("+{BRANCHES}{branch}:{incoming}")],
                Some(&mut options),
                None,
            );
            // The commit stays without it: nothing is ever dropped from a mirror.
            self.drop_reference(&incoming)?;
            fetched.map_err(|error| self.explain(&error, branch))?;
        }
        let Ok(commit) = self.repository().find_commit(commit) else {
            return Ok(None);
        };
        Ok(Some(String::from_utf8_lossy(commit.message_bytes()).into_owned()))
    }
}
