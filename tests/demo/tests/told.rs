//! The stories of `make demo` and `make demo-lattice`, told to their ends.

use std::path::Path;
use std::process::Command;

/// What the program says, which has to end well.
fn told(arguments: &[&str]) -> String {
    let demo = Path::new(env!("CARGO_BIN_EXE_pelato-demo"));
    let pelato = demo.with_file_name("pelato");
    assert!(
        pelato.exists(),
        "{} is missing: cargo build --bin pelato",
        pelato.display()
    );
    let ended = Command::new(demo).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    let wrong = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}\n{wrong}");
    said
}

/// The lines that have to be there, in this order, whatever stands between them.
fn in_order(said: &str, expected: &[&str]) {
    let mut rest = said;
    for words in expected {
        let Some(place) = rest.find(words) else {
            panic!("{words:?} is missing, or too early:\n{said}");
        };
        rest = &rest[place + words.len()..];
    }
}

const STORY: [&str; 14] = [
    "git push origin main",
    "POST /webhooks/gitea, signed",
    "X-Gitea-Signature: ",
    "202 ",
    "2 of 2 tasks affected",
    "success",
    "294.65",
    "git push origin main",
    "202 ",
    "1 of 2 tasks affected",
    "kelvin_filter",
    "success",
    "288.15",
    "Everything is stopped and removed",
];

/// One after the other: both listen where the example says.
#[test]
fn on_this_machine_alone_and_on_a_real_lattice() {
    in_order(&told(&[]), &STORY);
    in_order(&told(&["--lattice"]), &STORY);
}
