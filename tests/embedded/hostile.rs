//! What hostile code asks of the host beside its own memory and time is bounded.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pelato::runtime::{Bus, Compiler, Event, Host, Limits, Message, Observer, Options, Runtime, RuntimeError, Task};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

use crate::component::component;

const CODE: &str = r#"package main

import (
	"strconv"
	"strings"
)

//go:wasmimport wasi:http/types@0.2.0 [constructor]fields
func fields() int32

//go:wasmimport wasmcloud:messaging/consumer@0.2.0 publish
func publish(subject, body string, hasReplyTo uint32, replyTo string, result *[3]uint32)

//go:wasmimport wasi:logging/logging@0.1.0-draft log
func log(level uint32, context, message string)

var result [3]uint32

func exec_task(arg string) string {
	switch arg {
	case "handles":
		for {
			fields()
		}
	case "lines":
		for i := range 100_000 {
			println("line", i)
		}
	case "long line":
		print(strings.Repeat("x", 10<<20))
	case "log":
		text := strings.Repeat("y", 10<<20)
		for range 20 {
			log(2, "", text)
		}
	case "publish":
		refused := 0
		body := strings.Repeat("z", 1<<20)
		for range 200 {
			publish("flood", body, 0, "", &result)
			if uint8(result[0]) != 0 {
				refused++
			}
		}
		return strconv.Itoa(refused) + " refused"
	case "inject":
		publish("flood", "", 1, "x 0\r\n\r\nPUB stolen 2\r\nhi", &result)
		return strconv.Itoa(int(uint8(result[0]))) + " refused"
	}
	return arg
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_an_instance_asks_of_the_host_is_bounded() {
    let wasm = component("http_producer_nats", CODE).await;
    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&events);
    let observer = Observer::new(move |event| heard.lock().unwrap().push(event));
    let host = Host::new(Bus::memory(1 << 20), observer);
    host.put(task(&wasm).await).await.unwrap();
    let mut out = host.bus().subscribe("out", None).await.unwrap();
    let mut flood = host.bus().subscribe("flood", None).await.unwrap();
    let mut answers = Vec::new();
    for asked in ["handles", "lines", "long line", "log", "publish", "inject"] {
        host.bus().publish(Message::new("in", asked)).await.unwrap();
        until(|| {
            events
                .lock()
                .unwrap()
                .iter()
                .any(|event| matches!(event, Event::Handled { .. }))
        })
        .await;
        let events = std::mem::take(&mut *events.lock().unwrap());
        let said: Vec<&str> = events.iter().filter_map(logged).collect();
        let length: usize = said.iter().map(|said| said.len()).sum();
        assert!(length <= 1 << 20, "{asked}: {length} bytes said");
        let end = events.iter().find_map(failure).unwrap_or("handled");
        let line = format!(
            "{asked}: {end}; {} lines, the last: {:.80}",
            said.len(),
            said.last().unwrap_or(&"")
        );
        answers.push(line);
    }
    insta::assert_snapshot!(answers.join("\n"), @"
    handles: the task's instance ended: resource table has no free keys; 0 lines, the last: 
    lines: handled; 14321 lines, the last: it says more than 1024 KiB for one message: the rest is left out
    long line: handled; 1 lines, the last: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    log: handled; 20 lines, the last: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy
    publish: handled; 0 lines, the last: 
    inject: handled; 0 lines, the last:
    ");
    let mut published = Vec::new();
    for _ in 0..5 {
        let body = out.next().await.unwrap().body;
        published.push(String::from_utf8_lossy(&body).into_owned());
    }
    assert_eq!(published, ["lines", "long line", "log", "0 refused", "1 refused"]);
    // Who does not listen loses messages; what waits for it has an end.
    assert_eq!(flood.dropped(), 200 - 64);
    flood.next().await.unwrap();
}

fn logged(event: &Event) -> Option<&str> {
    match event {
        Event::Logged { text, .. } => Some(text),
        _ => None,
    }
}

fn failure(event: &Event) -> Option<&str> {
    match event {
        Event::Handled { error, .. } => error.as_deref(),
        _ => None,
    }
}

async fn until(ready: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !ready() {
        assert!(Instant::now() < end, "not in time");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn task(wasm: &[u8]) -> Task {
    Task {
        name: "hostile-edge".into(),
        component_name: "hostile".into(),
        code: runtime().load(wasm.to_vec()).await.unwrap(),
        config: [("dest_topic".to_owned(), "out".to_owned())].into(),
        subscriptions: vec![("in".into(), None)],
        address: None,
        request_limit: Duration::from_secs(5),
        instances: 1,
        stores: Default::default(),
    }
}

fn runtime() -> Runtime {
    let options = Options {
        compiler: Compiler::Quick,
        limits: Limits {
            time: Duration::from_secs(60),
            ..Limits::default()
        },
        cache: None,
    };
    Runtime::new(&options).unwrap()
}

#[tokio::test]
async fn a_table_past_the_limit_is_not_loaded() {
    let runtime = runtime();
    // One table of function references: 15,000 elements are what wasmCloud allows.
    runtime.load(with_a_table_of(15_000)).await.unwrap();
    let refused = runtime.load(with_a_table_of(15_001)).await.unwrap_err();
    assert!(matches!(refused, RuntimeError::Component(_)));
    insta::assert_snapshot!(refused, @"the component cannot be loaded: module table does not fit in pooling allocator requirements: table index 0 has a minimum element size of 15001 which exceeds the limit of 15000");
}

/// A component with a table and one empty function.
fn with_a_table_of(elements: u16) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let wit = "package test:table;\nworld large { export nothing: func(); }";
    let package = resolve.push_str("table.wit", wit).unwrap();
    let world = resolve.select_world(&[package], Some("large")).unwrap();
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    module.extend(b"\x01\x04\x01\x60\0\0"); // a type: () -> ()
    module.extend(b"\x03\x02\x01\0"); // a function of it
    module.extend([4, 6, 1, 0x70, 0]); // a table
    module.extend([
        elements as u8 & 0x7f | 0x80,
        (elements >> 7) as u8 & 0x7f | 0x80,
        (elements >> 14) as u8,
    ]);
    module.extend(b"\x07\x0b\x01\x07nothing\0\0"); // its export
    module.extend(b"\x0a\x04\x01\x02\0\x0b"); // its empty body
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}
