//! Packages of Go's standard library that a component cannot use, or not all of.

use crate::document::Severity;

/// What becomes of an import.
pub(super) struct Trouble {
    pub(super) severity: Severity,
    /// Why.
    pub(super) reason: &'static str,
    /// What to do.
    pub(super) instead: &'static str,
}

const SOCKETS: &str = "a component has no sockets: what dials or listens fails when it runs";
const PROCESSES: &str = "a component cannot start processes: it fails when it runs";

/// What is the matter with importing a package, if anything is. An error where the
/// build is sure to fail, a warning where the call is. A package that only has types
/// and parsers beside that (`net.ParseIP`, `http.StatusText`) works so far.
pub(super) fn trouble(package: &str) -> Option<Trouble> {
    let (severity, reason, instead) = match package {
        "C" => (
            Severity::Error,
            "no C is compiled, and Go leaves out a file that imports it",
            "write it in Go, or take a module without cgo",
        ),
        "syscall/js" => (
            Severity::Error,
            "it is for browsers: Go has it for `js/wasm` only",
            "take what is wanted as the function's argument, and return what is to happen",
        ),
        "runtime/cgo" => (Severity::Error, "no C is compiled", "take it out"),
        "net/http" | "net/http/httputil" | "net/http/httptest" => (
            Severity::Warning,
            SOCKETS,
            "what calls the function is Pelato's; for HTTP in, take the template `http_producer_nats`; \
             have what is to be fetched sent as messages",
        ),
        "net" | "net/rpc" | "net/rpc/jsonrpc" | "net/smtp" | "crypto/tls" | "log/syslog" => (
            Severity::Warning,
            SOCKETS,
            "return what is to be sent: the template publishes it",
        ),
        "database/sql" => (
            Severity::Warning,
            "its drivers need sockets, and a component has none",
            "for PostgreSQL, take the template `nats_to_sql`",
        ),
        "os/exec" => (Severity::Warning, PROCESSES, "do it in Go, or in another service"),
        "os/signal" => (
            Severity::Warning,
            "a component gets no signals",
            "take it out: an instance lives for a message",
        ),
        "os/user" => (Severity::Warning, "a component runs as no user", "take it out"),
        "plugin" => (
            Severity::Warning,
            "a component loads no plugins: it fails when it runs",
            "import the package itself",
        ),
        _ => return None,
    };
    Some(Trouble {
        severity,
        reason,
        instead,
    })
}
