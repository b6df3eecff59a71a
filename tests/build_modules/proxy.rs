//! A module proxy of one module.

#![allow(dead_code, reason = "each test file takes what it needs")]

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse;

pub(crate) const MODULE: &str = "module example.org/triple\n\ngo 1.26\n";
pub(crate) const CODE: &str = "package triple\n\nfunc Of(n uint32) uint32 { return 3 * n }\n";

/// A module proxy that knows one module. Listens where a container reaches it.
pub(crate) async fn proxy(address: IpAddr) -> String {
    counting_proxy(address).await.0
}

/// The same, and what it was asked for.
pub(crate) async fn counting_proxy(address: IpAddr) -> (String, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let asking = Arc::clone(&asked);
    let serve = move |Path(path): Path<String>| {
        asking.lock().unwrap().push(path.clone());
        let answer = match path.as_str() {
            "example.org/triple/@v/v1.0.0.info" => Ok(br#"{"Version":"v1.0.0"}"#.to_vec()),
            "example.org/triple/@v/v1.0.0.mod" => Ok(MODULE.as_bytes().to_vec()),
            "example.org/triple/@v/v1.0.0.zip" => Ok(zip(&[("go.mod", MODULE), ("triple.go", CODE)])),
            _ => Err(StatusCode::NOT_FOUND),
        };
        std::future::ready(answer)
    };
    (serving(address, serve).await, asked)
}

/// A server that answers as it is told.
pub(crate) async fn serving<A, F>(address: IpAddr, answer: A) -> String
where
    A: Fn(Path<String>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output: IntoResponse> + Send + 'static,
{
    let app = Router::new().route("/{*path}", axum::routing::get(answer));
    let listener = tokio::net::TcpListener::bind((address, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

/// A zip of uncompressed files, named as Go wants a module's.
fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let entries = files.iter().map(|(name, text)| Entry {
        name: format!("{FOLDER}/{name}"),
        bytes: text.as_bytes().to_vec(),
        ..Entry::default()
    });
    zipped(&entries.collect::<Vec<_>>())
}

/// What begins the name of each file in the module's zip.
pub(crate) const FOLDER: &str = "example.org/triple@v1.0.0";

/// One file of a zip, as its author wants it to be seen.
#[derive(Default)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// As they stand in the zip.
    pub(crate) bytes: Vec<u8>,
    /// How long they say they are unpacked, where they are packed.
    pub(crate) unpacked: Option<u32>,
    /// `st_mode` on Unix, where it is no plain file.
    pub(crate) mode: u32,
}

/// A zip of these files.
pub(crate) fn zipped(files: &[Entry]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for entry in files {
        let name = entry.name.as_bytes();
        let size = u32::try_from(entry.bytes.len()).unwrap();
        let method = if entry.unpacked.is_some() { 8 } else { 0 };
        let mut common = vec![20, 0, 0, 0, method, 0, 0, 0, 0x21, 0];
        // What is packed has none: Go takes that for not set.
        let sum = if entry.unpacked.is_some() {
            0
        } else {
            crc32(&entry.bytes)
        };
        common.extend(sum.to_le_bytes());
        common.extend(size.to_le_bytes());
        common.extend(entry.unpacked.unwrap_or(size).to_le_bytes());
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0, 0]);
        let offset = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        bytes.extend([b"PK\x03\x04", common.as_slice(), name, &entry.bytes].concat());
        let mode = (entry.mode << 16).to_le_bytes();
        // Made on Unix: the mode counts.
        directory.extend([b"PK\x01\x02\x14\x03", common.as_slice(), &[0; 6], &mode, &offset, name].concat());
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

/// Zeros packed as Deflate packs them best: one, then 258 times the byte before, again and
/// again. 13 bits for 258 bytes. And how many there are, unpacked.
pub(crate) fn packed_zeros(bytes: u32) -> (Vec<u8>, u32) {
    let mut bits = Bits::default();
    // The last block, with Deflate's own codes.
    bits.push(0b1, 1);
    bits.push(0b01, 2);
    bits.push(0b0000_1100, 8);
    for _ in 0..bytes / 258 {
        bits.push(0b1010_0011, 8);
        bits.push(0, 5);
    }
    bits.push(0, 7);
    bits.push(0, 7);
    (bits.bytes, bytes / 258 * 258 + 1)
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    waiting: u32,
    count: u32,
}

impl Bits {
    /// The lowest of these bits first.
    fn push(&mut self, bits: u32, count: u32) {
        self.waiting |= bits << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.waiting.to_le_bytes()[0]);
            self.waiting >>= 8;
            self.count -= 8;
        }
    }
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
