//! What is said of each package of the standard library that a component cannot use whole.

use super::check;

#[test]
fn packages_that_a_component_cannot_use() {
    let packages = [
        "C",
        "syscall/js",
        "runtime/cgo",
        "net/http",
        "net/http/httputil",
        "net/http/httptest",
        "net",
        "net/rpc",
        "net/rpc/jsonrpc",
        "net/smtp",
        "crypto/tls",
        "log/syslog",
        "database/sql",
        "os/exec",
        "os/signal",
        "os/user",
        "plugin",
    ];
    let lines: Vec<String> = packages.iter().map(|package| line(package)).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    error: `C` cannot be part of a component: no C is compiled, and Go leaves out a file that imports it; write it in Go, or take a module without cgo
    error: `syscall/js` cannot be part of a component: it is for browsers: Go has it for `js/wasm` only; take what is wanted as the function's argument, and return what is to happen
    error: `runtime/cgo` cannot be part of a component: no C is compiled; take it out
    warning: `net/http` does not work in a component: a component has no sockets: what dials or listens fails when it runs; what calls the function is Pelato's; for HTTP in, take the template `http_producer_nats`; have what is to be fetched sent as messages
    warning: `net/http/httputil` does not work in a component: a component has no sockets: what dials or listens fails when it runs; what calls the function is Pelato's; for HTTP in, take the template `http_producer_nats`; have what is to be fetched sent as messages
    warning: `net/http/httptest` does not work in a component: a component has no sockets: what dials or listens fails when it runs; what calls the function is Pelato's; for HTTP in, take the template `http_producer_nats`; have what is to be fetched sent as messages
    warning: `net` does not work in a component: a component has no sockets: what dials or listens fails when it runs; return what is to be sent: the template publishes it
    warning: `net/rpc` does not work in a component: a component has no sockets: what dials or listens fails when it runs; return what is to be sent: the template publishes it
    warning: `net/rpc/jsonrpc` does not work in a component: a component has no sockets: what dials or listens fails when it runs; return what is to be sent: the template publishes it
    warning: `net/smtp` does not work in a component: a component has no sockets: what dials or listens fails when it runs; return what is to be sent: the template publishes it
    warning: `crypto/tls` does not work in a component: a component has no sockets: what dials or listens fails when it runs; return what is to be sent: the template publishes it
    warning: `log/syslog` does not work in a component: a component has no sockets: what dials or listens fails when it runs; return what is to be sent: the template publishes it
    warning: `database/sql` does not work in a component: its drivers need sockets, and a component has none; for PostgreSQL, take the template `nats_to_sql`
    warning: `os/exec` does not work in a component: a component cannot start processes: it fails when it runs; do it in Go, or in another service
    warning: `os/signal` does not work in a component: a component gets no signals; take it out: an instance lives for a message
    warning: `os/user` does not work in a component: a component runs as no user; take it out
    warning: `plugin` does not work in a component: a component loads no plugins: it fails when it runs; import the package itself
    ");
}

/// What is said of a task that imports this, and nothing else.
fn line(package: &str) -> String {
    let text =
        format!("package main\n\nimport _ \"{package}\"\n\nfunc exec_task(arg string) string {{ return arg }}\n");
    let all = match check(&["a.go"], &[("a.go", &text)]) {
        Ok(read) => read.notes,
        Err(wrong) => wrong,
    };
    let [one] = all.as_slice() else {
        panic!("{package}: {all:?}")
    };
    let [item] = one.items.as_slice() else {
        panic!("{package}: {one}")
    };
    assert_eq!(item.rule, "go-import");
    let severity = item.severity.name();
    format!(
        "{severity}: {}: {}; {}",
        item.title,
        item.label,
        item.help.as_deref().unwrap()
    )
}

#[test]
fn what_works_is_left_in_peace() {
    for package in [
        "os",
        "time",
        "regexp",
        "net/url",
        "net/netip",
        "crypto/sha256",
        "encoding/json",
        "sync",
        "embed",
    ] {
        let text =
            format!("package main\n\nimport _ \"{package}\"\n\nfunc exec_task(arg string) string {{ return arg }}\n");
        let read = check(&["a.go"], &[("a.go", &text)]).unwrap();
        assert_eq!(read.notes, [], "{package}");
    }
}
