//! The documentation, followed to the letter. Pages that need a lattice are followed in
//! `tests/lattice`.

#![cfg(feature = "local")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test may stop here")]

mod reader;

#[path = "pages/book.rs"]
mod book;
#[path = "pages/form.rs"]
mod form;
#[path = "pages/links.rs"]
mod links;

use reader::{Desk, Page};

#[test]
fn each_page_that_needs_no_lattice_is_followed_to_its_end() {
    let (pages, _) = Page::to_follow();
    assert!(!pages.is_empty());
    // One after the other: they listen on the ports that they name.
    let mut wrong = Vec::new();
    for page in &pages {
        let desk = Desk::new();
        for with in &page.with {
            desk.lay(*with);
        }
        wrong.extend(desk.follow(page).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
