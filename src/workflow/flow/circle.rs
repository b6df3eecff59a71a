//! Circles in the flow: one for each group of tasks that reach each other.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{Station, Subscribers};

/// A task, or a subject that tasks listen on. With the subjects between them, the edges
/// are as many as the tasks, where a thousand tasks may publish to a thousand others.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Stop {
    Task(usize),
    Subject(usize),
}

struct Graph<'g> {
    stations: &'g [Station<'g>],
    heard: &'g HashMap<&'g str, Vec<usize>>,
    subscribers: &'g Subscribers<'g>,
}

/// The shortest circle through the first task of each group whose tasks reach each
/// other, in the order of the tasks.
pub(super) fn circles(
    stations: &[Station<'_>],
    heard: &HashMap<&str, Vec<usize>>,
    subscribers: &Subscribers<'_>,
) -> Vec<Vec<usize>> {
    let graph = Graph {
        stations,
        heard,
        subscribers,
    };
    let groups = graph.groups();
    let mut seen = HashSet::new();
    let mut circles = Vec::new();
    for start in 0..stations.len() {
        let Some(group) = groups.get(&Stop::Task(start)) else {
            continue;
        };
        if seen.insert(*group) {
            circles.extend(graph.shortest(start, *group, &groups));
        }
    }
    circles
}

impl Graph<'_> {
    /// Where a message goes from here. A subject's number is that of who listens.
    fn next(&self, stop: Stop) -> Vec<Stop> {
        match stop {
            Stop::Task(task) => {
                let subject = self.stations[task].publishes.map(|topic| topic.subject.as_str());
                let patterns = subject.and_then(|subject| self.heard.get(subject));
                patterns.into_iter().flatten().copied().map(Stop::Subject).collect()
            }
            Stop::Subject(number) => {
                let listeners = self.subscribers.listeners(number);
                listeners.iter().copied().map(Stop::Task).collect()
            }
        }
    }

    /// Which group each stop is in, only for groups that go round: Tarjan's way, with a
    /// stack of its own, since a chain may have ten thousand tasks.
    fn groups(&self) -> HashMap<Stop, usize> {
        let mut order: HashMap<Stop, usize> = HashMap::new();
        let mut low: HashMap<Stop, usize> = HashMap::new();
        let mut open: Vec<Stop> = Vec::new();
        let mut is_open: HashSet<Stop> = HashSet::new();
        let mut groups: HashMap<Stop, usize> = HashMap::new();
        for start in (0..self.stations.len()).map(Stop::Task) {
            if order.contains_key(&start) {
                continue;
            }
            let mut path: Vec<(Stop, Vec<Stop>)> = Vec::new();
            let mut enter = Some(start);
            loop {
                if let Some(stop) = enter.take() {
                    let number = order.len();
                    order.insert(stop, number);
                    low.insert(stop, number);
                    open.push(stop);
                    is_open.insert(stop);
                    path.push((stop, self.next(stop)));
                }
                let Some((stop, left)) = path.last_mut() else { break };
                let stop = *stop;
                match left.pop() {
                    Some(next) if !order.contains_key(&next) => enter = Some(next),
                    Some(next) => {
                        if is_open.contains(&next) {
                            let back = order[&next];
                            low.entry(stop).and_modify(|low| *low = (*low).min(back));
                        }
                    }
                    None => {
                        path.pop();
                        let reached = low[&stop];
                        if let Some((before, _)) = path.last() {
                            low.entry(*before).and_modify(|low| *low = (*low).min(reached));
                        }
                        if reached != order[&stop] {
                            continue;
                        }
                        let begins = open.iter().rposition(|other| *other == stop).unwrap_or_default();
                        let members = open.split_off(begins);
                        for member in &members {
                            is_open.remove(member);
                        }
                        // A task and its subject are two: alone is who reaches nobody again.
                        if members.len() > 1 {
                            groups.extend(members.into_iter().map(|member| (member, reached)));
                        }
                    }
                }
            }
        }
        groups
    }

    /// The shortest way from `start` to itself within its group: the tasks on it.
    fn shortest(&self, start: usize, group: usize, groups: &HashMap<Stop, usize>) -> Option<Vec<usize>> {
        let mut from: HashMap<Stop, Stop> = HashMap::new();
        let mut next = VecDeque::from([Stop::Task(start)]);
        while let Some(stop) = next.pop_front() {
            for to in self.next(stop) {
                if groups.get(&to) != Some(&group) || from.contains_key(&to) {
                    continue;
                }
                from.insert(to, stop);
                if to == Stop::Task(start) {
                    return Some(way_back(start, &from));
                }
                next.push_back(to);
            }
        }
        None
    }
}

fn way_back(start: usize, from: &HashMap<Stop, Stop>) -> Vec<usize> {
    let mut tasks = Vec::new();
    let mut at = Stop::Task(start);
    while let Some(before) = from.get(&at) {
        at = *before;
        if let Stop::Task(task) = at {
            tasks.push(task);
            if task == start {
                break;
            }
        }
    }
    tasks.reverse();
    tasks
}
