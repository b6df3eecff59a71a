//! A module proxy of one module.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;

const MODULE: &str = "module example.org/triple\n\ngo 1.26\n";
const CODE: &str = "package triple\n\nfunc Of(n uint32) uint32 { return 3 * n }\n";

/// A module proxy that knows one module. Listens where a container reaches it.
pub(crate) async fn proxy(address: IpAddr) -> String {
    counting_proxy(address).await.0
}

/// The same, and what it was asked for.
pub(crate) async fn counting_proxy(address: IpAddr) -> (String, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let asking = Arc::clone(&asked);
    let serve = move |Path(path): Path<String>| async move {
        asking.lock().unwrap().push(path.clone());
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
    (url, asked)
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
