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
        let begin = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        let places = self.places.get(begin..end).unwrap_or_default();
        places.iter().filter_map(|place| self.standings.get(*place))
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
