//! The documentation, followed to the letter. Pages that need a lattice are followed in
//! `tests/lattice`.

#![cfg(feature = "local")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test may stop here")]

mod reader;

#[path = "pages/form.rs"]
mod form;
#[path = "pages/links.rs"]
mod links;

use std::sync::Mutex;

use reader::{Desk, Page};

/// What a page may ask for here; the rest is started by the tests of the lattice.
const HERE: [&str; 2] = ["checkout", "example"];

#[test]
fn each_page_that_needs_no_lattice_is_followed_to_its_end() {
    let pages: Vec<_> = Page::all()
        .into_iter()
        .filter(|page| page.has_commands() && page.with.iter().all(|with| HERE.contains(&with.as_str())))
        .collect();
    assert!(!pages.is_empty());
    let (next, wrong) = (Mutex::new(pages.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(page) = next.lock().unwrap().next() else {
                        return;
                    };
                    let desk = Desk::new();
                    for with in &page.with {
                        desk.lay(with);
                    }
                    if let Err(error) = desk.follow(page) {
                        wrong.lock().unwrap().push(error);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn each_page_asks_for_what_some_test_starts() {
    for page in Page::all() {
        for with in &page.with {
            let known = ["checkout", "example", "lattice", "registry", "nats", "gitea"];
            assert!(known.contains(&with.as_str()), "{}: {with}", page.path.display());
        }
    }
}
