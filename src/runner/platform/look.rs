//! How each part is looked at.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::config::Repository;
use crate::forge;
use crate::pipeline::Part;
use crate::queue::Scope;
use crate::services::Services;

/// Looks once; says what is wrong.
pub(in crate::runner) type Look = Box<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// All that the repositories and environments need, each once: repositories of one forge
/// share it.
pub(in crate::runner) fn looks(
    repositories: &[Repository],
    environments: &BTreeMap<String, Services>,
) -> Vec<(Part, String, Vec<Scope>, Look)> {
    let mut all = Vec::new();
    let mut forges: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for repository in repositories {
        if let Some(origin) = forge::origin(&repository.url) {
            forges.entry(origin).or_default().insert(&repository.name);
        }
    }
    for (origin, names) in forges {
        let scopes = names.into_iter().map(|name| Scope::Repository(name.to_owned()));
        let address = origin.clone();
        let look = look(move || {
            let address = address.clone();
            async move { forge::answers(&address).await }
        });
        all.push((Part::Forge, origin, scopes.collect(), look));
    }
    // All environments build with the same.
    if let Some(services) = environments.values().next().cloned() {
        let look = look(move || {
            let services = services.clone();
            async move { services.builder_answers().await }
        });
        all.push((Part::Builder, String::new(), vec![Scope::All], look));
    }
    for (name, services) in environments {
        let scopes = || vec![Scope::Environment(name.clone())];
        if services.has_registry() {
            let services = services.clone();
            let look = look(move || {
                let services = services.clone();
                async move { services.registry_answers().await }
            });
            all.push((Part::Registry, name.clone(), scopes(), look));
        }
        if services.has_nats() {
            let services = services.clone();
            let look = look(move || {
                let services = services.clone();
                async move { services.lattice_answers().await }
            });
            all.push((Part::Lattice, name.clone(), scopes(), look));
        }
    }
    all
}

fn look<F, E>(ask: impl Fn() -> F + Send + Sync + 'static) -> Look
where
    F: Future<Output = Result<(), E>> + Send + 'static,
    E: std::fmt::Display,
{
    Box::new(move || {
        let asked = ask();
        async move { asked.await.map_err(|error| error.to_string()) }.boxed()
    })
}
