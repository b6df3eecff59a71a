//! What is deployed, told apart by the projects of a commit.

use std::collections::HashMap;

use crate::deploy::{OwnerKey, Standing};
use crate::source::ProjectName;

/// All that is deployed. It stays in one place, and each project knows where its own are:
/// there are ten times as many applications as projects.
#[derive(Debug, Default)]
pub(super) struct There {
    standings: Vec<Standing>,
    /// Places in `standings`, project by project.
    places: Vec<usize>,
    /// Of each project, where its own end in `places`.
    ends: Vec<usize>,
    /// Whether something is deployed of a project of this repository and environment that
    /// is not among the commit's.
    pub(super) lacks_any: bool,
}

impl There {
    /// Tells `standings` apart. What is not of one of `projects` is left alone.
    pub(super) fn of(standings: Vec<Standing>, repository: &str, environment: &str, projects: &[ProjectName]) -> Self {
        let keys = projects.iter().enumerate();
        let keys: HashMap<OwnerKey, usize> = keys
            .map(|(index, project)| (OwnerKey::of(repository, environment, &project.path), index))
            .collect();
        // Applications of a project mostly follow one another.
        let mut last = None;
        let owners: Vec<Option<usize>> = standings
            .iter()
            .map(|standing| match (last, standing.owner()) {
                (Some((before, index)), owner) if before == owner => index,
                (_, owner) => {
                    let index = keys.get(&owner).copied();
                    last = Some((owner, index));
                    index
                }
            })
            .collect();
        let mut counts = vec![0; projects.len()];
        for owner in owners.iter().flatten() {
            counts[*owner] += 1;
        }
        // Each project's place begins where the one before it ends.
        let mut next = Vec::with_capacity(projects.len());
        let mut end = 0;
        for count in &mut counts {
            next.push(end);
            end += *count;
            *count = end;
        }
        let mut places = vec![0; end];
        let mut lacks_any = false;
        for (place, (owner, standing)) in owners.iter().zip(&standings).enumerate() {
            match owner {
                Some(owner) => {
                    places[next[*owner]] = place;
                    next[*owner] += 1;
                }
                None => lacks_any = lacks_any || is_beside(standing, repository, environment),
            }
        }
        Self {
            standings,
            places,
            ends: counts,
            lacks_any,
        }
    }

    /// What is deployed of the project at that place among the commit's, in the order that
    /// it came in.
    pub(super) fn of_project(&self, index: usize) -> impl Iterator<Item = &Standing> {
        let end = self.ends.get(index).copied().unwrap_or_default();
        let begin = index.checked_sub(1).and_then(|before| self.ends.get(before));
        let begin = begin.copied().unwrap_or_default();
        let places = self.places.get(begin..end).unwrap_or_default();
        places.iter().filter_map(|place| self.standings.get(*place))
    }

    /// What is deployed of projects of this repository and environment that are not among
    /// the commit's.
    pub(super) fn beside(&self, repository: &str, environment: &str) -> impl Iterator<Item = &Standing> {
        let mut is_of_one = vec![false; self.standings.len()];
        for place in &self.places {
            is_of_one[*place] = true;
        }
        let all = self.standings.iter().zip(is_of_one);
        let others = all.filter(|(_, is_of_one)| !is_of_one).map(|(standing, _)| standing);
        others.filter(move |standing| is_beside(standing, repository, environment))
    }

    /// All that is deployed of the commit's projects.
    pub(super) fn of_all(&mut self) -> impl Iterator<Item = &mut Standing> {
        let mut is_ours = vec![false; self.standings.len()];
        for place in &self.places {
            is_ours[*place] = true;
        }
        let all = self.standings.iter_mut().zip(is_ours);
        all.filter(|(_, is_ours)| *is_ours).map(|(standing, _)| standing)
    }
}

/// Whether it is of a project of this repository and environment.
fn is_beside(standing: &Standing, repository: &str, environment: &str) -> bool {
    let annotation = |key: &str| standing.annotations.get(key).map_or("", String::as_str);
    annotation("pelato.repository") == repository
        && annotation("pelato.environment") == environment
        && !annotation("pelato.project").is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::Deployed;
    use crate::report::TargetState;

    fn standing(application: &str, repository: &str, environment: &str, project: &str) -> Standing {
        let annotations = [
            ("pelato.repository", repository),
            ("pelato.environment", environment),
            ("pelato.project", project),
        ];
        let deployed = Deployed {
            application: application.into(),
            version: "1".into(),
            deployed: true,
            annotations: annotations.map(|(key, value)| (key.into(), value.into())).into(),
            document: serde_json::Value::Null,
        };
        Standing::of(deployed, TargetState::Waiting)
    }

    fn there(standings: Vec<Standing>) -> There {
        let projects = ["a", "b", "b/c"].map(|path| ProjectName {
            path: path.into(),
            content: String::new(),
        });
        There::of(standings, "acme/x", "main", &projects)
    }

    #[test]
    fn each_project_has_its_own_and_nobody_elses() {
        let mut there = there(vec![
            standing("1", "acme/x", "main", "b"),
            standing("2", "acme/x", "main", "b/c"),
            standing("3", "acme/x", "main", "b"),
            standing("4", "acme/y", "main", "a"),
            standing("5", "acme/x", "other", "a"),
            standing("6", "acme/x", "main", "b/c"),
            standing("7", "acme/x", "main", ""),
        ]);
        let names = |index| -> Vec<String> {
            let found = there.of_project(index);
            found.map(|standing| standing.application.clone()).collect()
        };
        assert_eq!(names(0), [""; 0]);
        assert_eq!(names(1), ["1", "3"]);
        assert_eq!(names(2), ["2", "6"]);
        assert_eq!(names(3), [""; 0]);
        assert!(!there.lacks_any);
        let all: Vec<String> = there.of_all().map(|standing| standing.application.clone()).collect();
        assert_eq!(all, ["1", "2", "3", "6"]);
    }

    #[test]
    fn a_project_that_the_commit_lacks_is_seen() {
        assert!(there(vec![standing("1", "acme/x", "main", "gone")]).lacks_any);
        assert!(!there(vec![standing("1", "acme/y", "main", "gone")]).lacks_any);
        assert!(!there(vec![standing("1", "acme/x", "other", "gone")]).lacks_any);
        assert!(!there(Vec::new()).lacks_any);
    }
}
