//! Pages that need a lattice, a registry with a password, a NATS with users or a forge,
//! followed to the letter. `tests/pages.rs` follows the others.

mod gitea;
#[path = "../reader/mod.rs"]
mod reader;
#[path = "../publish/registry.rs"]
#[allow(dead_code, reason = "the stories of publishing have one without a password too")]
mod registry;
mod surroundings;

use tokio::runtime::Runtime;

use self::reader::Page;
use self::surroundings::Surroundings;

#[test]
fn each_page_that_needs_a_lattice_is_followed_to_its_end() {
    let (_, pages) = Page::to_follow();
    assert!(!pages.is_empty());
    let runtime = Runtime::new().unwrap();
    // One after the other: they listen on the ports that they name.
    let mut wrong = Vec::new();
    for page in &pages {
        let around = runtime.block_on(Surroundings::of(&page.with));
        let desk = around.desk();
        for with in &page.with {
            desk.lay(*with);
        }
        wrong.extend(desk.follow(page).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
