//! `gen/`, for people to look at.

use std::path::Path;

use super::state::{placed, planned};
use super::{Request, RunError, check};
use crate::generate::{Manifest, WriteSummary, write};
use crate::report::{Reporter, Stage, counted};
use crate::services::Services;

/// Writes `gen/` of each project below `top`.
pub fn generate(
    request: &Request<'_>,
    top: &Path,
    services: &Services,
    reporter: &Reporter,
) -> Result<Vec<(String, WriteSummary)>, RunError> {
    let begun = reporter.started(None, Stage::Generate);
    let prepared = check(request, services, reporter)?;
    let mut written = Vec::new();
    for project in &prepared.projects {
        let plan = planned(project, &[], "", services)?;
        let mut projects = Vec::with_capacity(project.tasks.len());
        for (prepared, wanted) in project.tasks.iter().zip(&plan.wanted) {
            let image = unpinned(services, &prepared.task.component_name, &prepared.task.version);
            let manifests = wanted
                .targets
                .iter()
                .map(|target| {
                    placed(
                        project,
                        wanted,
                        prepared,
                        &target.target,
                        &image,
                        &target.settings,
                        services,
                    )
                })
                .collect::<Result<Vec<Manifest>, RunError>>()?;
            projects.push((prepared.sources.clone(), manifests));
        }
        let dir = top.join(&project.owner.project).join("gen");
        written.push((project.owner.project.clone(), write(&dir, &projects)?));
    }
    let tasks: usize = prepared.projects.iter().map(|project| project.tasks.len()).sum();
    reporter.finished(None, Stage::Generate, begun.elapsed(), counted(tasks, "task"));
    Ok(written)
}

fn unpinned(services: &Services, name: &str, version: &str) -> String {
    let image = format!("{}:{version}", name.to_lowercase());
    match &services.environment().registry {
        Some(registry) => {
            let url = registry.url.trim_end_matches('/');
            let host = url.split_once("://").map_or(url, |(_, rest)| rest);
            format!("{host}/{image}")
        }
        None => image,
    }
}
