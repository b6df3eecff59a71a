//! What a deployed task was built from.

use crate::deploy::{Deployed, Earlier};
use crate::pipeline::{PreparedTask, Recorded, RunError};
use crate::plan::Note;

/// What a task was built from, as its applications say.
pub(super) struct Origin {
    pub(super) component_name: String,
    pub(super) environment: String,
    pub(super) commit: String,
    pub(super) fingerprint: String,
    pub(super) image: String,
    pub(super) note: Note,
}

impl Origin {
    pub(super) fn of(task: &Recorded, environment: &str) -> Result<Self, RunError> {
        let name = &task.component_name;
        let wrong = |why: String| Err(RunError::NotPromoted(why));
        let all: Vec<Earlier> = task.applications.iter().map(Deployed::now).collect();
        let Some(first) = all.first() else {
            return wrong(format!("`{name}` is not deployed in {environment}"));
        };
        if all.iter().any(|one| one.image() != first.image()) {
            return wrong(format!(
                "`{name}` is not the same on all targets of {environment}; end what goes on there, with `pelato brush` or `pelato rollback`"
            ));
        }
        let note = task.applications.first();
        let note = note.and_then(|one| one.annotations.get("pelato.inputs"));
        let (Some(commit), Some(fingerprint)) = (first.commit(), first.fingerprint()) else {
            return wrong(format!(
                "`{name}` says no commit in {environment}, since it was deployed from a folder that had none; commit, and deploy it there again"
            ));
        };
        Ok(Self {
            component_name: name.clone(),
            environment: environment.to_owned(),
            commit,
            fingerprint,
            image: first.image().to_owned(),
            note: Note::parse(note.map_or("", String::as_str)),
        })
    }

    /// What was deployed from a folder with changes says a commit that it is not of.
    pub(super) fn check(&self, task: &PreparedTask) -> Result<(), RunError> {
        let inputs = &task.sources.inputs;
        let here = Note::of(&inputs.code, &inputs.template, &self.note.toolchain);
        let changed = match (here.code == self.note.code, here.template == self.note.template) {
            (true, true) => return Ok(()),
            (false, _) => "code",
            (true, false) => "template",
        };
        Err(RunError::NotPromoted(format!(
            "`{}` in {} has another {changed} than its commit {}, so it was deployed from a folder with changes, or with other templates; commit, and deploy it there again",
            self.component_name, self.environment, self.commit
        )))
    }
}
