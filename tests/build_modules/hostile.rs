//! A module proxy that means harm. The operator chose it, so its code is believed; its
//! answers may not cost more than a step's limits, nor reach beyond the cache.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use pelato::build::{BuildError, Options};
use tokio_util::sync::CancellationToken;

use crate::proxy::{CODE, Entry, FOLDER, MODULE, packed_zeros, serving, zipped};
use crate::tiny_task::docker::{containers, docker, gateway};
use crate::tiny_task::{DOUBLES, Said, options, run, task};
use crate::triples;

/// A zip of the module with one more file in it.
fn with(entry: Entry) -> Vec<u8> {
    let plain = |name: &str, text: &str| Entry {
        name: format!("{FOLDER}/{name}"),
        bytes: text.as_bytes().to_vec(),
        ..Entry::default()
    };
    zipped(&[plain("go.mod", MODULE), plain("triple.go", CODE), entry])
}

/// What comes of a task that requires the module where the proxy answers a question for
/// its `.zip`, `.mod` or `.info` in this way, and the lines of the run. The next task of
/// the run, which requires nothing, is built.
async fn answered(
    story: &str,
    kind: &'static str,
    answer: impl Fn() -> Response + Clone + Send + Sync + 'static,
    change: impl FnOnce(&mut Options),
) -> (BuildError, Vec<String>) {
    let serve = move |Path(path): Path<String>| {
        let answer = answer.clone();
        async move {
            match path.rsplit('.').next() {
                Some(ending) if ending == kind => answer(),
                Some("info") => r#"{"Version":"v1.0.0"}"#.into_response(),
                Some("mod") => MODULE.into_response(),
                _ => StatusCode::NOT_FOUND.into_response(),
            }
        }
    };
    let mut hostile = Options {
        proxy: serving(gateway().await, serve).await,
        no_sum_db: Some("example.org".to_owned()),
        ..options()
    };
    // No room for a cache: nothing of the test stays.
    hostile.limits.cache = 0;
    change(&mut hostile);
    let (reporter, said) = Said::reporter();
    let run = run(story);
    let tasks = [triples(), task("double", DOUBLES)];
    let cancel = CancellationToken::new();
    let mut built = docker(hostile)
        .await
        .build(&run, &run, &tasks, &reporter, &cancel)
        .await;
    assert!(containers(&run).await.is_empty());
    built.pop().unwrap().1.unwrap();
    (built.pop().unwrap().1.unwrap_err(), said.lines(Some("triples")))
}

/// A zip of this.
async fn zip(story: &str, bytes: Vec<u8>) -> String {
    let (error, _) = answered(story, "zip", move || bytes.clone().into_response(), |_| {}).await;
    assert!(matches!(error, BuildError::Modules { .. }), "{error}");
    error.to_string()
}

#[tokio::test]
async fn a_zip_that_unpacks_without_end_is_refused() {
    let (zeros, size) = packed_zeros(600 << 20);
    assert!(zeros.len() < 4 << 20);
    let entry = |unpacked| {
        with(Entry {
            name: format!("{FOLDER}/zeros"),
            bytes: zeros.clone(),
            unpacked: Some(unpacked),
            ..Entry::default()
        })
    };
    let honest = zip("honest-bomb", entry(size)).await;
    assert!(honest.contains("too large"), "{honest}");
    let lying = zip("lying-bomb", entry(1000)).await;
    assert!(lying.contains("not a valid zip file"), "{lying}");
}

#[tokio::test]
async fn a_zip_writes_nothing_beyond_its_own_folder() {
    let names = [
        format!("{FOLDER}/../../../build/00/x"),
        "../../../../tmp/x".to_owned(),
        "/cache/ready".to_owned(),
        "example.org/other@v1.0.0/x.go".to_owned(),
        format!("{FOLDER}/a\\..\\b.go"),
        format!("{FOLDER}/a\0b.go"),
        format!("{FOLDER}/{}", "x".repeat(5000)),
        // Two names that are one where case does not count.
        format!("{FOLDER}/TRIPLE.go"),
    ];
    for (index, name) in names.into_iter().enumerate() {
        let bytes = with(Entry {
            name: name.clone(),
            bytes: b"package triple\n".to_vec(),
            ..Entry::default()
        });
        let text = zip(&format!("beyond-{index}"), bytes).await;
        let refused = ["has unexpected file", "-> unzip", "malformed", "unverified"];
        assert!(refused.iter().any(|word| text.contains(word)), "{name:?}: {text}");
    }
    let link = with(Entry {
        name: format!("{FOLDER}/link.go"),
        bytes: b"/etc/passwd".to_vec(),
        mode: 0o120_777,
        ..Entry::default()
    });
    // A link becomes a file that says where it led.
    let (error, _) = answered("zipped-link", "zip", move || link.clone().into_response(), |_| {}).await;
    assert!(
        error.to_string().contains("link.go:1:1: expected 'package', found '/'"),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_without_end_has_one() {
    let endless =
        || Body::from_stream(stream::repeat(Ok::<_, std::convert::Infallible>(vec![b'x'; 1 << 16]))).into_response();
    let (error, _) = answered("endless-zip", "zip", endless, |_| {}).await;
    assert!(matches!(error, BuildError::Modules { .. }), "{error}");
    assert!(error.to_string().contains("too large"), "{error}");
    for kind in ["mod", "info"] {
        let small = |options: &mut Options| options.limits.memory = 768 << 20;
        let (error, _) = answered(&format!("endless-{kind}"), kind, endless, small).await;
        let bounded = matches!(error, BuildError::Modules { .. } | BuildError::OutOfMemory { .. });
        assert!(bounded, "{kind}: {error}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for() {
    let never = || Body::from_stream(stream::pending::<Result<Vec<u8>, std::io::Error>>()).into_response();
    let soon = |options: &mut Options| options.limits.time = Duration::from_secs(20);
    let (error, _) = answered("slow", "zip", never, soon).await;
    assert!(matches!(error, BuildError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn an_answer_that_sends_elsewhere_brings_nothing_of_it_into_the_log() {
    let secret = serving(gateway().await, |_: Path<String>| async {
        "hunter22-of-the-metadata\n".into_response()
    })
    .await;
    for kind in ["zip", "mod", "info"] {
        let to = format!("{secret}/latest/meta-data/credentials");
        let moved = move || (StatusCode::FOUND, [(header::LOCATION, to.clone())]).into_response();
        let (error, lines) = answered(&format!("moved-{kind}"), kind, moved, |_| {}).await;
        assert!(matches!(error, BuildError::Modules { .. }), "{error}");
        assert!(
            !format!("{error}{lines:?}").contains("hunter22"),
            "{kind}: {error}\n{lines:?}"
        );
    }
}

#[tokio::test]
async fn an_answer_of_500_is_the_reason() {
    let broken = || (StatusCode::INTERNAL_SERVER_ERROR, "\x1b[2Jdown").into_response();
    let (error, lines) = answered("broken", "zip", broken, |_| {}).await;
    assert!(matches!(error, BuildError::Modules { .. }), "{error}");
    assert!(error.summary().contains("500 Internal Server Error"), "{error}");
    assert!(!format!("{error}{lines:?}").contains('\x1b'), "{lines:?}");
}
