//! Where artifacts are kept.

use super::{Finding, Part};
use crate::publish::Store;
use crate::services::Services;

pub(super) async fn examine(services: &Services) -> Finding {
    let store = match services.store().await {
        Ok(store) => store,
        Err(error) => return Finding::wrong(Part::Registry, error),
    };
    match store.as_ref() {
        Store::Layout(layout) => Finding::ok(
            Part::Registry,
            format!("none is named: artifacts are kept in {}", layout.folder().display()),
        ),
        Store::Registry(registry) => match registry.probe().await {
            Ok(probe) => Finding::ok(Part::Registry, format!("{} answers; {}", probe.host, probe.identity)),
            Err(error) => Finding::wrong(Part::Registry, error),
        },
    }
}
