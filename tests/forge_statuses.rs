//! Statuses over HTTP, with the real clients, at a forge that keeps state.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

#[path = "support/forge.rs"]
mod forge;

use std::time::Duration;

use forge::{FakeForge, Fault};
use pelato::forge::{CommitStatus, Forge, ForgeError, ForgeKind, StatusState};

const COMMIT: &str = "ad2bf374f6d070df2825182114d4b69d05ba9c74";
const BOTH: [ForgeKind; 2] = [ForgeKind::GitHub, ForgeKind::Gitea];

async fn forge_with_a_commit() -> FakeForge {
    let forge = FakeForge::start().await;
    forge.add_repository("acme/thermo", "t0k3n");
    forge.add_commit("acme/thermo", COMMIT);
    forge
}

fn client(forge: &FakeForge, kind: ForgeKind, token: &str) -> Forge {
    Forge::new(kind, Some(&forge.api(kind)), token.into()).unwrap()
}

fn status(state: StatusState, description: &str) -> CommitStatus {
    CommitStatus {
        context: "pelato/filter".to_owned(),
        state,
        description: description.to_owned(),
        target_url: Some("https://ci.example.org/runs/1".to_owned()),
    }
}

async fn refused(forge: &FakeForge, kind: ForgeKind) -> ForgeError {
    let status = status(StatusState::Pending, "building");
    client(forge, kind, "t0k3n")
        .post_status("acme/thermo", COMMIT, &status)
        .await
        .unwrap_err()
}

/// The error as people read it, without the port of this test.
fn text(forge: &FakeForge, kind: ForgeKind, error: &ForgeError) -> String {
    error.to_string().replace(&forge.api(kind), "API")
}

#[tokio::test]
async fn a_status_goes_from_pending_to_success() {
    for kind in BOTH {
        let forge = forge_with_a_commit().await;
        let client = client(&forge, kind, "t0k3n");
        for (state, description) in [
            (StatusState::Pending, "building"),
            (StatusState::Success, "runs on edge, cloud"),
        ] {
            let status = status(state, description);
            client.post_status("acme/thermo", COMMIT, &status).await.unwrap();
        }
        let seen: Vec<_> = forge
            .statuses("acme/thermo", COMMIT)
            .into_iter()
            .map(|status| format!("{} {}: {}", status.context, status.state, status.description))
            .collect();
        assert_eq!(
            seen,
            [
                "pelato/filter pending: building",
                "pelato/filter success: runs on edge, cloud"
            ]
        );
        let latest = &forge.latest("acme/thermo", COMMIT)["pelato/filter"];
        assert_eq!(latest.target_url.as_deref(), Some("https://ci.example.org/runs/1"));
    }
}

#[tokio::test]
async fn every_state_is_one_that_the_forge_knows() {
    for kind in BOTH {
        let forge = forge_with_a_commit().await;
        let client = client(&forge, kind, "t0k3n");
        for state in [
            StatusState::Pending,
            StatusState::Success,
            StatusState::Failure,
            StatusState::Error,
        ] {
            client
                .post_status("acme/thermo", COMMIT, &status(state, "x"))
                .await
                .unwrap();
        }
        assert_eq!(forge.statuses("acme/thermo", COMMIT).len(), 4);
    }
}

#[tokio::test]
async fn a_long_reason_is_cut_rather_than_refused() {
    for kind in BOTH {
        let forge = forge_with_a_commit().await;
        let long = status(StatusState::Failure, &"tasks/più.go:3: undefined ".repeat(20));
        client(&forge, kind, "t0k3n")
            .post_status("acme/thermo", COMMIT, &long)
            .await
            .unwrap();
        let kept = forge.statuses("acme/thermo", COMMIT).remove(0).description;
        assert_eq!(kept.chars().count(), 140);
        assert!(kept.ends_with('…'));
    }
}

#[tokio::test]
async fn a_token_that_is_not_accepted_says_what_to_check() {
    for kind in BOTH {
        let forge = forge_with_a_commit().await;
        let pending = status(StatusState::Pending, "building");
        let wrong = client(&forge, kind, "wrong");
        let error = wrong.post_status("acme/thermo", COMMIT, &pending).await.unwrap_err();
        assert!(!error.is_temporary());
        insta::allow_duplicates! {
            insta::assert_snapshot!(text(&forge, kind, &error), @"API does not accept the token for acme/thermo (HTTP 401); check that it is valid and may write commit statuses there");
        }
        let elsewhere = client(&forge, kind, "t0k3n");
        let error = elsewhere.post_status("acme/other", COMMIT, &pending).await.unwrap_err();
        assert!(
            matches!(error, ForgeError::Unauthorized { status: 404, .. }),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_forge_that_asks_for_patience_says_how_long() {
    for kind in BOTH {
        let forge = forge_with_a_commit().await;
        forge.fail_next(Fault::SlowDown { seconds: 17 });
        let error = refused(&forge, kind).await;
        assert!(error.is_temporary());
        assert_eq!(error.retry_after(), Some(Duration::from_secs(17)));
        forge.fail_next(Fault::Answer(429));
        let error = refused(&forge, kind).await;
        assert!(error.is_temporary());
        insta::allow_duplicates! {
            insta::assert_snapshot!(text(&forge, kind, &error), @"API asks to slow down");
        }
    }
}

#[tokio::test]
async fn a_forge_that_is_down_is_tried_again_later() {
    for kind in BOTH {
        let forge = forge_with_a_commit().await;
        forge.fail_next(Fault::Answer(502));
        let error = refused(&forge, kind).await;
        assert!(error.is_temporary());
        insta::allow_duplicates! {
            insta::assert_snapshot!(text(&forge, kind, &error), @"API cannot be reached: it answers HTTP 502 Bad Gateway; it is tried again later");
        }
        // One request, no hidden repetition.
        assert_eq!(forge.authorizations().len(), 1);

        let gone = client(&forge, kind, "t0k3n");
        drop(forge);
        let pending = status(StatusState::Pending, "building");
        let error = gone.post_status("acme/thermo", COMMIT, &pending).await.unwrap_err();
        assert!(matches!(error, ForgeError::Unreachable { .. }), "{error:?}");
        assert!(!error.to_string().contains("t0k3n"));
    }
}

#[tokio::test]
async fn what_the_forge_does_not_take_is_told_in_its_words() {
    let forge = forge_with_a_commit().await;
    let unknown = "0".repeat(39) + "1";
    let pending = status(StatusState::Pending, "building");
    let github = client(&forge, ForgeKind::GitHub, "t0k3n");
    let error = github.post_status("acme/thermo", &unknown, &pending).await.unwrap_err();
    insta::assert_snapshot!(text(&forge, ForgeKind::GitHub, &error), @"API refuses the status `pelato/filter` (HTTP 422): No commit found for SHA: 0000000000000000000000000000000000000001");
    for kind in BOTH {
        let client = client(&forge, kind, "t0k3n");
        for (repository, commit) in [("acme/../x", COMMIT), ("acme/thermo", "../../user/keys")] {
            let error = client.post_status(repository, commit, &pending).await.unwrap_err();
            assert!(matches!(error, ForgeError::Refused { status: 422, .. }), "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_redirect_never_takes_the_token_to_another_host() {
    for kind in BOTH {
        let forge = forge_with_a_commit().await;
        let other = forge_with_a_commit().await;
        let target = format!("{}/repos/acme/thermo/statuses/{COMMIT}", other.api(kind));
        forge.fail_next(Fault::Redirect(target));
        let error = refused(&forge, kind).await;
        assert!(!error.is_temporary(), "{error:?}");
        assert!(other.authorizations().iter().all(Option::is_none), "{kind}");
        assert!(other.statuses("acme/thermo", COMMIT).is_empty());
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_one_is_refused_without_its_password() {
    let wrong = |api: &str| {
        Forge::new(ForgeKind::Gitea, Some(api), "t0k3n".into())
            .err()
            .unwrap()
            .to_string()
    };
    insta::assert_snapshot!(wrong("ftp://git.example.org"), @"`ftp://git.example.org` is no address of a forge's API: it is neither http nor https; write it as https://host/path");
    insta::assert_snapshot!(wrong("https://ci:hunter2@git.example.org/api/v1"), @"`git.example.org` is no address of a forge's API: credentials belong into `token`; write it as https://host/path");
    assert!(Forge::new(ForgeKind::Gitea, None, "t0k3n".into()).is_err());
    assert!(Forge::new(ForgeKind::GitHub, None, "t0k3n".into()).is_ok());
}
