//! `gen/`, for people to look at.

use std::path::Path;

use super::state::{built, unbuilt};
use super::{Request, RunError, check};
use crate::generate::{WriteSummary, write, write_some};
use crate::report::{Reporter, Stage, counted};
use crate::services::Services;

/// Writes `gen/` of each project below `top`. Where `only` names tasks, these are
/// written and nothing else is touched.
pub fn generate(
    request: &Request<'_>,
    top: &Path,
    only: &[String],
    services: &Services,
    reporter: &Reporter,
) -> Result<Vec<(String, WriteSummary)>, RunError> {
    let begun = reporter.started(None, Stage::Generate);
    let prepared = check(request, services, reporter)?;
    for name in only {
        prepared.task(name)?;
    }
    let wanted = |name: &String| only.is_empty() || only.contains(name);
    let mut written = Vec::new();
    let mut tasks = 0;
    for project in &prepared.projects {
        let mut projects = Vec::with_capacity(project.tasks.len());
        let all = project.tasks.iter();
        for prepared in all.filter(|prepared| wanted(&prepared.task.component_name)) {
            let image = unpinned(services, &prepared.task.component_name, &prepared.task.version);
            let unbuilt = unbuilt(project, prepared, "", services)?;
            let manifests = built(project, prepared, unbuilt, &image, services)?;
            projects.push((&prepared.sources, manifests));
        }
        let dir = top.join(&project.owner.project).join("gen");
        tasks += projects.len();
        let summary = match only.is_empty() {
            true => write(&dir, &projects)?,
            false if projects.is_empty() => continue,
            false => write_some(&dir, &projects)?,
        };
        written.push((project.owner.project.clone(), summary));
    }
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
