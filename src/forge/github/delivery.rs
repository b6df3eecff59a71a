//! GitHub's webhook headers and events.
//! Source: <https://docs.github.com/webhooks/webhook-events-and-payloads>.

use http::HeaderMap;

use crate::forge::delivery::{one_header, read_push};
use crate::forge::{Delivery, NotReadable, name};

/// `sha256=` and the digits. `X-Hub-Signature` beside it is sha1 and not read.
pub(in crate::forge) const SIGNATURE: &str = "x-hub-signature-256";
const EVENT: &str = "x-github-event";
const DELIVERY: &str = "x-github-delivery";

pub(in crate::forge) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Delivery, NotReadable> {
    match one_header(headers, EVENT, name::is_event)? {
        "push" => read_push(one_header(headers, DELIVERY, name::is_delivery_id)?, body),
        "ping" => Ok(Delivery::ignored("ping: the webhook is set up")),
        other => Ok(Delivery::ignored(format!("{other} events start nothing"))),
    }
}
