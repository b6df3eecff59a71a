//! The unit file for systemd, as systemd itself reads it.

use std::process::Command;

const UNIT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/pelato.service");

/// None where systemd's own program is not there: then nothing can be said.
fn analyze(args: &[&str]) -> Option<(bool, String)> {
    let ran = Command::new("systemd-analyze").args(args).output().ok()?;
    let text = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    Some((ran.status.success(), text))
}

#[test]
fn the_unit_is_understood_whole() {
    // The program it starts is not installed here.
    let folder = tempfile::tempdir().unwrap();
    let unit = std::fs::read_to_string(UNIT).unwrap();
    let unit = unit.replace("/usr/bin/pelato", env!("CARGO_BIN_EXE_pelato"));
    let path = folder.path().join("pelato.service");
    std::fs::write(&path, unit).unwrap();
    let Some((_, said)) = analyze(&["verify", "--man=no", "--recursive-errors=no", path.to_str().unwrap()]) else {
        return;
    };
    let about_it: Vec<_> = said.lines().filter(|line| line.contains("pelato.service")).collect();
    assert!(about_it.is_empty(), "{about_it:#?}");
}

#[test]
fn little_is_left_to_a_process_that_was_taken_over() {
    let Some((_, said)) = analyze(&["security", "--offline=true", "--threshold=30", UNIT]) else {
        return;
    };
    // An older systemd reads no files.
    if let Some(overall) = said.lines().find(|line| line.contains("Overall exposure level")) {
        let level: f64 = overall
            .split_whitespace()
            .find_map(|word| word.parse().ok())
            .unwrap_or_else(|| panic!("{overall}"));
        assert!(level <= 3.0, "{said}");
    }
}
