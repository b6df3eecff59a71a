//! `pelato runs`, `pelato logs` and `pelato cancel`, against a runner.

use std::process::Output;

use serde_json::Value;
use tokio::process::Command;

use crate::process::{Mute, Place, Server, eventually};

const TOKEN: &str = "t0k3n";

async fn pelato(server: &Server, token: &str, args: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_pelato"))
        .args(args)
        .current_dir(folder.path())
        .env("PELATO_SERVER", &server.url)
        .env("PELATO_API_TOKEN", token)
        .output()
        .await
        .unwrap()
}

/// The exit code, stdout and stderr, without what changes from run to run.
fn told(server: &Server, ran: &Output, runs: &[&str]) -> String {
    let text = |bytes: &[u8]| {
        let mut text = String::from_utf8_lossy(bytes).replace(&server.url, "http://[SERVER]");
        for (index, run) in runs.iter().enumerate() {
            text = text.replace(run, &format!("[RUN-{index}]"));
        }
        regex::Regex::new(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
            .unwrap()
            .replace_all(&text, "[TIME]")
            .into_owned()
    };
    format!(
        "{}\n{}{}",
        ran.status.code().unwrap(),
        text(&ran.stdout),
        text(&ran.stderr)
    )
}

#[tokio::test]
async fn a_runner_is_asked_from_the_command_line() {
    let mute = Mute::start().await;
    let place = Place::new(&mute.url, "api_token: { env: TOKEN }\ndrain: 0s");
    let server = place.serve(&[("TOKEN", TOKEN)]).await;
    let ask = async |args: &[&str]| pelato(&server, TOKEN, args).await;
    let none = ask(&["runs"]).await;
    insta::assert_snapshot!(told(&server, &none, &[]), @"
    0
    there are no such runs
    ");

    let running = server.push(1).await;
    let json = |ran: &Output| serde_json::from_slice::<Value>(&ran.stdout).unwrap();
    eventually(async || json(&ask(&["runs", "--json"]).await)["runs"][0]["state"] == "running").await;
    let waiting = server.push(2).await;
    let ids = [running.as_str(), waiting.as_str()];
    let listed = ask(&["runs", "--repository", "ci/r"]).await;
    insta::assert_snapshot!(told(&server, &listed, &ids), @"
    0
    RUN                                   STATE    REPOSITORY  REF   COMMIT        ENVIRONMENT  CREATED
    [RUN-1]  queued   ci/r        main  000000000000  production   [TIME]
    [RUN-0]  running  ci/r        main  000000000000  production   [TIME]
    ");
    let listed = json(&ask(&["runs", "--state", "queued", "--json"]).await);
    assert_eq!(listed["runs"][0]["id"], waiting.as_str());
    assert_eq!(listed["next"], Value::Null);

    let now = ask(&["cancel", &waiting]).await;
    insta::assert_snapshot!(told(&server, &now, &ids), @"
    0
    the run [RUN-1] is cancelled
    ");
    let again = ask(&["cancel", &waiting]).await;
    insta::assert_snapshot!(told(&server, &again, &ids), @"
    1
    error: the run [RUN-1] is over and cannot be cancelled; `pelato runs` shows how it ended
    ");
    let asked = ask(&["cancel", &running, "--json"]).await;
    assert_eq!(json(&asked)["id"], running.as_str());
    eventually(async || json(&ask(&["runs", "--json"]).await)["runs"][1]["state"] == "cancelled").await;
    assert_eq!(ask(&["logs", &running]).await.status.code(), Some(0));
}

#[tokio::test]
async fn a_runner_that_refuses_or_is_not_there_is_said() {
    let place = Place::new("file:///no/such/repository.git", "api_token: { env: TOKEN }");
    let server = place.serve(&[("TOKEN", TOKEN)]).await;
    let mut said = String::new();
    for (token, args) in [
        ("wrong", &["runs"][..]),
        (TOKEN, &["logs", "no/../such"]),
        (TOKEN, &["cancel", "nothing"]),
        (TOKEN, &["runs", "--server", "ci.example.org"]),
        (TOKEN, &["runs", "--server", "http://127.0.0.1:9"]),
    ] {
        let ran = pelato(&server, token, args).await;
        said += &told(&server, &ran, &[]);
    }
    insta::assert_snapshot!(said, @"
    1
    error: the runner http://[SERVER]/ refuses: a token is needed; its token (`api_token`) goes into PELATO_API_TOKEN
    1
    error: the runner http://[SERVER]/ has no run no/../such; `pelato runs` lists what it has
    1
    error: the runner http://[SERVER]/ has no run nothing; `pelato runs` lists what it has
    2
    error: `ci.example.org` is no address of a runner; it is like https://ci.example.org (--server, PELATO_SERVER)
    1
    error: the runner http://127.0.0.1:9/ does not answer: Connection refused (os error 111); name another one with --server or PELATO_SERVER
    ");
}
