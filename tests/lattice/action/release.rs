//! A release, fetched from where it lies and held against its checksums.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use axum::Router;
use axum::extract::{Path as At, State};
use axum::http::StatusCode;
use axum::routing::get;
use tempfile::TempDir;

use super::runner::{Ran, Runner, WORKFLOW, commit, example};
use crate::push::repository::Repository;

const TOP: &str = env!("CARGO_MANIFEST_DIR");

/// What lies at an address, as releases do: `v0.1.0/pelato-….tar.gz`, `v0.1.0/SHA256SUMS`.
struct Releases {
    folder: TempDir,
    address: String,
}

impl Releases {
    async fn serve() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = async |State(folder): State<PathBuf>, At((tag, name)): At<(String, String)>| {
            fs::read(folder.join(tag).join(name)).map_err(|_| StatusCode::NOT_FOUND)
        };
        let routes = Router::new()
            .route("/releases/{tag}/{name}", get(file))
            .with_state(folder.path().to_owned());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/releases", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { folder, address }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join("v0.1.0").join(path)
    }

    /// Packs one as `.github/workflows/release.yml` does. Its program is the one under test,
    /// by way of a script: that one is large, and not static.
    fn pack(&self) {
        let program = self.folder.path().join("program");
        fs::write(
            &program,
            format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_pelato")),
        )
        .unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let release = |arguments: &[&str]| {
            let ran = Command::new(Path::new(TOP).join("scripts/release.sh"))
                .args(arguments)
                .arg(self.folder.path().join("v0.1.0"))
                .env("RELEASE_BINARY", &program)
                .output()
                .unwrap();
            assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        };
        release(&["pack", &target()]);
        release(&["sums"]);
    }
}

fn target() -> String {
    format!("{}-unknown-linux-musl", std::env::consts::ARCH)
}

fn run(runner: &Runner, repository: &Repository, releases: &Releases) -> Ran {
    let workflow = format!(
        "on: push
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - uses: pelato-project/pelato/action@v0.1.0
        with:
          command: check
          version: v0.1.0
          releases: {}/
",
        releases.address
    );
    repository.write(WORKFLOW, &workflow);
    commit(repository);
    tokio::task::block_in_place(|| runner.run(repository, "push", &[]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_is_run_only_where_it_is_what_its_checksums_say() {
    let releases = Releases::serve().await;
    let runner = Runner::new();
    let repository = example("");

    let ran = run(&runner, &repository, &releases);
    assert!(!ran.success);
    let said = ran.annotations().join("\n").replace(&releases.address, "[RELEASES]");
    insta::assert_snapshot!(said, @"::error title=Pelato::cannot fetch [RELEASES]/v0.1.0/SHA256SUMS; look at the inputs `version` and `releases`, or name a program in `binary`");

    releases.pack();
    let ran = run(&runner, &repository, &releases);
    assert!(ran.success);
    assert!(ran.log.contains("done: 2 tasks are right"));

    let archive = releases.at(&format!("pelato-{}.tar.gz", target()));
    let mut bytes = fs::read(&archive).unwrap();
    bytes.push(0);
    fs::write(&archive, bytes).unwrap();
    let ran = run(&runner, &repository, &releases);
    assert!(!ran.success);
    let digests = regex::Regex::new("[0-9a-f]{64}").unwrap();
    let said = ran.annotations().join("\n").replace(&target(), "[TARGET]");
    let told: Vec<&str> = digests.find_iter(&said).map(|found| found.as_str()).collect();
    assert_ne!(told[0], told[1]);
    insta::assert_snapshot!(digests.replace_all(&said, "[DIGEST]"), @"::error title=Pelato::pelato-[TARGET].tar.gz of release v0.1.0 is not what its SHA256SUMS says: expected [DIGEST], found [DIGEST]");
    assert!(!ran.log.contains("done: "));

    let sums = fs::read_to_string(releases.at("SHA256SUMS")).unwrap();
    fs::write(releases.at("SHA256SUMS"), sums.replace("pelato-", "other-")).unwrap();
    let ran = run(&runner, &repository, &releases);
    assert!(!ran.success);
    insta::assert_snapshot!(ran.annotations().join("\n").replace(&target(), "[TARGET]"), @"::error title=Pelato::SHA256SUMS of release v0.1.0 has no line for pelato-[TARGET].tar.gz");
}
