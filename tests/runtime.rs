//! The embedded host with a real component.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

mod component;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use component::component;
use pelato::runtime::{Bus, Compiler, Event, Host, Limits, Message, Observer, Options, Runtime, Task};

const CODE: &str = r#"package main

import "strings"

func exec_task(arg string) string {
	switch arg {
	case "panic":
		panic("no good")
	case "loop":
		for {
		}
	case "exit":
		var m map[string]int
		go func() { m["a"] = 1 }()
		select {}
	case "hog":
		all := [][]byte{}
		for {
			all = append(all, make([]byte, 1<<20))
		}
	}
	return strings.ToUpper(arg)
}
"#;

fn task(code: pelato::runtime::Code) -> Task {
    Task {
        name: "convert-edge".into(),
        component_name: "convert".into(),
        code,
        config: [("dest_topic".to_owned(), "out".to_owned())].into(),
        stores: Default::default(),
        subscriptions: vec![("in".into(), Some("convert".into()))],
        address: None,
        request_limit: Duration::from_secs(5),
        instances: 100,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_message_does_concerns_no_other() {
    let wasm = component("processor_nats", CODE).await;
    for compiler in [Compiler::Quick, Compiler::Thorough] {
        let runtime = Runtime::new(&Options {
            compiler,
            limits: Limits {
                time: Duration::from_secs(1),
                ..Limits::default()
            },
            cache: None,
        });
        let code = runtime.unwrap().load(wasm.clone()).await.unwrap();
        let events = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&events);
        let observer = Observer::new(move |event| heard.lock().unwrap().push(event));
        let host = Host::new(Bus::memory(1 << 20), observer);
        host.put(task(code)).await.unwrap();
        let mut out = host.bus().subscribe("out", None).await.unwrap();
        for body in ["panic", "exit", "hog", "loop", "two"] {
            host.bus().publish(Message::new("in", body)).await.unwrap();
        }
        assert_eq!(out.next().await.unwrap().body, "TWO");
        assert!(host.take("convert-edge").await);

        let mut failures: Vec<String> = events.lock().unwrap().iter().filter_map(failure).collect();
        failures.sort();
        insta::allow_duplicates! {
            insta::assert_snapshot!(failures.join("\n"), @"
            task failed: panic: no good
            the task took longer than 1 s
            the task's instance ended: fatal error: out of memory
            the task's instance ended: panic: assignment to entry in nil map
            ");
        }
    }
}

fn failure(event: &Event) -> Option<String> {
    match event {
        Event::Handled { error, .. } => error.clone(),
        _ => None,
    }
}
