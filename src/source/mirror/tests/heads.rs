//! Heads that are asked for.

use super::*;

#[test]
fn heads_are_asked_for_without_fetching_and_a_message_with_it() {
    let forge = Forge::new();
    let mirror = forge.mirror();
    let ask = || mirror.heads(["main", "gone"].into_iter()).unwrap();
    assert!(ask().is_empty(), "nothing was pushed yet");
    forge.write("workflow.yaml", "a: 1\n");
    let first = forge.push().to_string();
    assert_eq!(ask(), [("main".to_owned(), first.clone())].into());
    assert_eq!(packed(&forge), (0, 0));
    assert_eq!(mirror.message("main", &first).unwrap().as_deref(), Some("x\n"));
    assert_eq!(packed(&forge), (3, 1));
    // What a run then fetches is here.
    assert_eq!(mirror.fetch("main").unwrap(), first);
    assert_eq!(packed(&forge), (3, 1));
    // The branch went elsewhere before anybody asked.
    let moved = mirror.message("main", &"1".repeat(40)).unwrap();
    assert_eq!(moved, None);
}

/// The token goes to the address of `runner.yaml` and nowhere else.
#[test]
fn a_question_for_heads_follows_no_redirect() {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let there = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/x.git", there.local_addr().unwrap());
    let location = format!(
        "http://localhost:{}/x.git/info/refs?service=git-upload-pack",
        elsewhere.local_addr().unwrap().port()
    );
    let serving = std::thread::spawn(move || {
        let (mut asked, _) = there.accept().unwrap();
        let _ = asked.read(&mut [0; 4096]);
        let answer = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        asked.write_all(answer.as_bytes()).unwrap();
    });
    let dir = tempfile::tempdir().unwrap();
    let remote = Remote {
        url,
        token: Some("a-token".into()),
    };
    let mirror = Mirror::open(dir.path(), remote).unwrap();
    mirror.heads(["main"].into_iter()).unwrap_err();
    serving.join().unwrap();
    assert!(elsewhere.accept().is_err(), "nobody came");
}
