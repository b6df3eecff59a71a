//! SIGKILL in the middle of a burst.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use pelato::queue::Queue;

use crate::process::{Place, Server, eventually, webhook};

/// Sends pushes from many sides until the runner is gone: the ids that it answered.
async fn burst(server: Server, from: usize) -> BTreeSet<String> {
    let answered = Arc::new(Mutex::new(BTreeSet::new()));
    let senders: Vec<_> = (0..16)
        .map(|sender| {
            let (url, answered) = (server.url.clone(), Arc::clone(&answered));
            tokio::spawn(async move {
                let client = reqwest::Client::new();
                for commit in 0.. {
                    let webhook = webhook(from + sender + commit * 16, "main");
                    let mut request = client.post(format!("{url}/webhooks/github"));
                    for (name, value) in webhook.headers() {
                        request = request.header(name, value);
                    }
                    let Ok(answer) = request.body(webhook.body).send().await else {
                        return;
                    };
                    assert_eq!(answer.status().as_u16(), 202);
                    // The answer may break off with the runner.
                    let Ok(answer) = answer.json::<serde_json::Value>().await else {
                        return;
                    };
                    answered
                        .lock()
                        .unwrap()
                        .insert(answer["run"].as_str().unwrap().to_owned());
                }
            })
        })
        .collect();
    eventually(async || answered.lock().unwrap().len() >= 200).await;
    server.kill().await;
    for sender in senders {
        sender.await.unwrap();
    }
    Arc::try_unwrap(answered).unwrap().into_inner().unwrap()
}

#[tokio::test]
async fn what_was_answered_202_is_on_the_disk_and_ends_once() {
    let place = Place::new("file:///no/such/repository.git", "");
    let mut answered = BTreeSet::new();
    for round in 0..3 {
        let before = answered.len();
        answered.extend(burst(place.serve(&[]).await, round * 1_000_000).await);
        assert!(answered.len() >= before + 200, "no id is given twice");
    }
    // The next runner has all of them, and works off what waits.
    let server = place.serve(&[]).await;
    let store = place.store().await;
    for run in &answered {
        assert!(
            store.run(run).await.unwrap().is_some(),
            "{run} was answered and is lost"
        );
    }
    eventually(async || {
        let mut open = 0;
        for run in &answered {
            open += usize::from(!store.run(run).await.unwrap().unwrap().state.is_final());
        }
        open == 0
    })
    .await;
    drop(server);
}
