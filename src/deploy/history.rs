//! What ran before, kept with what runs.
//!
//! wadm forgets an application that is deleted, and rolling deletes it. So each
//! application carries the manifests that it had before, in one annotation: zlib over
//! JSON, in base64. Manifests of one application differ in a few words, so that
//! twenty of them take little more than one. None of this counts as content: a version says what
//! runs, never what ran.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use serde_json::Value;
use time::OffsetDateTime;

use super::application::{Claim, Deployed, annotations};
use super::earlier::Earlier;

/// The annotation with the manifests of before.
const HISTORY: &str = "pelato.history";
/// The annotation with the moment, RFC 3339 in UTC with milliseconds: two of them
/// compare as texts.
pub(super) const DEPLOYED: &str = "pelato.deployed";
/// The annotation with the run.
pub(super) const RUN: &str = "pelato.run";
/// The annotation with the run whose deployment was put back.
pub(super) const RESTORED: &str = "pelato.restored";

/// How many are kept.
const KEPT: usize = 20;
/// The longest annotation, in bytes. A manifest goes over NATS whole, whose limit is
/// 1 MiB by default.
const LONGEST: usize = 64 << 10;
/// The longest text that one of ours unpacks to, in bytes.
const LARGEST: usize = 8 << 20;
/// zlib's own default.
const LEVEL: u8 = 6;

impl Deployed {
    /// What was deployed of this application before, the latest first. What cannot be
    /// read, or is not of this application and its owner, is left out.
    pub fn earlier(&self) -> Vec<Earlier> {
        let claim = Claim::of(&self.annotations);
        let packed = self.annotations.get(HISTORY).map_or("", String::as_str);
        unpack(packed)
            .into_iter()
            .filter(|document| {
                document["metadata"]["name"].as_str() == Some(&self.application)
                    && claim.is_some()
                    && Claim::of(&annotations(document)) == claim
            })
            .map(Earlier::of)
            .collect()
    }

    /// What is deployed now, as a later deployment will find it.
    pub fn now(&self) -> Earlier {
        let mut document = self.document.clone();
        forget(&mut document, HISTORY);
        Earlier::of(document)
    }
}

/// A manifest as it is put: with the moment, and with what it takes the place of.
pub(super) fn recorded(document: &Value, had: Option<&Deployed>, now: OffsetDateTime) -> Value {
    let mut document = document.clone();
    let version = annotations(&document).remove("version").unwrap_or_default();
    // The same that is only started anew is no other deployment.
    let replaced = had.filter(|had| had.version != version).map(Deployed::now);
    let before: Vec<Value> = replaced
        .into_iter()
        .chain(had.into_iter().flat_map(Deployed::earlier))
        .map(Earlier::into_document)
        .collect();
    note(&mut document, DEPLOYED, &moment(now));
    if let Some(packed) = pack(&before) {
        note(&mut document, HISTORY, &packed);
    }
    document
}

fn moment(now: OffsetDateTime) -> String {
    let (date, time) = (now.date(), now.time());
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    let (hour, minute, second, milli) = time.as_hms_milli();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// Sets an annotation.
pub(super) fn note(document: &mut Value, key: &str, value: &str) {
    if let Some(annotations) = document["metadata"]["annotations"].as_object_mut() {
        annotations.insert(key.to_owned(), value.into());
    }
}

/// Takes an annotation away.
pub(super) fn forget(document: &mut Value, key: &str) {
    if let Some(annotations) = document["metadata"]["annotations"].as_object_mut() {
        annotations.remove(key);
    }
}

/// As many of the latest as there is room for; none where there is none.
fn pack(documents: &[Value]) -> Option<String> {
    let mut kept = documents.len().min(KEPT);
    while kept > 0 {
        let text = serde_json::to_vec(&documents[..kept]).ok()?;
        let packed = BASE64_STANDARD.encode(compress_to_vec_zlib(&text, LEVEL));
        if packed.len() <= LONGEST {
            return Some(packed);
        }
        kept -= 1;
    }
    None
}

fn unpack(packed: &str) -> Vec<Value> {
    let read = || {
        let packed = BASE64_STANDARD.decode(packed).ok()?;
        let text = decompress_to_vec_zlib_with_limit(&packed, LARGEST).ok()?;
        serde_json::from_slice(&text).ok()
    };
    read().unwrap_or_default()
}

/// An annotation that says something.
pub(super) fn text(annotations: &BTreeMap<String, String>, key: &str) -> Option<String> {
    annotations.get(key).filter(|text| !text.is_empty()).cloned()
}

#[cfg(test)]
mod tests;
