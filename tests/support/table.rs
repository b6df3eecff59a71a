//! Tables of `docs/reference/` that are made from the program, and held against it.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may stop here")]

use std::fs;
use std::path::Path;

/// What a page of `docs/reference/` has between `<!-- name -->` and `<!-- end -->` has to be
/// this. `PELATO_WRITE_DOCS=1` writes it there instead.
#[track_caller]
pub(crate) fn hold(page: &str, name: &str, table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference").join(page);
    let text = fs::read_to_string(&path).unwrap();
    let begin = format!("<!-- {name} -->\n");
    let from = text.find(&begin).expect("the page has the table") + begin.len();
    let to = from + text[from..].find("<!-- end -->").expect("the table has an end");
    if std::env::var_os("PELATO_WRITE_DOCS").is_some() {
        let new = [&text[..from], table, &text[to..]].concat();
        fs::write(&path, new).unwrap();
        return;
    }
    assert_eq!(
        &text[from..to],
        table,
        "docs/reference/{page} says something else: `PELATO_WRITE_DOCS=1 cargo test --test workflow --test reference` writes it"
    );
}
