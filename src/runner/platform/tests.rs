//! Parts that go away and come back, by a switch.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt as _;

use super::*;
use crate::queue::{Clock, Limits, SqliteQueue};

fn platform(well: &Arc<AtomicBool>) -> Arc<Platform> {
    let part = |part: Part, of: &str| {
        let well = Arc::clone(well);
        let look: Look = Box::new(move || {
            let well = well.load(Ordering::SeqCst);
            async move {
                if well {
                    Ok(())
                } else {
                    Err("it refuses s3cr3t-password".to_owned())
                }
            }
            .boxed()
        });
        (part, of.to_owned(), vec![Scope::Environment(of.to_owned())], look)
    };
    let parts = vec![
        part(Part::Forge, "https://git.example.org"),
        part(Part::Registry, "production"),
        part(Part::Registry, "staging"),
    ];
    let secrets = ["s3cr3t-password".into()];
    Arc::new(Platform::new(parts, Mask::of(secrets.iter())))
}

#[test]
fn what_was_found_is_masked_and_dated_by_its_last_change() {
    let platform = platform(&Arc::default());
    let registry = &platform.parts[1];
    assert!(!platform.note(registry, Ok(())), "it was not away");
    let well = lock(&registry.seen).clone().unwrap();
    assert!(!platform.note(registry, Err("it refuses s3cr3t-password".to_owned())));
    let away = lock(&registry.seen).clone().unwrap();
    assert_eq!(away.reason.as_deref(), Some("it refuses ***"));
    assert!(!platform.note(registry, Err("something else".to_owned())));
    let still = lock(&registry.seen).clone().unwrap();
    assert_eq!((still.since, still.ok), (away.since, false));
    assert!(still.since >= well.since);
    assert!(platform.note(registry, Ok(())), "it is back");
}

#[test]
fn who_asks_for_patience_is_left_alone_by_those_who_need_it() {
    let platform = platform(&Arc::default());
    let needs = |environment| Needs {
        forge: "https://git.example.org",
        environment,
    };
    let minute = Duration::from_secs(60);
    let away = |retry_after| Away {
        part: Part::Registry,
        retry_after,
    };
    platform.found_away(away(None), needs("production"));
    assert_eq!(platform.left_alone(needs("production")), None);
    platform.found_away(away(Some(minute)), needs("production"));
    platform.found_away(away(Some(Duration::from_secs(1))), needs("production"));
    let (left, part) = platform.left_alone(needs("production")).unwrap();
    assert!(
        part == Part::Registry && left > minute / 2 && left <= minute,
        "{left:?}"
    );
    assert_eq!(platform.left_alone(needs("staging")), None);
}

#[tokio::test]
async fn a_part_that_comes_back_is_seen_without_being_asked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pelato.db");
    let store = SqliteQueue::open(&file, Limits::default(), Clock::default()).await;
    let queue: Arc<dyn Queue> = Arc::new(store.unwrap());
    let well = Arc::new(AtomicBool::new(false));
    let platform = platform(&well);
    let shutdown = CancellationToken::new();
    let watching = tokio::spawn(Arc::clone(&platform).watch(queue, shutdown.clone()));
    let until = async |ok: bool| {
        tokio::time::timeout(Duration::from_secs(30), async {
            while platform
                .parts
                .iter()
                .any(|part| lock(&part.seen).as_ref().is_none_or(|seen| seen.ok != ok))
            {
                sleep(Duration::from_millis(20)).await;
            }
        })
        .await
        .unwrap();
    };
    until(false).await;
    well.store(true, Ordering::SeqCst);
    until(true).await;
    // While all is calm, a run that finds it away has it looked at.
    well.store(false, Ordering::SeqCst);
    let needs = Needs {
        forge: "https://git.example.org",
        environment: "production",
    };
    for part in [Part::Forge, Part::Registry] {
        platform.found_away(Away::is(part), needs);
    }
    platform.found_away(
        Away::is(Part::Registry),
        Needs {
            environment: "staging",
            ..needs
        },
    );
    until(false).await;
    shutdown.cancel();
    watching.await.unwrap();
}
