//! The part of a push that both forges spell alike, since Gitea took GitHub's
//! payload as its model. What differs is in `github/` and `gitea/`.

use std::borrow::Cow;

use serde::Deserialize;

use super::delivery::{Delivery, NotReadable, Push};
use super::name;

/// A push, with just the fields that are read. Everything else is skipped without
/// being stored; serde_json skips nested values without recursion.
#[derive(Deserialize)]
pub(super) struct PushPayload<'a> {
    #[serde(rename = "ref", borrow)]
    pub(super) reference: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) after: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) head_commit: Option<HeadCommit<'a>>,
    #[serde(borrow)]
    pub(super) repository: Repository<'a>,
    /// GitHub says it; Gitea only has the zeros in `after`.
    #[serde(default)]
    pub(super) deleted: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct HeadCommit<'a> {
    #[serde(borrow)]
    pub(super) id: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) message: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct Repository<'a> {
    #[serde(borrow)]
    pub(super) full_name: Cow<'a, str>,
}

/// The outermost layer of any payload: whose it claims to be.
#[derive(Deserialize)]
pub(super) struct Claim<'a> {
    #[serde(borrow)]
    pub(super) repository: Repository<'a>,
}

impl PushPayload<'_> {
    /// Turns the payload into our own value, or says why nothing is to be done.
    pub(super) fn into_delivery(self, delivery: String) -> Result<Delivery, NotReadable> {
        if !name::is_repository(&self.repository.full_name) {
            return Err(NotReadable::Field("repository.full_name"));
        }
        if !name::is_ref(&self.reference) {
            return Err(NotReadable::Field("ref"));
        }
        if !name::is_commit(&self.after) {
            return Err(NotReadable::Field("after"));
        }
        let Some(branch) = self.reference.strip_prefix("refs/heads/") else {
            return Ok(Delivery::ignored(format!("{} is no branch", self.reference)));
        };
        if self.deleted == Some(true) || name::is_zero(&self.after) {
            return Ok(Delivery::ignored(format!("deletes the branch {branch}")));
        }
        // A force-push may carry another commit's message beside it.
        let head = self.head_commit.filter(|head| head.id == self.after);
        if head.as_ref().is_some_and(|head| asks_to_skip(&head.message)) {
            return Ok(Delivery::ignored("the head commit's message says [skip ci]"));
        }
        Ok(Delivery::Push(Push {
            delivery,
            repository: self.repository.full_name.into_owned(),
            branch: branch.to_owned(),
            commit: self.after.into_owned(),
            title: head.and_then(|head| name::title(&head.message)),
        }))
    }
}

/// Whether a commit's message says that nothing is to be run for it: the two spellings
/// that GitHub, GitLab, Gitea and Woodpecker share.
pub fn asks_to_skip(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("[skip ci]") || message.contains("[ci skip]")
}
