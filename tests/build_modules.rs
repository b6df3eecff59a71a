//! Modules of others: fetched in a step with a network, compiled in one without.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop here"
)]

mod tiny_task;

use std::net::IpAddr;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use pelato::build::{BuildError, Builder, Choice, Options, Parallel};
use pelato::generate::Sources;
use pelato::report::Reporter;
use tiny_task::docker::{build_one, containers, docker, engine};
use tiny_task::{Said, options, run, task};

const MODULE: &str = "module example.org/triple\n\ngo 1.26\n";
const CODE: &str = "package triple\n\nfunc Of(n uint32) uint32 { return 3 * n }\n";

/// A module proxy that knows one module. Listens where a container reaches it.
async fn proxy(address: IpAddr) -> String {
    let serve = |Path(path): Path<String>| async move {
        match path.as_str() {
            "example.org/triple/@v/v1.0.0.info" => Ok(br#"{"Version":"v1.0.0"}"#.to_vec()),
            "example.org/triple/@v/v1.0.0.mod" => Ok(MODULE.as_bytes().to_vec()),
            "example.org/triple/@v/v1.0.0.zip" => Ok(zip(&[("go.mod", MODULE), ("triple.go", CODE)])),
            _ => Err(StatusCode::NOT_FOUND),
        }
    };
    let app = Router::new().route("/{*path}", axum::routing::get(serve));
    let listener = tokio::net::TcpListener::bind((address, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

/// A zip of uncompressed files, named as Go wants a module's.
fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let name = format!("example.org/triple@v1.0.0/{name}");
        let size = u32::try_from(text.len()).unwrap().to_le_bytes();
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        common.extend(crc32(text.as_bytes()).to_le_bytes());
        common.extend([size, size].concat());
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0, 0]);
        let offset = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        bytes.extend([b"PK\x03\x04", common.as_slice(), name.as_bytes(), text.as_bytes()].concat());
        directory.extend(
            [
                b"PK\x01\x02\x14\0",
                common.as_slice(),
                &[0; 10],
                &offset,
                name.as_bytes(),
            ]
            .concat(),
        );
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let length = u32::try_from(directory.len()).unwrap().to_le_bytes();
    let start = u32::try_from(bytes.len()).unwrap().to_le_bytes();
    bytes.extend(directory);
    bytes.extend(
        [
            b"PK\x05\x06\0\0\0\0".as_slice(),
            &count,
            &count,
            &length,
            &start,
            &[0, 0],
        ]
        .concat(),
    );
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| {
        if crc & 1 == 1 {
            (crc >> 1) ^ 0xedb8_8320
        } else {
            crc >> 1
        }
    };
    !bytes
        .iter()
        .fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

fn triples() -> Sources {
    let code = "package main\n\nimport \"example.org/triple\"\n\nfunc twice(n uint32) uint32 { return triple.Of(n) }\n";
    let mut task = task("triples", code);
    let go_mod = "module task\n\ngo 1.26\n\nrequire example.org/triple v1.0.0\n";
    task.files.insert("go.mod".to_owned(), go_mod.as_bytes().to_vec());
    task
}

/// The address of this machine that a container of the default network reaches.
async fn gateway() -> IpAddr {
    let network = engine().await.inspect_network("bridge", None).await.unwrap();
    let config = network.ipam.unwrap().config.unwrap().remove(0);
    // An engine that was never restarted names the subnet only; it takes the first address.
    let subnet = || Some(config.subnet.as_ref()?.split('/').next()?.replace(".0.0", ".0.1"));
    let gateway = config.gateway.clone().or_else(subnet);
    gateway.unwrap().parse().unwrap()
}

async fn in_docker() -> Builder {
    let proxy = proxy(gateway().await).await;
    docker(Options {
        proxy,
        no_sum_db: Some("example.org".to_owned()),
        ..options()
    })
    .await
}

#[tokio::test]
async fn in_docker_a_required_module_is_fetched_and_compiled() {
    let (reporter, said) = Said::reporter();
    let run = run("modules");
    let component = build_one(&in_docker().await, &run, triples(), &reporter).await;
    component.unwrap_or_else(|error| panic!("{error}\n{:?}", said.lines(Some("triples"))));
    assert!(containers(&run).await.is_empty());
}

#[tokio::test]
async fn with_this_machines_go_as_well() {
    let cache = tempfile::tempdir().unwrap();
    let proxy = proxy([127, 0, 0, 1].into()).await;
    let options = Options {
        proxy,
        no_sum_db: Some("example.org".to_owned()),
        cache: cache.path().to_owned(),
        ..options()
    };
    let builder = Builder::choose(Choice::Local, Parallel::One, options, &Reporter::default())
        .await
        .unwrap();
    build_one(&builder, "modules", triples(), &Reporter::default())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_go_sum_is_binding() {
    let mut task = triples();
    let wrong = "example.org/triple v1.0.0 h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\
        example.org/triple v1.0.0/go.mod h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    task.files.insert("go.sum".to_owned(), wrong.as_bytes().to_vec());
    let error = build_one(&in_docker().await, &run("sum"), task, &Reporter::default())
        .await
        .unwrap_err();
    assert!(matches!(error, BuildError::Modules { .. }), "{error}");
    assert!(error.to_string().contains("checksum mismatch"), "{error}");
}

#[tokio::test]
async fn a_module_that_the_proxy_lacks_is_named_and_nothing_else_is_asked() {
    let mut task = triples();
    let go_mod = "module task\n\ngo 1.26\n\nrequire example.org/nowhere v1.0.0\n";
    task.files.insert("go.mod".to_owned(), go_mod.as_bytes().to_vec());
    let error = build_one(&in_docker().await, &run("lacks"), task, &Reporter::default())
        .await
        .unwrap_err();
    assert!(matches!(error, BuildError::Modules { .. }), "{error}");
    assert!(error.summary().contains("example.org/nowhere@v1.0.0"), "{error}");
}
