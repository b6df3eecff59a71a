//! How what is deployed departs from what a commit wants.

use std::fmt;
use std::sync::Arc;

use super::look::{Look, Verdict, deployed};
use super::{Settling, blocking, fails, gather, look};
use crate::deploy::{Deployed, Standing};
use crate::pipeline::state::planned;
use crate::pipeline::{RunError, prepare};
use crate::plan::{Change, Leftovers, PlannedTask};
use crate::report::Reporter;
use crate::services::Services;
use crate::source::Commit;

/// A task that is not deployed as a commit wants it, or does not run where there is a host
/// for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// The project's folder, `.` for the top.
    pub project: String,
    /// The task.
    pub component_name: String,
    /// How, for people; at least one.
    pub reasons: Vec<String>,
    /// Whether something of the task was put back by `rollback`: then that is why.
    pub restored: bool,
}

impl fmt::Display for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.project.as_str() {
            "." => {}
            project => write!(f, "{project}/")?,
        }
        write!(f, "{}: {}", self.component_name, self.reasons.join(", "))
    }
}

/// Everything of `settling`'s repository that departs from `commit`. Nothing is built or
/// changed, and a target without a host is no departure. None where the commit has no
/// project: a run of it does nothing either.
///
/// # Errors
/// Where the builder, which knows Go's version, or the lattice does not answer, and where
/// a project cannot be read.
pub async fn departures(
    commit: Arc<Commit>,
    settling: Settling<'_>,
    services: &Services,
    reporter: &Reporter,
) -> Result<Vec<Departure>, RunError> {
    if commit.projects().is_empty() {
        return Ok(Vec::new());
    }
    let (toolchain, standings) = gather(services, reporter).await?;
    let mut look = look(commit, settling, &toolchain, standings, services)?;
    look = blocking(move || look.read_what_is_not_noted()).await?;
    services.destination().await?.look_at(look.standings()).await?;
    blocking(move || look.read_what_fails_or_clashes()?.departures()).await
}

impl Look {
    fn departures(self) -> Result<Vec<Departure>, RunError> {
        let environment = &self.services.environment().name;
        let mut all = Vec::new();
        for (index, verdict) in self.verdicts.iter().enumerate() {
            let Verdict::Run { files, .. } = verdict else {
                continue;
            };
            let there: Vec<&Standing> = self.there.of_project(index).collect();
            let found: Vec<Deployed> = there.iter().map(|standing| deployed(standing)).collect();
            let prepared = prepare(
                std::slice::from_ref(files),
                &self.repository,
                Some(&self.id),
                environment,
                self.services.templates(),
            )?;
            for project in &prepared.projects {
                let planned = planned(project, &found, &[], Leftovers::Remove, &self.toolchain, &self.services)?;
                let departs = planned
                    .plan
                    .iter()
                    .filter_map(|task| departs(&files.path, task, &there));
                all.extend(departs);
            }
        }
        let beside = self.there.beside(&self.repository, environment);
        all.extend(beside.map(|standing| Departure {
            project: annotation(standing, "pelato.project").to_owned(),
            component_name: annotation(standing, "pelato.component").to_owned(),
            reasons: vec![format!(
                "{} is deployed, and its project is not in the repository",
                standing.application
            )],
            restored: false,
        }));
        Ok(all)
    }
}

fn departs(project: &str, task: &PlannedTask, there: &[&Standing]) -> Option<Departure> {
    let name = |standing: &&&Standing| {
        let name = annotation(standing, "pelato.component");
        name == task.component_name || Some(name) == task.previous_name.as_deref()
    };
    let of_it: Vec<&&Standing> = there.iter().filter(name).collect();
    let mut reasons = match task.change {
        Change::New => vec!["it is not deployed".to_owned()],
        Change::Unchanged => Vec::new(),
        Change::Removed => vec!["it is deployed, and not in the workflow".to_owned()],
        Change::Changed | Change::Renamed => task.reasons.clone(),
    };
    for reason in &mut reasons {
        // A plan's word for what the author asked for; here somebody took it away.
        let gone = task
            .targets
            .iter()
            .find(|target| *reason == format!("target {target} added"));
        if let Some(target) = gone {
            *reason = format!("it is not deployed on {target}");
        }
    }
    let failing = of_it.iter().filter(|standing| standing.deployed && fails(standing));
    reasons.extend(failing.map(|standing| format!("it does not run on {}", annotation(standing, "pelato.target"))));
    let restored = of_it.iter().any(|standing| standing.is_restored());
    (!reasons.is_empty()).then(|| Departure {
        project: project.to_owned(),
        component_name: task.component_name.clone(),
        reasons,
        restored,
    })
}

fn annotation<'s>(standing: &'s Standing, key: &str) -> &'s str {
    standing.annotations.get(key).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::TargetState;

    fn standing(target: &str, state: TargetState, more: &[(&str, &str)]) -> Standing {
        let of_it = [("pelato.component", "convert"), ("pelato.target", target)];
        let annotations = of_it.iter().chain(more);
        let deployed = Deployed {
            application: format!("convert-{target}"),
            version: "1".into(),
            deployed: true,
            annotations: annotations
                .map(|(key, value)| ((*key).into(), (*value).into()))
                .collect(),
            document: serde_json::Value::Null,
        };
        Standing::of(deployed, state)
    }

    fn told(change: Change, reasons: &[&str], there: &[Standing]) -> Option<String> {
        let task = PlannedTask {
            component_name: "convert".into(),
            previous_name: None,
            change,
            reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
            build: false,
            deploy: false,
            targets: vec!["edge".into(), "cloud".into()],
            fingerprint: String::new(),
        };
        let there: Vec<&Standing> = there.iter().collect();
        departs("thermo", &task, &there).map(|departure| departure.to_string())
    }

    #[test]
    fn what_departs_is_told_in_words_of_what_is_and_not_of_what_was_asked_for() {
        let running = standing("edge", TargetState::Running, &[]);
        let failing = standing("cloud", TargetState::Failed, &[]);
        let told = [
            told(Change::New, &["first deployment in production"], &[]),
            told(Change::Changed, &["target cloud added"], std::slice::from_ref(&running)),
            told(
                Change::Changed,
                &["changed on edge by somebody else"],
                std::slice::from_ref(&running),
            ),
            told(Change::Unchanged, &[], &[running, failing]),
            told(Change::Removed, &["no longer in the workflow"], &[]),
        ];
        insta::assert_snapshot!(told.map(Option::unwrap).join("\n"), @"
        thermo/convert: it is not deployed
        thermo/convert: it is not deployed on cloud
        thermo/convert: changed on edge by somebody else
        thermo/convert: it does not run on cloud
        thermo/convert: it is deployed, and not in the workflow
        ");
    }

    #[test]
    fn a_target_that_waits_for_a_host_departs_from_nothing() {
        let there = [
            standing("edge", TargetState::Running, &[]),
            standing("cloud", TargetState::Waiting, &[]),
        ];
        assert_eq!(told(Change::Unchanged, &[], &there), None);
    }

    #[test]
    fn what_was_put_back_is_known() {
        let task = |there: &[Standing]| {
            let there: Vec<&Standing> = there.iter().collect();
            let task = PlannedTask {
                component_name: "convert".into(),
                previous_name: None,
                change: Change::Changed,
                reasons: vec!["code convert.go changed".into()],
                build: true,
                deploy: true,
                targets: vec!["edge".into()],
                fingerprint: String::new(),
            };
            departs(".", &task, &there).unwrap().restored
        };
        assert!(!task(&[standing("edge", TargetState::Running, &[])]));
        assert!(task(&[standing(
            "edge",
            TargetState::Running,
            &[("pelato.restored", "run-1")]
        )]));
    }
}
