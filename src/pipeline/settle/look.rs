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
    Unchanged {
        /// Whether that was known before.
        noted: bool,
    },
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
        for project in commit.projects() {
            let seal = Notes::seal(self.standings_of(&project.path));
            if self.notes.has(&project.path, &project.content, &seal) {
                self.verdicts.push(Verdict::Unchanged { noted: true });
                continue;
            }
            self.read += 1;
            let files = commit.read(project)?;
            let there: Vec<Deployed> = self.standings_of(&project.path).iter().map(deployed).collect();
            let verdict = self.verdict(files, &there);
            self.verdicts.push(verdict);
        }
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
            return Verdict::Unchanged { noted: false };
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
            .any(|verdict| matches!(verdict, Verdict::Unchanged { .. }))
    }

    /// Everything that is deployed of the repository.
    pub(super) fn standings(&mut self) -> impl Iterator<Item = &mut Standing> {
        self.there.values_mut().flatten()
    }

    /// What fails is started anew by a run. Two projects that want one name are an error
    /// of it, which names both. What is left is noted.
    pub(super) fn read_what_fails_or_clashes(mut self) -> Result<Self, RunError> {
        let commit = Arc::clone(&self.commit);
        for index in self.failing_or_clashing() {
            if let (Some(verdict @ Verdict::Unchanged { .. }), Some(project)) =
                (self.verdicts.get_mut(index), commit.projects().get(index))
            {
                self.read += 1;
                *verdict = Verdict::Run {
                    files: commit.read(project)?,
                    names: Vec::new(),
                };
            }
        }
        let mut notes = Notes::default();
        for (verdict, project) in self.verdicts.iter().zip(commit.projects()) {
            if matches!(verdict, Verdict::Unchanged { .. }) {
                let seal = Notes::seal(self.standings_of(&project.path));
                notes.add(&project.path, &project.content, &seal);
            }
        }
        self.notes.replace(notes);
        Ok(self)
    }

    /// The places of projects that must not be passed over although nothing in them changed.
    fn failing_or_clashing(&self) -> Vec<usize> {
        let projects = || self.verdicts.iter().zip(self.commit.projects()).enumerate();
        // What was noted clashes with nothing else that was: it was compared with it then.
        let mut fresh: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, (verdict, project)) in projects() {
            let mut names = match verdict {
                Verdict::Run { names, .. } => names.clone(),
                Verdict::Unchanged { noted: false } => self.names_of(&project.path).collect(),
                Verdict::Unchanged { noted: true } => continue,
            };
            names.sort_unstable();
            names.dedup();
            for name in names {
                fresh.entry(name).or_default().push(index);
            }
        }
        let mut again = Vec::new();
        for (index, (verdict, project)) in projects() {
            let Verdict::Unchanged { noted } = verdict else {
                continue;
            };
            if self.standings_of(&project.path).iter().any(fails) {
                again.push(index);
            }
            if *noted && !fresh.is_empty() {
                for name in self.names_of(&project.path) {
                    if let Some(owners) = fresh.get_mut(&name)
                        && owners.last() != Some(&index)
                    {
                        owners.push(index);
                    }
                }
            }
        }
        again.extend(fresh.into_values().filter(|owners| owners.len() > 1).flatten());
        again
    }

    /// The tasks of a project that are deployed, each as often as it has targets.
    fn names_of(&self, project: &str) -> impl Iterator<Item = String> {
        let standings = self.standings_of(project).iter();
        let names = standings.filter_map(|standing| standing.annotations.get("pelato.component"));
        names.map(|name| same(name))
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
