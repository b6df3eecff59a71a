//! The rules that findings name, as data: SARIF lists them, and the documentation's
//! table is held against them.

/// A rule that a document can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its stable name.
    pub name: &'static str,
    /// What it finds.
    pub finds: &'static str,
}

const fn rule(name: &'static str, finds: &'static str) -> Rule {
    Rule { name, finds }
}

/// Every rule of every document, by name. A finding that names none of them fails a
/// test.
pub const RULES: [Rule; 49] = [
    rule(
        "address-taken",
        "two HTTP tasks that would listen on one address of one host",
    ),
    rule("alias", "an older name, which is still read"),
    rule("block", "a block of a template's that is not taken"),
    rule(
        "call",
        "an expression of a template's that calls what is not there, or wrongly",
    ),
    rule("cases", "a file of cases whose task is not there, or is never run"),
    rule("cycle", "messages that come back to the task that sent them"),
    rule(
        "dangling-topic",
        "a subject that nobody listens on, and almost one that somebody waits for",
    ),
    rule("documents", "more than one YAML document in a file"),
    rule(
        "duplicate-application",
        "two tasks that would be one application on a lattice",
    ),
    rule(
        "duplicate-component",
        "two tasks with one component_name, as OCI, wadm or NATS see it",
    ),
    rule("duplicate-key", "a key that is given twice"),
    rule("duplicate-name", "two cases with one name"),
    rule("duplicate-target", "a target that is given twice"),
    rule("empty", "a document, or a list, with nothing in it"),
    rule("encoding", "bytes that are not UTF-8"),
    rule("escape", "braces of a template's that are escaped"),
    rule("go-build", "code that Go would leave out of the build"),
    rule("go-embed", "a file that is embedded, and cannot be, or is not there"),
    rule("go-file", "a Go file whose name Go does not take"),
    rule(
        "go-function",
        "an exec_task that is missing, or is not what the template calls",
    ),
    rule(
        "go-import",
        "an import that cannot be had, or does not work in WebAssembly",
    ),
    rule("go-main", "a func main beside the template's own"),
    rule("go-mod", "a go.mod that cannot be used"),
    rule("go-name", "a name that the generated code has too"),
    rule("go-package", "code that is not of package main, or of several packages"),
    rule("manifest", "a template's manifest that wadm would not take"),
    rule("missing-code", "a code file that is not there"),
    rule("missing-file", "a file that a case names and that is not there"),
    rule("missing-key", "a key that has to be there"),
    rule("more", "more findings than are shown"),
    rule("no-go", "a folder of code without a Go file"),
    rule("not-go", "code that is not Go"),
    rule("not-yet", "a key of runner.yaml that does nothing yet"),
    rule("placement", "a `placement` that no target can follow"),
    rule("raw", "an expression of a template's that goes unescaped"),
    rule("recursive-alias", "a YAML alias within the value that it stands for"),
    rule("secret", "a secret of runner.yaml that is not there, or not safe"),
    rule("syntax", "what is not YAML"),
    rule("template", "a template of the user's that cannot be used"),
    rule("too-deep", "values within values within values, without an end"),
    rule("too-large", "a document, or a value, of too many bytes"),
    rule("too-many", "too many values or cases"),
    rule("two-keys", "two keys of which a case has one"),
    rule("type", "a list where a single value belongs, and the like"),
    rule("unknown-environment", "an environment that runner.yaml does not name"),
    rule("unknown-key", "a key that nobody knows"),
    rule("unknown-name", "a name in a template that nothing has"),
    rule("unknown-template", "a type that no template has"),
    rule("value", "a value that its key cannot have"),
];
