//! Messages go on while targets are rolled: a real task, from its Go to its
//! answers.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt;
use lattice_harness::{Lattice as Real, Options};
use pelato::generate::{self, Placement, Providers, Templates};
use pelato::report::TargetState;
use pelato::workflow::Task;

use super::application::{owner, publish};
use super::{connect, deploy};
use crate::component::component;

fn task() -> Task {
    Task {
        name: "Mark".into(),
        component_name: "mark".into(),
        template: "processor_nats".into(),
        code: "mark.go".into(),
        targets: vec!["edge".into(), "cloud".into()],
        source_topic: Some("mark.in".into()),
        dest_topic: Some("mark.out".into()),
        version: "1.0.0".into(),
        address: None,
        instances: None,
        placement: Default::default(),
        extra: Default::default(),
    }
}

/// A component that puts `mark` before what it gets.
async fn marking(mark: &str) -> Vec<u8> {
    let code = format!("package main\n\nfunc exec_task(arg string) string {{ return \"{mark}\" + arg }}\n");
    component("processor_nats", &code).await
}

/// Deploys to both targets, one after the other.
async fn roll_out(real: &Real, mark: &str) {
    let lattice = connect(real).await;
    let image = publish(real, "mark", mark, marking(mark).await).await;
    let providers = Providers {
        messaging: real.messaging_provider().to_owned(),
        ..Providers::external()
    };
    for target in task().targets {
        let placement = Placement {
            target: &target,
            image: &image,
            environment: "default",
            providers: &providers,
            nats: &real.nats(),
            sql: None,
            agent: false,
            owner: &owner(),
        };
        let manifest = generate::manifest(&task(), &placement, "sha256:00", "", &Templates::builtin().unwrap());
        assert_eq!(deploy(&lattice, &manifest.unwrap()).await.state, TargetState::Running);
    }
}

#[tokio::test]
async fn messages_go_on_while_targets_are_rolled() {
    let options = Options {
        cleanup_interval: Duration::from_secs(30),
        ..Options::default()
    };
    let real = Real::start(options).await.unwrap();
    let client = async_nats::connect(real.nats()).await.unwrap();
    let mut answers = client.subscribe("mark.out").await.unwrap();
    roll_out(&real, "old ").await;

    let (count, mut counted) = tokio::sync::watch::channel(0_usize);
    let sending = tokio::spawn(async move {
        let mut pace = tokio::time::interval(Duration::from_millis(20));
        loop {
            pace.tick().await;
            let number = count.borrow().to_string();
            client.publish("mark.in", number.into()).await.unwrap();
            count.send_modify(|count| *count += 1);
        }
    });
    roll_out(&real, "new ").await;
    let at_the_end = *counted.borrow();
    let sent = *counted.wait_for(|count| *count >= at_the_end + 100).await.unwrap();
    sending.abort();

    let (mut seen, mut twice, mut newest) = (BTreeSet::new(), 0, String::new());
    while let Ok(Some(answer)) = tokio::time::timeout(Duration::from_secs(3), answers.next()).await {
        let text = String::from_utf8_lossy(&answer.payload).into_owned();
        let number: usize = text.rsplit(' ').next().unwrap().parse().unwrap();
        twice += usize::from(!seen.insert(number));
        newest = text;
    }
    let lost = (0..sent).filter(|number| !seen.contains(number)).count();
    println!("{sent} sent, {lost} lost, {twice} twice, the newest: {newest}");
    // A gap would be some hundred. What a provider holds in the very moment
    // when it is stopped is beyond us.
    assert!(lost <= 3, "{lost} of {sent} lost");
    assert_eq!(twice, 0);
    assert!(newest.starts_with("new "), "{newest}");
}
