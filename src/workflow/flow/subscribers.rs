//! Who listens on a subject.

use std::collections::HashMap;

/// The subjects that tasks listen on, each with a number of its own.
#[derive(Default)]
pub(super) struct Subscribers<'t> {
    literal: HashMap<&'t str, usize>,
    /// Subjects with `*` or `>`, token by token.
    wild: Vec<Branch<'t>>,
    known: HashMap<&'t str, usize>,
    listeners: Vec<Vec<usize>>,
}

/// A place in the tree of subjects with wildcards.
#[derive(Default)]
struct Branch<'t> {
    /// The next token, `*` and `>` among them.
    next: HashMap<&'t str, usize>,
    /// The subject that ends here.
    ends: Option<usize>,
}

/// What a subject matches.
pub(super) struct Matching {
    /// Numbers of subjects.
    pub(super) found: Vec<usize>,
    /// How much was looked at for it.
    pub(super) looked_at: usize,
}

impl<'t> Subscribers<'t> {
    /// `listener` listens on `pattern`.
    pub(super) fn add(&mut self, pattern: &'t str, listener: usize) {
        let number = match self.known.get(pattern) {
            Some(number) => *number,
            None => {
                let number = self.listeners.len();
                self.listeners.push(Vec::new());
                self.known.insert(pattern, number);
                self.grow(pattern, number);
                number
            }
        };
        self.listeners[number].push(listener);
    }

    fn grow(&mut self, pattern: &'t str, number: usize) {
        if !pattern.split('.').any(|token| matches!(token, "*" | ">")) {
            self.literal.insert(pattern, number);
            return;
        }
        if self.wild.is_empty() {
            self.wild.push(Branch::default());
        }
        let mut at = 0;
        for token in pattern.split('.') {
            let new = self.wild.len();
            let next = *self.wild[at].next.entry(token).or_insert(new);
            if next == new {
                self.wild.push(Branch::default());
            }
            at = next;
        }
        self.wild[at].ends = Some(number);
    }

    /// The subjects that a message to `subject` reaches.
    pub(super) fn matching(&self, subject: &str) -> Matching {
        let mut found: Vec<usize> = self.literal.get(subject).copied().into_iter().collect();
        let mut looked_at = 1;
        let mut at: Vec<usize> = if self.wild.is_empty() { Vec::new() } else { vec![0] };
        for token in subject.split('.') {
            looked_at += at.len();
            let mut next = Vec::new();
            for branch in at.drain(..).map(|branch| &self.wild[branch]) {
                // `>` is one token or more, so it ends here whatever follows.
                let rest = branch.next.get(">").and_then(|branch| self.wild[*branch].ends);
                found.extend(rest);
                next.extend([token, "*"].iter().filter_map(|token| branch.next.get(token)));
            }
            at = next;
        }
        found.extend(at.iter().filter_map(|branch| self.wild[*branch].ends));
        found.sort_unstable();
        Matching { found, looked_at }
    }

    /// Who listens on a subject, by its number.
    pub(super) fn listeners(&self, number: usize) -> &[usize] {
        &self.listeners[number]
    }

    /// Every subject's number and who listens on it.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, &Vec<usize>)> {
        self.listeners.iter().enumerate()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_as_nats_has_them() {
        let mut subscribers = Subscribers::default();
        let patterns = ["a.b.c", "a.*.c", "a.>", ">", "*", "*.b.*", "a.b.c.>"];
        for (listener, pattern) in patterns.iter().enumerate() {
            subscribers.add(pattern, listener);
        }
        let matched = |subject: &str| -> Vec<&str> {
            let found = subscribers.matching(subject).found;
            found.iter().map(|number| patterns[*number]).collect()
        };
        assert_eq!(matched("a.b.c"), ["a.b.c", "a.*.c", "a.>", ">", "*.b.*"]);
        assert_eq!(matched("a"), [">", "*"]);
        assert_eq!(matched("a.x"), ["a.>", ">"]);
        assert_eq!(matched("a.b.c.d"), ["a.>", ">", "a.b.c.>"]);
        assert_eq!(matched("x.b.y"), [">", "*.b.*"]);
    }
}
