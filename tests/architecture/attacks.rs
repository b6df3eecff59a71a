//! `tests/attacks.md` names tests that are there, and secrets are compared as they must be.

use std::path::Path;

use regex::Regex;

use super::{none, program};

const PAGE: &str = include_str!("../attacks.md");

#[test]
fn every_attack_names_a_test_that_is_there() {
    let named = Regex::new(r"`([a-z0-9_/]+\.rs)::([a-z0-9_]+)`").unwrap();
    let (mut offences, mut rows) = (Vec::new(), 0);
    let is_row = |line: &&str| line.starts_with("| ") && !line.starts_with("| ---") && !line.ends_with("| shown by |");
    for row in PAGE.lines().filter(is_row) {
        rows += 1;
        let mut tests = 0;
        for name in named.captures_iter(row) {
            tests += 1;
            let (path, test) = (&name[1], &name[2]);
            let whole = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
            // Tests of a trait are functions that each implementation has to call.
            let is_there =
                whole.is_ok_and(|text| text.contains(&format!("fn {test}(")) || text.contains(&format!("fn {test}<")));
            if !is_there {
                offences.push(format!("{path} has no test {test}"));
            }
        }
        if tests == 0 {
            offences.push(format!("no test is named: {row}"));
        }
    }
    none(offences);
    assert!(rows > 60, "{rows} rows were found");
}

#[test]
fn no_secret_is_compared_with_equals() {
    let exposed = Regex::new(r"expose_secret\(\)[^;{]*[=!]=|[=!]= [^;{]*expose_secret\(\)").unwrap();
    let mut offences = Vec::new();
    for source in program() {
        let found = exposed.find_iter(&source.code);
        offences.extend(found.map(|text| format!("{}: {}", source.path, text.as_str())));
    }
    none(offences);
    for compares in ["src/forge/signature.rs", "src/server/access.rs"] {
        let source = program().find(|source| source.path.ends_with(compares)).unwrap();
        assert!(source.code.contains(".ct_eq("), "{compares}");
    }
}
