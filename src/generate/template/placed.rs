//! What a template's files can name beyond the keys of a task.

use super::expressions::Names;
use crate::workflow::TemplateSpec;

/// What a Go file can name: whatever else were here, a change of it would mean another
/// build.
pub(super) const IN_CODE: &str = "component_name";

/// What `wadm.yaml` can name beside the keys.
const IN_MANIFEST: [&str; 12] = [
    "application",
    "component_name",
    "target",
    "image",
    "environment",
    "queue_group",
    "nats",
    "providers.messaging",
    "providers.http_server",
    "providers.keyvalue",
    "providers.sql",
    "sql",
];

/// Whether a word is one of those.
pub(super) fn is_placed(word: &str) -> bool {
    word == "providers" || IN_MANIFEST.contains(&word)
}

pub(super) fn in_code() -> Names {
    Names {
        calls: false,
        values: vec![IN_CODE.to_owned()],
    }
}

pub(super) fn in_manifest(spec: &TemplateSpec) -> Names {
    let keys = spec.keys.iter().map(|key| key.name.clone());
    Names {
        calls: true,
        values: IN_MANIFEST.map(str::to_owned).into_iter().chain(keys).collect(),
    }
}
