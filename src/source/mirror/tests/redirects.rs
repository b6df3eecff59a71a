//! A forge that sends its caller elsewhere.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use super::super::{Mirror, Remote};

/// Answers every request of a host in this way, and remembers what it was sent.
fn host(name: &str, answer: impl Fn(&str) -> String + Send + 'static) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind((name, 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let seeing = Arc::clone(&seen);
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut asked = Vec::new();
            let mut reader = BufReader::new(connection.try_clone().unwrap());
            while reader.read_until(b'\n', &mut asked).unwrap_or(0) > 2 {}
            let asked = String::from_utf8_lossy(&asked).into_owned();
            let answered = answer(&asked);
            seeing.lock().unwrap().push(asked);
            let _ = connection.write_all(answered.as_bytes());
        }
    });
    (address, seen)
}

#[test]
fn credentials_never_follow_to_another_host() {
    let (elsewhere, got) = host("127.0.0.2", |_| {
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".into()
    });
    // At once, and once the credentials were asked for and given.
    for first_asks in [false, true] {
        let to = elsewhere.clone();
        let (address, asked) = host("127.0.0.1", move |asked| {
            match first_asks && !asked.contains("uthorization: Basic") {
            true => "HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic realm=\"git\"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".into(),
            false => format!("HTTP/1.1 302 Found\r\nlocation: http://{to}/x.git/info/refs?service=git-upload-pack\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
        }
        });
        let folder = tempfile::tempdir().unwrap();
        let remote = Remote {
            url: format!("http://{address}/x.git"),
            token: Some("hunter22".to_owned().into()),
        };
        let error = Mirror::open(folder.path(), remote)
            .unwrap()
            .fetch_head("main")
            .unwrap_err();
        assert!(!error.to_string().contains("hunter22"), "{error}");
        let asked = asked.lock().unwrap().len();
        assert!(asked > usize::from(first_asks), "{asked}");
    }
    assert_eq!(*got.lock().unwrap(), Vec::<String>::new());
}
