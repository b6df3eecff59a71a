//! Packages of the project that import each other.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Desk;
use crate::golang::{Parts, Resolved};

/// An import: where it leads, and where it stands.
struct Edge<'f> {
    to: String,
    file: &'f str,
    span: Range<usize>,
}

impl<'f> Desk<'f> {
    /// Says of the first circle among a task's packages where it closes. Go would say
    /// it too, without a place.
    pub(super) fn circle(&mut self, parts: &Parts<'f>) {
        let edges: BTreeMap<&str, Vec<Edge<'f>>> = parts
            .packages
            .iter()
            .map(|(folder, files)| {
                let imports = files
                    .iter()
                    .flat_map(|part| part.head.imports.iter().map(move |import| (part, import)));
                let own = imports.filter_map(|(part, import)| {
                    match self.library.resolve(import.path, parts.module.as_ref()) {
                        Resolved::Own(to) => Some(Edge {
                            to,
                            file: part.path,
                            span: import.span.clone(),
                        }),
                        _ => None,
                    }
                });
                (folder.as_str(), own.collect())
            })
            .collect();
        let Some((path, edge)) = first(&edges) else {
            return;
        };
        if !self.circles.insert((edge.file, edge.span.start)) {
            return;
        }
        if let Some(looked) = self.files.get_mut(edge.file) {
            looked.findings.error(
                "go-import",
                &edge.span,
                "packages of the project import each other",
                "this closes the circle",
                format!("{}; move what they share into a package of its own", path.join(" → ")),
            );
        }
    }
}

/// The folders of a circle, and the import that closes it. Each import is looked at
/// once.
fn first<'e, 'f>(edges: &'e BTreeMap<&str, Vec<Edge<'f>>>) -> Option<(Vec<String>, &'e Edge<'f>)> {
    let mut done: BTreeMap<&str, bool> = BTreeMap::new();
    for start in edges.keys() {
        // Folders on the way, each with how many of its imports were followed.
        let mut way: Vec<(&str, usize)> = Vec::new();
        if done.insert(start, false).is_none() {
            way.push((start, 0));
        }
        while let Some((folder, followed)) = way.last_mut() {
            let folder: &str = folder;
            let Some(edge) = edges.get(folder).and_then(|edges| edges.get(*followed)) else {
                done.insert(folder, true);
                way.pop();
                continue;
            };
            *followed += 1;
            match done.get(edge.to.as_str()) {
                Some(true) => {}
                Some(false) => {
                    let from = way.iter().position(|(folder, _)| *folder == edge.to)?;
                    let folders = way[from..].iter().map(|(folder, _)| (*folder).to_owned());
                    return Some((folders.chain([edge.to.clone()]).collect(), edge));
                }
                None => {
                    done.insert(&edge.to, false);
                    way.push((&edge.to, 0));
                }
            }
        }
    }
    None
}
