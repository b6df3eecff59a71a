//! `PELATO_PROVIDERS`: which providers the manifests name.

use std::collections::BTreeMap;

use crate::config::{DotenvError, Providers};

/// `external`, `builtin`, or `messaging=image,http_server=image`.
pub(super) fn of(value: Option<String>) -> Result<Providers, DotenvError> {
    let Some(value) = value else {
        return Ok(Providers::External);
    };
    match value.as_str() {
        "external" => return Ok(Providers::External),
        "builtin" => return Ok(Providers::Builtin),
        _ => {}
    }
    let pairs: Option<BTreeMap<String, String>> = value
        .split(',')
        .map(|pair| {
            let (name, image) = pair.split_once('=')?;
            PROVIDERS.contains(&name).then(|| (name.to_owned(), image.to_owned()))
        })
        .collect();
    match pairs {
        Some(images) => Ok(Providers::Images(images)),
        None => Err(DotenvError::Value {
            name: "PELATO_PROVIDERS (--providers)",
            value,
            expected: "it is `external`, `builtin`, or images by name: `messaging=IMAGE,http_server=IMAGE`",
        }),
    }
}

/// The providers that a manifest may need.
pub(in crate::config) const PROVIDERS: [&str; 4] = ["messaging", "http_server", "keyvalue", "sql"];
