//! Which tasks are the ones that are gone, under another name.

use std::collections::BTreeMap;

use super::{Found, Wanted};

/// New name → previous name. A task is renamed where one that is gone has its code and
/// its template. Several that are alike are paired in the order of their names: whoever
/// it was, an old one goes before the new one comes. What is over is new or removed.
pub(super) fn renames<'p>(wanted: &'p [Wanted], gone: &[&'p str], found: &[Found]) -> BTreeMap<&'p str, &'p str> {
    let is_found = |name: &str| found.iter().any(|found| found.component_name == name);
    let mut fresh: Vec<&Wanted> = wanted.iter().filter(|task| !is_found(&task.component_name)).collect();
    fresh.sort_unstable_by(|one, other| one.component_name.cmp(&other.component_name));
    let mut renames = BTreeMap::new();
    for previous in gone {
        let of_it = || found.iter().filter(|found| found.component_name == *previous);
        let next = fresh.iter().position(|task| of_it().any(|found| alike(task, found)));
        if let Some(position) = next {
            renames.insert(fresh.remove(position).component_name.as_str(), *previous);
        }
    }
    renames
}

/// Whether nothing but the name and the settings may differ. An application that does
/// not say what it was made from is like none.
fn alike(task: &Wanted, found: &Found) -> bool {
    let (now, then) = (&task.note, &found.note);
    !then.code.is_empty() && now.code == then.code && now.template == then.template
}
