//! The author's code: whether it is there, and fits its template.

use super::TASKS;
use super::read::Placed;
use crate::document::{Findings, closest};
use crate::source::ProjectFiles;

/// The author's file is there.
pub(super) fn task(placed: &Placed, files: &ProjectFiles, findings: &mut Findings) {
    let path = format!("{TASKS}/{}", placed.task.code);
    if files.get(&path).is_some() {
        return;
    }
    let known = || {
        files
            .files
            .keys()
            .filter_map(|path| path.strip_prefix(TASKS)?.strip_prefix('/'))
            .filter(|path| path.ends_with(".go"))
    };
    let help = match closest(&placed.task.code, known()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if known().next().is_none() => {
            format!("put the file into `{TASKS}/`; no Go file is there")
        }
        None => {
            let list: Vec<&str> = known().take(8).collect();
            format!("in `{TASKS}/` there are: {}", list.join(", "))
        }
    };
    findings.error(
        "missing-code",
        &placed.code,
        format!("there is no file `{path}`"),
        "this file is missing",
        help,
    );
}
