//! Gitea's webhook headers and events.
//!
//! Each delivery also carries `X-GitHub-Event`, `X-Gogs-*` and two more
//! signatures, for receivers that were written for others; they are not read. A
//! new branch comes as a `push` and a `create`, a deleted one as a `delete` alone.
//! A test delivery is a push whose `before` is its `after`: a real head, so it is
//! treated as one, and the queue sees whether that head was handled already.

use http::HeaderMap;

use crate::forge::delivery::{one_header, read_push};
use crate::forge::{Delivery, NotReadable, name};

/// The 64 digits without a prefix.
pub(in crate::forge) const SIGNATURE: &str = "x-gitea-signature";
const EVENT: &str = "x-gitea-event";
const DELIVERY: &str = "x-gitea-delivery";

pub(in crate::forge) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Delivery, NotReadable> {
    match one_header(headers, EVENT, name::is_event)? {
        "push" => read_push(one_header(headers, DELIVERY, name::is_delivery_id)?, body),
        "create" => Ok(Delivery::ignored("create events start nothing; the push does")),
        other => Ok(Delivery::ignored(format!("{other} events start nothing"))),
    }
}
