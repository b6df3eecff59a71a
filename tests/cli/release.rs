//! What a release is made of: `scripts/release.sh`, and what it goes by.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use regex::Regex;

const TOP: &str = env!("CARGO_MANIFEST_DIR");
const TARGET: &str = "x86_64-unknown-linux-musl";

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(TOP).join(path)).unwrap()
}

/// The script of the checkout in `top`.
fn release(top: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(top.join("scripts/release.sh"));
    command.args(args).current_dir("/");
    command
}

fn said(ran: &Output) -> String {
    String::from_utf8_lossy(&ran.stderr).into_owned()
}

/// What `check` says of a tag where version and changelog are these. Empty where all is well.
fn checked(tag: &str, changelog: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let top = folder.path();
    fs::create_dir(top.join("scripts")).unwrap();
    fs::copy(
        Path::new(TOP).join("scripts/release.sh"),
        top.join("scripts/release.sh"),
    )
    .unwrap();
    fs::write(
        top.join("Cargo.toml"),
        "[package]\nname = \"pelato\"\nversion = \"1.2.3\"\n",
    )
    .unwrap();
    fs::write(
        top.join("Cargo.lock"),
        "[[package]]\nname = \"pelato\"\nversion = \"1.2.3\"\n",
    )
    .unwrap();
    fs::write(top.join("CHANGELOG.md"), changelog).unwrap();
    let ran = release(top, &["check", tag]).output().unwrap();
    match ran.status.code() {
        Some(0) => String::new(),
        Some(1) => said(&ran),
        code => panic!("{code:?}: {}", said(&ran)),
    }
}

#[test]
fn a_tag_is_the_version_and_the_changelog_has_it() {
    let good = "# Changelog\n\n## [1.2.3] - 2026-11-30\n\n- More.\n\n## [1.2.2] - 2026-11-01\n\n- Less.\n";
    assert_eq!(checked("v1.2.3", good), "");
    insta::assert_snapshot!(checked("v1.2.4", good), @"release: the tag is v1.2.4, but Cargo.toml says 1.2.3; a release is tagged v1.2.3");
    insta::assert_snapshot!(checked("v1.2.3", "## [Unreleased]\n\n- More.\n"), @"release: CHANGELOG.md has no line '## [1.2.3] - YYYY-MM-DD'; give what is under [Unreleased] that headline");
    let empty = "## [1.2.3] - 2026-11-30\n\n## [1.2.2] - 2026-11-01\n\n- Less.\n";
    insta::assert_snapshot!(checked("v1.2.3", empty), @"release: CHANGELOG.md says nothing of 1.2.3");
}

/// So that nobody finds out at the tag.
#[test]
fn this_version_is_the_changelogs_latest_or_what_comes_next() {
    let changelog = read("CHANGELOG.md");
    let headline = Regex::new(r"(?m)^## \[(\d+)\.(\d+)\.(\d+)\] - \d{4}-\d{2}-\d{2}$").unwrap();
    let versions: Vec<[u64; 3]> = headline
        .captures_iter(&changelog)
        .map(|found| [1, 2, 3].map(|part| found[part].parse().unwrap()))
        .collect();
    assert!(versions.is_sorted_by(|newer, older| newer > older), "{versions:?}");
    let headlines = changelog.lines().filter(|line| line.starts_with("## ")).count();
    let unreleased = changelog.contains("\n## [Unreleased]\n");
    assert_eq!(
        headlines,
        versions.len() + usize::from(unreleased),
        "a headline of no form"
    );
    let mut parts = env!("CARGO_PKG_VERSION").split('.').map(|part| part.parse().unwrap());
    let this = [(); 3].map(|()| parts.next().unwrap());
    match versions.first() {
        Some(latest) if *latest == this => {}
        latest => {
            assert!(
                latest.is_none_or(|latest| *latest < this),
                "{this:?} comes before {latest:?}"
            );
            assert!(unreleased, "nothing says what is in {this:?}");
        }
    }
}

#[test]
fn notes_are_the_section_of_a_version() {
    let folder = tempfile::tempdir().unwrap();
    let top = folder.path();
    fs::create_dir(top.join("scripts")).unwrap();
    fs::copy(
        Path::new(TOP).join("scripts/release.sh"),
        top.join("scripts/release.sh"),
    )
    .unwrap();
    let changelog = "## [Unreleased]\n\n## [1.2.3] - 2026-11-30\n\n### Added\n\n- More.\n\n## [1.2.2] - 2026-11-01\n\n- Less.\n\n[1.2.3]: https://example.org\n";
    fs::write(top.join("CHANGELOG.md"), changelog).unwrap();
    let notes = |version: &str| {
        let ran = release(top, &["notes", version]).output().unwrap();
        assert!(ran.status.success(), "{}", said(&ran));
        String::from_utf8(ran.stdout).unwrap()
    };
    assert_eq!(notes("1.2.3"), "### Added\n\n- More.\n");
    assert_eq!(notes("1.2.2"), "- Less.\n");
    assert_eq!(notes("1.2"), "");
}

#[test]
fn an_archive_has_program_manual_and_completions_and_its_checksum_verifies() {
    let folder = tempfile::tempdir().unwrap();
    // As heavy as it is, a debug build need not be compressed for this.
    let program = folder.path().join("pelato");
    let script = format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_pelato"));
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let pack = |out: &str| {
        let out = folder.path().join(out);
        for args in [
            &["pack", TARGET, out.to_str().unwrap()][..],
            &["sums", out.to_str().unwrap()],
        ] {
            let mut command = release(Path::new(TOP), args);
            let ran = command
                .env("RELEASE_BINARY", &program)
                .env("SOURCE_DATE_EPOCH", "1790000000")
                .output()
                .unwrap();
            assert!(ran.status.success(), "{args:?}: {}", said(&ran));
        }
        out
    };
    let run = |name: &str, args: &[&str], at: &Path| -> (bool, String) {
        let ran = Command::new(name).args(args).current_dir(at).output().unwrap();
        (ran.status.success(), String::from_utf8(ran.stdout).unwrap())
    };
    let out = pack("first");
    let archive = format!("pelato-{TARGET}.tar.gz");
    let (_, names) = run("tar", &["-tzf", &archive], &out);
    let commands = names.lines().filter(|name| name.contains("/man/pelato-")).count();
    assert!(commands > 15, "{names}");
    let others: Vec<&str> = names.lines().filter(|name| !name.contains("/man/pelato-")).collect();
    insta::assert_snapshot!(others.join("\n"), @"
    pelato-x86_64-unknown-linux-musl/
    pelato-x86_64-unknown-linux-musl/CHANGELOG.md
    pelato-x86_64-unknown-linux-musl/LICENSE
    pelato-x86_64-unknown-linux-musl/README.md
    pelato-x86_64-unknown-linux-musl/SECURITY.md
    pelato-x86_64-unknown-linux-musl/completions/
    pelato-x86_64-unknown-linux-musl/completions/_pelato
    pelato-x86_64-unknown-linux-musl/completions/pelato.bash
    pelato-x86_64-unknown-linux-musl/completions/pelato.fish
    pelato-x86_64-unknown-linux-musl/man/
    pelato-x86_64-unknown-linux-musl/man/pelato.1
    pelato-x86_64-unknown-linux-musl/pelato
    pelato-x86_64-unknown-linux-musl/pelato.service
    pelato-x86_64-unknown-linux-musl/runner.yaml
    ");

    // What is in it runs.
    run("tar", &["-xzf", &archive], &out);
    let unpacked = out.join(format!("pelato-{TARGET}"));
    let (ran, version) = run(unpacked.join("pelato").to_str().unwrap(), &["--version"], &out);
    assert!(ran && version.starts_with("pelato "), "{version}");
    assert!(
        fs::read_to_string(unpacked.join("man/pelato.1"))
            .unwrap()
            .contains("serve")
    );
    assert!(
        fs::read_to_string(unpacked.join("completions/_pelato"))
            .unwrap()
            .starts_with("#compdef pelato")
    );

    // The same files make the same bytes; other bytes are noticed.
    assert_eq!(
        fs::read(out.join(&archive)).unwrap(),
        fs::read(pack("second").join(&archive)).unwrap()
    );
    let check = || run("sha256sum", &["--check", "--strict", "SHA256SUMS"], &out);
    assert_eq!(check(), (true, format!("{archive}: OK\n")));
    let mut bytes = fs::read(out.join(&archive)).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(out.join(&archive), bytes).unwrap();
    assert!(!check().0);
}

#[test]
fn the_workflows_call_steps_that_there_are() {
    let usage = release(Path::new(TOP), &[]).output().unwrap();
    assert_eq!(usage.status.code(), Some(2));
    let step = Regex::new(r"release\.sh (\w+)").unwrap();
    let named =
        |text: &str| -> BTreeSet<String> { step.captures_iter(text).map(|found| found[1].to_owned()).collect() };
    assert_eq!(named(&read(".github/workflows/release.yml")), named(&said(&usage)));
}

#[test]
fn pages_that_name_a_file_of_a_release_name_this_one() {
    let named =
        Regex::new(r"/releases/download/v([^/]+)/|pelato_([\d.]+)-1_|ghcr.io/pelato-project/pelato:([\w.-]+)").unwrap();
    let mut found = 0;
    for path in [
        "docs/how-to/systemd.md",
        "docs/how-to/compose.md",
        "docker/compose.yaml",
        "README.md",
    ] {
        let text = read(path);
        for one in named.captures_iter(&text) {
            let version = one.iter().skip(1).flatten().next().unwrap().as_str();
            assert_eq!(version, env!("CARGO_PKG_VERSION"), "{path}: {}", &one[0]);
            found += 1;
        }
    }
    assert!(found > 3, "{found}");
}

/// The manual and the completions are made right before; all else is in the checkout.
#[test]
fn the_debian_package_is_made_of_files_that_are_there() {
    let manifest = read("Cargo.toml");
    let (_, section) = manifest.split_once("[package.metadata.deb]").unwrap();
    let asset = Regex::new(r#"(?m)^    \["([^"]+)", "([^"]+)", "\d+"\],$"#).unwrap();
    let assets: Vec<(String, String)> = asset
        .captures_iter(section)
        .map(|found| (found[1].to_owned(), found[2].to_owned()))
        .collect();
    assert!(assets.len() > 5, "{assets:?}");
    for (file, _) in assets.iter().filter(|(file, _)| !file.starts_with("target/")) {
        assert!(Path::new(TOP).join(file).is_file(), "{file}");
    }
    // The unit starts what the package installs, as the user that it makes.
    let unit = read("packaging/pelato.service");
    assert!(assets.contains(&("target/release/pelato".to_owned(), "usr/bin/".to_owned())));
    assert!(unit.contains("ExecStart=/usr/bin/pelato serve") && unit.contains("User=pelato"));
    assert!(read("packaging/debian/postinst").contains("adduser --quiet --system --group"));
    for script in ["postinst", "postrm"] {
        let path = Path::new(TOP).join("packaging/debian").join(script);
        assert!(
            Command::new("sh").arg("-n").arg(&path).status().unwrap().success(),
            "{script}"
        );
        assert!(read(&format!("packaging/debian/{script}")).contains("\n#DEBHELPER#\n"));
    }
}
