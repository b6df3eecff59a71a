//! For tests, of other rooms too: what is said, and which rule says it.

use super::Diagnostics;

/// All of it as people read it. One of the findings is of this rule: so a snapshot of it
/// is that rule's text.
#[track_caller]
pub(crate) fn said<'d>(rule: &str, all: impl IntoIterator<Item = &'d Diagnostics>) -> String {
    let all: Vec<&Diagnostics> = all.into_iter().collect();
    let shown: Vec<String> = all.iter().map(|one| one.render(false)).collect();
    let shown = shown.join("\n\n");
    assert!(
        all.iter().any(|one| one.items.iter().any(|item| item.rule == rule)),
        "no `{rule}`:\n{shown}"
    );
    shown
}
