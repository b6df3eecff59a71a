//! An index as it is kept: read at every push, so in a form that is quickly read.

use super::Index;

/// What it begins with. Whatever begins otherwise is no index. To be counted up whenever
/// something else of a tree counts: an index is never made anew for what did not change.
const MARK: &str = "pelato-index-2";

impl Index {
    /// All of it, with a NUL after each part: the one byte that no path of git's has.
    pub(in crate::source) fn to_text(&self) -> String {
        let mut text = String::with_capacity(160 * (self.projects.len() + 1));
        let parts = self.projects.iter().flat_map(|(path, content)| [path, content]);
        for part in [MARK, &self.tree].into_iter().chain(parts.map(String::as_str)) {
            text.push_str(part);
            text.push('\0');
        }
        text
    }

    /// The same back; none where it is not whole.
    pub(in crate::source) fn of_text(text: &str) -> Option<Self> {
        let mut parts = text.strip_suffix('\0')?.split('\0');
        if parts.next() != Some(MARK) {
            return None;
        }
        let tree = parts.next()?.to_owned();
        let mut projects = Vec::new();
        while let Some(path) = parts.next() {
            if !path.is_empty() && !path.ends_with('/') {
                return None;
            }
            projects.push((path.to_owned(), parts.next()?.to_owned()));
        }
        Some(Self {
            tree,
            projects: projects.into_iter().collect(),
        })
    }
}
