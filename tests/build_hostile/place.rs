//! Builders with a hostile program in the place of Go.

use futures_util::StreamExt;
use pelato::build::{BuildError, Builder, Component, Options};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use crate::tiny_task::docker::{containers, docker, engine};
use crate::tiny_task::{Said, options, run, task};

/// What stands in for Go: the author's file where that is no Go, else Go itself.
const GO: &str = "#!/bin/sh\n\
    if [ -e /sources/task.go ]; then\n\
        read -r first < /sources/task.go\n\
        case $first in 'package '*) ;; *) exec sh /sources/task.go \"$1\" ;; esac\n\
    fi\n\
    exec /usr/local/go/bin/go.real \"$@\"\n";

pub(crate) async fn builder(change: impl FnOnce(&mut Options)) -> Builder {
    docker(hostile(change).await).await
}

pub(crate) async fn hostile(change: impl FnOnce(&mut Options)) -> Options {
    static BASE: OnceCell<String> = OnceCell::const_new();
    let base = BASE.get_or_init(|| async {
        let engine = engine().await;
        let dockerfile = format!(
            "FROM {}\nRUN mv /usr/local/go/bin/go /usr/local/go/bin/go.real\nCOPY go /usr/local/go/bin/go\n\
             RUN chmod 0755 /usr/local/go/bin/go\n",
            options().go_image
        );
        let mut context = tar::Builder::new(Vec::new());
        for (path, text) in [("Dockerfile", dockerfile.as_str()), ("go", GO)] {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o755);
            context.append_data(&mut header, path, text.as_bytes()).unwrap();
        }
        let tag = "pelato-test-hostile:2".to_owned();
        let build = bollard::query_parameters::BuildImageOptionsBuilder::default()
            .t(&tag)
            .rm(true)
            .build();
        let body = bollard::body_full(context.into_inner().unwrap().into());
        let answers: Vec<_> = engine.build_image(build, None, Some(body)).collect().await;
        for answer in answers {
            answer.unwrap();
        }
        tag
    });
    let mut options = Options {
        go_image: base.await.clone(),
        ..options()
    };
    change(&mut options);
    options
}

/// What a script prints in the place of a task, and what comes of it.
pub(crate) async fn lines_of(
    story: &str,
    script: &str,
    change: impl FnOnce(&mut Options),
) -> (Vec<String>, Result<Component, BuildError>) {
    lines_of_cache("tests", story, script, change).await
}

/// The same, in the cache of a repository.
pub(crate) async fn lines_of_cache(
    cache: &str,
    story: &str,
    script: &str,
    change: impl FnOnce(&mut Options),
) -> (Vec<String>, Result<Component, BuildError>) {
    let (reporter, said) = Said::reporter();
    let run = run(story);
    let cancel = CancellationToken::new();
    let tasks = [task("double", script)];
    let builder = builder(change).await;
    let answer = builder.build(&run, cache, &tasks, &reporter, &cancel).await.remove(0).1;
    assert!(containers(&run).await.is_empty());
    // The engine did what it was told, whatever the program did.
    assert!(!matches!(answer, Err(BuildError::Engine { .. })), "{answer:?}");
    (said.lines(Some("double")), answer)
}
