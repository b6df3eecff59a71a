//! The look at each project of a commit: noted, or read.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::notes::Notes;
use super::{Settling, fails, same};
use crate::deploy::{Deployed, Standing};
use crate::pipeline::state::planned;
use crate::pipeline::{RunError, prepare};
use crate::plan::{Change, Leftovers};
use crate::services::Services;
use crate::source::{Commit, ProjectFiles};

/// What came of a project.
pub(super) enum Verdict {
    /// It has to be carried out.
    Run {
        files: ProjectFiles,
        /// The names of its tasks, where its workflow is right.
        names: Vec<String>,
    },
    /// It is deployed as it is wanted.
    Unchanged,
}

/// The projects of a commit, as far as they were looked at. Its calls block.
pub(super) struct Look {
    commit: Arc<Commit>,
    repository: String,
    id: String,
    toolchain: String,
    services: Services,
    notes: Notes,
    there: HashMap<String, Vec<Standing>>,
    /// In the order of the commit's projects.
    verdicts: Vec<Verdict>,
    /// How many were read.
    pub(super) read: usize,
}

impl Look {
    pub(super) fn new(
        commit: Arc<Commit>,
        settling: Settling<'_>,
        toolchain: String,
        there: HashMap<String, Vec<Standing>>,
        notes: Notes,
        services: Services,
    ) -> Self {
        Self {
            commit,
            repository: settling.repository.to_owned(),
            id: settling.commit.to_owned(),
            toolchain,
            services,
            notes,
            there,
            verdicts: Vec::new(),
            read: 0,
        }
    }

    /// One project after the other, so that there is never more than one rendered.
    pub(super) fn read_what_is_not_noted(mut self) -> Result<Self, RunError> {
        let commit = Arc::clone(&self.commit);
        let mut notes = Notes::default();
        for project in commit.projects() {
            let seal = Notes::seal(self.standings_of(&project.path));
            if self.notes.has(&project.path, &project.content, &seal) {
                notes.add(&project.path, &project.content, &seal);
                self.verdicts.push(Verdict::Unchanged);
                continue;
            }
            self.read += 1;
            let files = commit.read(project)?;
            let there: Vec<Deployed> = self.standings_of(&project.path).iter().map(deployed).collect();
            let verdict = self.verdict(files, &there);
            if matches!(verdict, Verdict::Unchanged) {
                notes.add(&project.path, &project.content, &seal);
            }
            self.verdicts.push(verdict);
        }
        self.notes.replace(notes);
        Ok(self)
    }

    /// What cannot be planned is for the run to say.
    fn verdict(&self, files: ProjectFiles, there: &[Deployed]) -> Verdict {
        let prepared = prepare(
            std::slice::from_ref(&files),
            &self.repository,
            Some(&self.id),
            &self.services.environment().name,
            self.services.templates(),
        );
        let Some(project) = prepared.ok().and_then(|mut prepared| prepared.projects.pop()) else {
            return Verdict::Run {
                files,
                names: Vec::new(),
            };
        };
        let plan = planned(&project, there, &[], Leftovers::Remove, &self.toolchain, &self.services);
        let unchanged = plan.is_ok_and(|planned| planned.plan.iter().all(|task| task.change == Change::Unchanged));
        if unchanged {
            return Verdict::Unchanged;
        }
        let names = project.tasks.iter().map(|prepared| same(&prepared.task.component_name));
        Verdict::Run {
            names: names.collect(),
            files,
        }
    }

    /// Whether something is deployed of a project that the commit lacks.
    pub(super) fn lacks_any(&self) -> bool {
        let here: HashSet<&str> = self
            .commit
            .projects()
            .iter()
            .map(|project| project.path.as_str())
            .collect();
        self.there
            .keys()
            .any(|path| !path.is_empty() && !here.contains(path.as_str()))
    }

    pub(super) fn has_unchanged(&self) -> bool {
        self.verdicts
            .iter()
            .any(|verdict| matches!(verdict, Verdict::Unchanged))
    }

    /// Everything that is deployed of the repository.
    pub(super) fn standings(&mut self) -> impl Iterator<Item = &mut Standing> {
        self.there.values_mut().flatten()
    }

    /// What fails is started anew by a run. Two projects that want one name are an error
    /// of it, which names both.
    pub(super) fn read_what_fails_or_clashes(mut self) -> Result<Self, RunError> {
        let commit = Arc::clone(&self.commit);
        let mut owners: HashMap<String, Vec<usize>> = HashMap::new();
        let mut again = Vec::new();
        for (index, (verdict, project)) in self.verdicts.iter().zip(commit.projects()).enumerate() {
            let mut names = match verdict {
                Verdict::Run { names, .. } => names.clone(),
                Verdict::Unchanged => {
                    let standings = self.standings_of(&project.path);
                    if standings.iter().any(fails) {
                        again.push(index);
                    }
                    let names = standings
                        .iter()
                        .filter_map(|one| one.annotations.get("pelato.component"));
                    names.map(|name| same(name)).collect()
                }
            };
            names.sort_unstable();
            names.dedup();
            for name in names {
                owners.entry(name).or_default().push(index);
            }
        }
        again.extend(owners.into_values().filter(|owners| owners.len() > 1).flatten());
        for index in again {
            if let (Some(verdict @ Verdict::Unchanged), Some(project)) =
                (self.verdicts.get_mut(index), commit.projects().get(index))
            {
                self.read += 1;
                *verdict = Verdict::Run {
                    files: commit.read(project)?,
                    names: Vec::new(),
                };
            }
        }
        Ok(self)
    }

    /// What came of each project, in the order of their paths.
    pub(super) fn verdicts(&mut self) -> Vec<(String, Verdict)> {
        let paths = self.commit.projects().iter().map(|project| project.path.clone());
        paths.zip(std::mem::take(&mut self.verdicts)).collect()
    }

    /// What is deployed of a project.
    pub(super) fn take(&mut self, project: &str) -> Vec<Standing> {
        self.there.remove(project).unwrap_or_default()
    }

    fn standings_of(&self, project: &str) -> &[Standing] {
        self.there.get(project).map_or(&[], Vec::as_slice)
    }
}

/// The same as a plan takes it. The manifest itself decides nothing there.
fn deployed(standing: &Standing) -> Deployed {
    Deployed {
        application: standing.application.clone(),
        version: standing.annotations.get("version").cloned().unwrap_or_default(),
        deployed: standing.deployed,
        annotations: standing.annotations.clone(),
        document: serde_json::Value::Null,
    }
}
