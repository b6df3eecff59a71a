//! Reading a delivery's body without trusting it.

use axum::body::{Body, Bytes};
use futures_util::StreamExt;
use http::{HeaderMap, header};
use tokio::sync::SemaphorePermit;
use tokio::time::timeout;

use super::answer::Problem;
use super::state::Door;

/// Bodies up to this size need no permit: a thousand connections of them are
/// 64 MiB. Pushes are mostly smaller. Past it only a few are held at once, so that
/// memory stays flat whatever is sent.
pub(super) const SMALL: usize = 64 * 1024;

/// Refuses what is not plain JSON. Nothing is ever inflated.
pub(super) fn refuse_encoded(headers: &HeaderMap) -> Result<(), Problem> {
    let plain = headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .all(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let json = match (types.next(), types.next()) {
        (Some(only), None) => only
            .to_str()
            .ok()
            .and_then(|text| text.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")),
        _ => false,
    };
    if plain && json { Ok(()) } else { Err(Problem::Encoded) }
}

/// A body that is held, with the permit that lets it be large.
pub(super) struct Held<'a> {
    pub(super) bytes: Bytes,
    _permit: Option<SemaphorePermit<'a>>,
}

/// Reads the whole body, or stops as soon as it is past the limit or the time.
pub(super) async fn read<'a>(door: &'a Door, headers: &HeaderMap, body: Body) -> Result<Held<'a>, Problem> {
    let limit = door.settings.body_limit;
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(Problem::TooLarge);
    }
    timeout(door.settings.body_time, collect(door, limit, body))
        .await
        .unwrap_or(Err(Problem::TooSlow))
}

async fn collect(door: &Door, limit: usize, body: Body) -> Result<Held<'_>, Problem> {
    let mut stream = body.into_data_stream();
    let mut bytes = Vec::new();
    let mut permit = None;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Problem::BrokenBody)?;
        let size = bytes.len() + chunk.len();
        if size > limit {
            return Err(Problem::TooLarge);
        }
        if size > SMALL && permit.is_none() {
            // The semaphore is never closed.
            permit = door.large_bodies.acquire().await.ok();
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Held {
        bytes: bytes.into(),
        _permit: permit,
    })
}
