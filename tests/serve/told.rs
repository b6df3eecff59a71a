//! What the forge is told, when it does not listen at once.

use pelato::forge::ForgeKind;
use pelato::queue::{NewRun, Queue as _};

use crate::forge::{FakeForge, Fault};
use crate::process::{Place, eventually};

const TOKEN: &str = "t0k3n-of-the-forge";

/// A runner whose repository cannot be fetched: a run begins, and ends in `error`. Its
/// forge knows the first three commits.
async fn place() -> (FakeForge, Place) {
    let forge = FakeForge::start().await;
    forge.add_repository("ci/r", TOKEN);
    for commit in 0..3 {
        forge.add_commit("ci/r", &commit_id(commit));
    }
    let api = forge.api(ForgeKind::GitHub);
    let place = Place::of(&format!(
        "listen: 127.0.0.1:0\nreconcile: off\nbuilder: local\nrepositories:\n  - name: ci/r\n    forge: github\n    \
         url: file:///no/such/repository.git\n    api: {api}\n    token: {{ env: TOKEN }}\n    \
         webhook_secret: {{ env: HOOK }}\n    branches: {{ main: production }}\nenvironments:\n  \
         production: {{ registry: {{ url: 127.0.0.1:9 }}, nats: {{ url: \"nats://127.0.0.1:9\" }} }}\n"
    ));
    (forge, place)
}

fn commit_id(commit: usize) -> String {
    format!("{:040x}", commit + 1)
}

fn told(forge: &FakeForge, commit: usize) -> Vec<String> {
    let statuses = forge.statuses("ci/r", &commit_id(commit));
    statuses.into_iter().map(|status| status.state).collect()
}

#[tokio::test]
async fn a_rate_limit_delays_statuses_and_holds_up_no_run() {
    let (forge, place) = place().await;
    forge.fail_next(Fault::SlowDown { seconds: 3 });
    let server = place.serve(&[("TOKEN", TOKEN)]).await;
    for commit in 0..3 {
        let run = server.push(commit).await;
        server.until(&run, "error").await;
    }
    // All three are over, and the forge has heard of none.
    assert_eq!(forge.authorizations().len(), 1, "it asked for patience");
    for commit in 0..3 {
        assert_eq!(told(&forge, commit), Vec::<String>::new());
    }
    for commit in 0..3 {
        forge.until_settled("ci/r", &commit_id(commit), "pelato").await;
        assert_eq!(told(&forge, commit), ["pending", "error"]);
    }
    assert_eq!(forge.authorizations().len(), 7, "each is posted once");
}

#[tokio::test]
async fn what_the_forge_was_not_told_outlives_the_runner() {
    let (forge, place) = place().await;
    for _ in 0..3 {
        forge.fail_next(Fault::Answer(503));
    }
    let server = place.serve(&[("TOKEN", TOKEN)]).await;
    let run = server.push(0).await;
    server.until(&run, "error").await;
    server.kill().await;
    let server = place.serve(&[("TOKEN", TOKEN)]).await;
    let status = forge.until_settled("ci/r", &commit_id(0), "pelato").await;
    assert_eq!(told(&forge, 0), ["pending", "error"]);
    let page = format!("/runs/{run}");
    assert!(status.target_url.unwrap().ends_with(&page));
    drop(server);
}

#[tokio::test]
async fn a_commit_that_was_passed_over_is_told_so() {
    let (forge, place) = place().await;
    // Nobody works yet: what waits is superseded in the store.
    std::fs::create_dir(place.path().join("var")).unwrap();
    let store = place.store().await;
    for commit in 0..3 {
        let run = NewRun {
            forge: "github".into(),
            repository: "ci/r".into(),
            delivery: Some(format!("delivery-{commit}")),
            branch: "main".into(),
            commit: commit_id(commit),
            environment: "production".into(),
            title: None,
        };
        store.accept(run).await.unwrap();
    }
    let server = place.serve(&[("TOKEN", TOKEN)]).await;
    eventually(async || told(&forge, 2) == ["pending", "error"]).await;
    for commit in 0..2 {
        assert_eq!(told(&forge, commit), ["error"]);
        let status = forge.latest("ci/r", &commit_id(commit)).remove("pelato").unwrap();
        assert!(status.description.starts_with("superseded: a newer head"), "{status:?}");
    }
    drop(server);
}
