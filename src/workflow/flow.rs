//! The flow of messages between the tasks of a project: where it goes round in a
//! circle, and where it ends one letter before somebody who waits for it.
//!
//! A subject that nobody listens on is no mistake in itself: a flow has to end, and
//! dashboards and other projects listen too. So is a subject that only a task
//! listens on: sensors publish. What is said to be a mistake is a pair of the two that
//! are almost the same.

mod circle;
mod near;
mod subscribers;

use std::collections::{HashMap, HashSet};

use self::circle::circles;
use self::near::Near;
use self::subscribers::Subscribers;
use super::read::{Parts, Topic};
use crate::document::Findings;

/// So many pairs of subject and listener are looked at. Without wildcards there are as
/// many as tasks; with them, a hostile page could have a thousand million.
const MOST_PAIRS: usize = 1_000_000;

/// A task whose name is right.
struct Station<'p> {
    name: &'p str,
    listens: Option<&'p Topic>,
    publishes: Option<&'p Topic>,
}

/// Warns of circles, and of ends that were likely meant to meet.
pub(super) fn check(parts: &[Parts], findings: &mut Findings) {
    let stations: Vec<Station<'_>> = parts
        .iter()
        .filter_map(|part| {
            Some(Station {
                name: part.name()?.0,
                listens: part.listens.as_ref(),
                publishes: part.publishes.as_ref(),
            })
        })
        .collect();
    let mut subscribers = Subscribers::default();
    for (number, station) in stations.iter().enumerate() {
        if let Some(topic) = station.listens {
            subscribers.add(&topic.subject, number);
        }
    }
    let Some(heard) = heard(&stations, &subscribers) else {
        return;
    };
    for circle in circles(&stations, &heard, &subscribers) {
        warn_of_circle(&stations, &circle, findings);
    }
    // While something is wrong, who listens and who publishes is not known for sure.
    if findings.errors() == 0 {
        warn_of_ends(&stations, &heard, &subscribers, findings);
    }
}

/// Which listeners' subjects each subject matches that somebody publishes to, by their
/// numbers in `subscribers`.
fn heard<'p>(stations: &[Station<'p>], subscribers: &Subscribers<'_>) -> Option<HashMap<&'p str, Vec<usize>>> {
    let mut heard: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut pairs = 0;
    for topic in stations.iter().filter_map(|station| station.publishes) {
        if heard.contains_key(topic.subject.as_str()) {
            continue;
        }
        let patterns = subscribers.matching(&topic.subject);
        pairs += patterns.looked_at;
        if pairs > MOST_PAIRS {
            return None;
        }
        heard.insert(&topic.subject, patterns.found);
    }
    Some(heard)
}

/// `circle`: the numbers of its stations, each publishing to the next, the last to the
/// first.
fn warn_of_circle(stations: &[Station<'_>], circle: &[usize], findings: &mut Findings) {
    let (Some(first), Some(last)) = (circle.first(), circle.last()) else {
        return;
    };
    let (Some(back), Some(into)) = (stations[*last].publishes, stations[*first].listens) else {
        return;
    };
    let mut path: Vec<String> = circle.iter().map(|at| format!("`{}`", stations[*at].name)).collect();
    path.push(format!("`{}`", stations[*first].name));
    // Who made a circle of ten tasks knows them; a hostile page has ten thousand.
    if path.len() > 12 {
        path.splice(6..path.len() - 5, ["…".to_owned()]);
    }
    findings.warning(
        "cycle",
        &back.span,
        format!("messages go round in a circle: {}", path.join(" → ")),
        format!("`{}` listens on this", stations[*first].name),
        "let it publish to another subject; where it is meant, let one of them return an empty result at some time, which ends it",
    );
    if circle.len() > 1 {
        findings.also(&into.span, format!("here `{}` gets it", stations[*first].name));
    }
}

fn warn_of_ends(
    stations: &[Station<'_>],
    heard: &HashMap<&str, Vec<usize>>,
    subscribers: &Subscribers<'_>,
    findings: &mut Findings,
) {
    let fed: HashSet<usize> = heard.values().flatten().copied().collect();
    let mut waiting = Near::default();
    for (pattern, listeners) in subscribers.all().filter(|(pattern, _)| !fed.contains(pattern)) {
        if let Some(topic) = listeners.first().and_then(|number| stations[*number].listens) {
            waiting.add(&topic.subject, pattern);
        }
    }
    for station in stations {
        let Some(topic) = station.publishes else { continue };
        if heard
            .get(topic.subject.as_str())
            .is_some_and(|patterns| !patterns.is_empty())
        {
            continue;
        }
        let Some(pattern) = waiting.closest(&topic.subject) else {
            continue;
        };
        let Some(other) = subscribers.listeners(pattern).first().map(|number| &stations[*number]) else {
            continue;
        };
        let Some(meant) = other.listens else { continue };
        findings.warning(
            "dangling-topic",
            &topic.span,
            format!(
                "nobody in this workflow listens on `{}`, and nobody publishes to `{}`",
                topic.subject, meant.subject
            ),
            format!("`{}` → … `{}`?", station.name, other.name),
            format!("did you mean `{}`?", meant.subject),
        );
        findings.also(&meant.span, format!("`{}` waits for this", other.name));
    }
}

#[cfg(test)]
mod tests;
