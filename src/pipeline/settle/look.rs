//! The look at each project of a commit: noted, or read.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;

use super::notes::{Notes, Seal};
use super::there::There;
use super::{Settling, fails, same};
use crate::deploy::{Deployed, NameKey, Standing};
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
        /// What is noted of it.
        seal: Seal,
    },
}

/// The projects of a commit, as far as they were looked at. Its calls block.
pub(super) struct Look {
    commit: Arc<Commit>,
    pub(super) repository: String,
    pub(super) id: String,
    pub(super) toolchain: String,
    pub(super) services: Services,
    notes: Notes,
    pub(super) there: There,
    /// In the order of the commit's projects.
    pub(super) verdicts: Vec<Verdict>,
    /// How many were read.
    pub(super) read: usize,
}

impl Look {
    pub(super) fn new(
        commit: Arc<Commit>,
        settling: Settling<'_>,
        toolchain: String,
        there: There,
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
        self.verdicts.reserve(commit.projects().len());
        for (index, project) in commit.projects().iter().enumerate() {
            let seal = Notes::seal(&project.path, &project.content, self.there.of_project(index));
            if self.notes.has(&seal) {
                self.verdicts.push(Verdict::Unchanged { noted: true, seal });
                continue;
            }
            self.read += 1;
            let files = commit.read(project)?;
            let there: Vec<Deployed> = self.there.of_project(index).map(deployed).collect();
            let verdict = self.verdict(files, &there, seal);
            self.verdicts.push(verdict);
        }
        Ok(self)
    }

    /// What cannot be planned is for the run to say.
    fn verdict(&self, files: ProjectFiles, there: &[Deployed], seal: Seal) -> Verdict {
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
            return Verdict::Unchanged { noted: false, seal };
        }
        let names = project.tasks.iter().map(|prepared| same(&prepared.task.component_name));
        Verdict::Run {
            names: names.collect(),
            files,
        }
    }

    pub(super) fn has_unchanged(&self) -> bool {
        self.verdicts
            .iter()
            .any(|verdict| matches!(verdict, Verdict::Unchanged { .. }))
    }

    /// Everything that is deployed of the commit's projects.
    pub(super) fn standings(&mut self) -> impl Iterator<Item = &mut Standing> {
        self.there.of_all()
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
        let unchanged = self.verdicts.iter().filter_map(|verdict| match verdict {
            Verdict::Unchanged { seal, .. } => Some(*seal),
            Verdict::Run { .. } => None,
        });
        self.notes.replace(unchanged.collect());
        Ok(self)
    }

    /// The places of projects that must not be passed over although nothing in them changed.
    fn failing_or_clashing(&self) -> Vec<usize> {
        // What was noted clashes with nothing else that was: it was compared with it then.
        let mut fresh: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, verdict) in self.verdicts.iter().enumerate() {
            let mut names = match verdict {
                Verdict::Run { names, .. } => names.clone(),
                Verdict::Unchanged { noted: false, .. } => self.there.of_project(index).filter_map(name).collect(),
                Verdict::Unchanged { noted: true, .. } => continue,
            };
            names.sort_unstable();
            names.dedup();
            for name in names {
                fresh.entry(name).or_default().push(index);
            }
        }
        let mut keys: Vec<NameKey> = fresh.keys().map(|name| NameKey::of(name)).collect();
        keys.sort_unstable();
        let mut again = Vec::new();
        for (index, verdict) in self.verdicts.iter().enumerate() {
            let Verdict::Unchanged { noted, .. } = verdict else {
                continue;
            };
            if self.there.of_project(index).any(fails) {
                again.push(index);
            }
            if !*noted {
                continue;
            }
            let meant = |standing: &&Standing| keys.binary_search(&standing.name()).is_ok();
            for name in self.there.of_project(index).filter(meant).filter_map(name) {
                if let Some(owners) = fresh.get_mut(&name)
                    && owners.last() != Some(&index)
                {
                    owners.push(index);
                }
            }
        }
        again.extend(fresh.into_values().filter(|owners| owners.len() > 1).flatten());
        again
    }

    /// What came of each project, in the order of the commit's, and what is deployed.
    pub(super) fn end(self) -> (Arc<Commit>, Vec<Verdict>, There) {
        (self.commit, self.verdicts, self.there)
    }
}

/// The name of a task that is deployed; it comes as often as the task has targets.
fn name(standing: &Standing) -> Option<String> {
    standing.annotations.get("pelato.component").map(|name| same(name))
}

/// The same as a plan takes it. Of the manifest only the image decides there.
pub(super) fn deployed(standing: &Standing) -> Deployed {
    Deployed {
        application: standing.application.clone(),
        version: standing.annotations.get("version").cloned().unwrap_or_default(),
        deployed: standing.deployed,
        annotations: standing.annotations.clone(),
        document: json!({ "spec": { "components": [
            { "type": "component", "properties": { "image": standing.image } },
        ] } }),
    }
}
