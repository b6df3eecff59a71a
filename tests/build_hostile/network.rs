//! What a program in a step reaches: nothing, but the proxy while modules are fetched.

use std::net::SocketAddr;
use std::os::linux::net::SocketAddrExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pelato::build::BuildError;
use tokio::net::TcpListener;

use crate::place::{builder, lines_of};
use crate::tiny_task::docker::{build_one, gateway};
use crate::tiny_task::{Said, pairs, run, task};

/// Listens, and counts who comes.
async fn listener(address: SocketAddr) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(address).await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    (address, count)
}

#[tokio::test]
async fn sees_a_network_only_while_modules_are_fetched() {
    let (reporter, said) = Said::reporter();
    let mut task = task(
        "double",
        "echo $1=$(ls /sys/class/net | tr '\\n' ' ') ; echo $1_proxy=$GOPROXY; [ $1 = mod ]\n",
    );
    task.files.insert(
        "go.mod".to_owned(),
        b"module task\n\ngo 1.26\n\nrequire example.org/m v1.0.0\n".to_vec(),
    );
    let builder = builder(|options| options.proxy = "https://go.example.org".to_owned()).await;
    let answer = build_one(&builder, &run("network"), task, &reporter).await;
    assert!(matches!(answer, Err(BuildError::Compile { .. })));
    let found = pairs(&said.lines(Some("double")));
    assert_eq!(found["mod"].trim(), "eth0 lo");
    assert_eq!(found["mod_proxy"], "https://go.example.org");
    assert_eq!(found["build"].trim(), "lo");
    assert_eq!(found["build_proxy"], "off");
}

#[tokio::test]
async fn reaches_neither_this_machine_nor_any_other() {
    let (bridge, of_the_bridge) = listener((gateway().await, 0).into()).await;
    let (everywhere, of_all) = listener(([0, 0, 0, 0], 0).into()).await;
    // A socket of this machine that has a name and no file.
    let name = format!("pelato-test-{}", std::process::id());
    let abstracted = std::os::unix::net::SocketAddr::from_abstract_name(&name).unwrap();
    let _listening = std::os::unix::net::UnixListener::bind_addr(&abstracted).unwrap();
    let script = format!(
        "try() {{ if timeout 5 bash -c \"exec 3<>/dev/tcp/$1/$2\" 2>/dev/null; then echo \"reached=$1:$2\"; else echo \"refused_$3=1\"; fi; }}\n\
         try {ip} {port} bridge\n\
         try {ip} {all} listener\n\
         try 127.0.0.1 {all} loopback\n\
         try 169.254.169.254 80 metadata\n\
         try 1.1.1.1 53 internet\n\
         try {ip} 2375 engine\n\
         perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) or die; connect(S, pack_sockaddr_un(\"\\0{name}\")) or die' 2>/dev/null && echo reached=abstract\n\
         timeout 5 getent hosts example.org > /dev/null && echo reached=names\n\
         perl -MSocket -e 'socket(S, AF_INET, SOCK_RAW, 1) or die' 2>/dev/null && echo reached=raw\n\
         perl -MSocket -e 'socket(S, AF_INET, SOCK_DGRAM, 0) or die; send(S, \"x\", 0, pack_sockaddr_in(53, inet_aton(\"{ip}\"))) or die' 2>/dev/null && echo reached=datagrams\n\
         echo routes=$(tail -n +2 /proc/net/route | wc -l)\n\
         exit 1\n",
        ip = bridge.ip(),
        port = bridge.port(),
        all = everywhere.port(),
    );
    let (lines, _) = lines_of("calls", &script, |_| {}).await;
    let found = pairs(&lines);
    assert_eq!(found.get("reached"), None, "{lines:?}");
    assert_eq!(found["routes"], "0", "{lines:?}");
    let refused = found.keys().filter(|name| name.starts_with("refused_")).count();
    assert_eq!(refused, 6, "{lines:?}");
    assert_eq!(of_the_bridge.load(Ordering::Relaxed), 0);
    assert_eq!(of_all.load(Ordering::Relaxed), 0);
}
