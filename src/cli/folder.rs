//! A folder of the user's → its projects, settings and services.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::CommandError;
use super::args::Folder;
use crate::config::{Flags, Settings, Variables};
use crate::generate::Templates;
use crate::pipeline::{Prune, Request, RunError};
use crate::services::{Services, build_settings};
use crate::source::{Limits, Origin, ProjectFiles, SourceError, origin, read_folder, read_templates};

/// What a command works on.
pub(super) struct Opened {
    pub(super) projects: Vec<ProjectFiles>,
    pub(super) origin: Origin,
    pub(super) settings: Settings,
    pub(super) services: Services,
    /// The project's folder, or what holds all projects.
    pub(super) dir: PathBuf,
    run: String,
}

/// What a command works with that needs no project.
pub(super) fn services(folder: &Folder) -> Result<Services, CommandError> {
    let variables = Variables::read(&folder.dir)?;
    let (_, services) = parts(&variables, folder, &Flags::default())?;
    Ok(services)
}

fn parts(variables: &Variables, folder: &Folder, flags: &Flags) -> Result<(Settings, Services), CommandError> {
    let flags = Flags {
        templates: folder.templates.dir.clone(),
        ..flags.clone()
    };
    let settings = Settings::of(variables, &flags)?;
    let build = build_settings(&settings.builder, &settings.parallel_build, |name| {
        variables.get(name).map(str::to_owned)
    })?;
    let services = Services::new(settings.environment.clone(), build)?;
    let services = match &settings.templates {
        Some(dir) => services.with_templates(templates(dir)?),
        None => services,
    };
    Ok((settings, services))
}

/// Reads everything that a command needs to know about a folder.
pub(super) fn open(folder: &Folder, flags: &Flags) -> Result<Opened, CommandError> {
    read(folder, flags, false)
}

/// The same of a folder that may have no project.
pub(super) fn open_any(folder: &Folder, flags: &Flags) -> Result<Opened, CommandError> {
    read(folder, flags, true)
}

fn read(folder: &Folder, flags: &Flags, empty: bool) -> Result<Opened, CommandError> {
    let dir = folder
        .dir
        .canonicalize()
        .map_err(|error| CommandError::Usage(format!("cannot open {}: {error}", folder.dir.display())))?;
    let variables = Variables::read(&dir)?;
    let origin = origin(&dir);
    let projects = match read_folder(&dir, &origin.top, &Limits::default()) {
        Err(SourceError::NoProject(_)) if empty => Vec::new(),
        read => read.map_err(RunError::from)?,
    };
    let (settings, services) = parts(&variables, folder, flags)?;
    Ok(Opened {
        projects,
        origin,
        services,
        settings,
        dir,
        run: Uuid::now_v7().simple().to_string(),
    })
}

/// The templates in a folder, beside those that come with Pelato.
pub(super) fn templates(dir: &Path) -> Result<Templates, CommandError> {
    let files = read_templates(dir).map_err(|error| match error {
        SourceError::Unreadable { path, error } => CommandError::Usage(format!(
            "cannot read the templates in {}: {error}; look at --templates, or PELATO_TEMPLATES",
            path.display()
        )),
        other => RunError::from(other).into(),
    })?;
    Ok(Templates::with(&files)?)
}

impl Opened {
    /// What the pipeline is asked for.
    pub(super) fn request(&self) -> Request<'_> {
        Request {
            projects: &self.projects,
            others: &[],
            repository: &self.origin.repository,
            cache: &self.origin.repository,
            commit: self.origin.commit.as_deref(),
            run: &self.run,
            keep_going: self.settings.keep_going,
            // There may be more of the repository than this folder.
            prune: Prune::Tasks,
        }
    }

    #[cfg(feature = "local")]
    /// Reads the files again, where they have changed.
    pub(super) fn read_again(&mut self) -> Result<(), CommandError> {
        self.projects = read_folder(&self.dir, &self.origin.top, &Limits::default()).map_err(RunError::from)?;
        if let Some(dir) = &self.settings.templates {
            self.services = self.services.with_templates(templates(dir)?);
        }
        Ok(())
    }

    #[cfg(feature = "local")]
    /// The folders of the projects.
    pub(super) fn folders(&self) -> impl Iterator<Item = PathBuf> {
        self.projects.iter().map(|project| self.origin.top.join(&project.path))
    }

    /// Where the figures of a run go: into the project, or where there are several
    /// into the repository.
    pub(super) fn metrics_path(&self) -> std::path::PathBuf {
        let project = self.projects.first().map_or(".", |project| project.path.as_str());
        match self.projects.len() {
            1 => self.origin.top.join(project).join("metrics.yaml"),
            _ => self.origin.top.join("metrics.yaml"),
        }
    }
}
