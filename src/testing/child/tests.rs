//! Programs that are no `pelato`, in its place.

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::testing::{Case, Expect};

fn cases() -> Cases {
    Cases {
        file: "tasks/a.test.yaml".into(),
        time_limit: Duration::from_secs(1),
        cases: vec![Case {
            name: "one".into(),
            line: 1,
            input: b"a".to_vec(),
            expect: Expect::Nothing,
        }],
    }
}

/// What comes of it when the child is a shell script.
async fn of(script: &str) -> Result<Vec<CaseResult>, ChildError> {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("child");
    std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let wasm = vec![0; 1 << 20];
    Child::new(program)
        .run("a", &BTreeMap::new(), &cases(), &wasm, &CancellationToken::new())
        .await
}

#[tokio::test]
async fn it_sees_no_variable_of_ours() {
    let error = of("env >&2; exit 3").await.unwrap_err().to_string();
    // A shell sets these itself.
    let own = ["PWD=", "SHLVL=", "_=", "OLDPWD="];
    let mut lines = error.lines();
    assert_eq!(
        lines.next(),
        Some("the process that ran the cases ended with exit code 3")
    );
    for line in lines {
        assert!(own.iter().any(|own| line.starts_with(own)), "{line}");
    }
}

#[tokio::test]
async fn a_child_that_dies_says_how() {
    let said = [
        of("kill -KILL $$").await,
        of("kill -XCPU $$").await,
        of("echo 'no room' >&2; kill -SEGV $$").await,
        of("echo hello").await,
    ];
    let said: Vec<String> = said.map(|one| one.unwrap_err().to_string()).into();
    insta::assert_snapshot!(said.join("\n"), @"
    the process that ran the cases was killed from outside; often the machine has no memory left
    the process that ran the cases used all the processor time that it may use
    the process that ran the cases was ended by signal 11
    no room
    the process that ran the cases gave no answer: expected value at line 1 column 1
    ");
}

#[tokio::test]
async fn what_it_says_is_bounded() {
    let flood = of("head -c 200000000 /dev/zero; sleep 1000").await.unwrap_err();
    assert_eq!(flood, ChildError::TooMuch(MOST_ANSWER));
    let error = of("head -c 100000000 /dev/zero | tr '\\0' x >&2; exit 1")
        .await
        .unwrap_err();
    assert!(error.to_string().len() < 2 * MOST_SAID);
}

#[tokio::test]
async fn a_program_that_is_not_there() {
    let child = Child::new("/nonexistent/pelato");
    let ended = child
        .run("a", &BTreeMap::new(), &cases(), b"", &CancellationToken::new())
        .await
        .unwrap_err();
    assert!(!ended.is_the_tasks());
    insta::assert_snapshot!(ended, @"cases cannot be run: /nonexistent/pelato does not start: No such file or directory (os error 2)");
}

#[tokio::test]
async fn cancelled_it_is_gone_at_once() {
    let cancel = CancellationToken::new();
    cancel.cancel();
    let ended = Child::new("/bin/cat")
        .run("a", &BTreeMap::new(), &cases(), b"", &cancel)
        .await;
    assert_eq!(ended, Err(ChildError::Cancelled));
}
