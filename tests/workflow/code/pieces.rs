//! What authors might write, piece by piece.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;

pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// Names of a file that stands alone: Go would leave some of them out of a build.
pub(super) const ALONE: [&str; 10] = [
    "convert.go",
    "naïve città.go",
    "main.go",
    "task_test.go",
    "convert_linux.go",
    "_hidden.go",
    ".dotted.go",
    "a'b \"c\" $(id).go",
    "#1 {{name}}:3.go",
    "task.main_windows_arm64.go",
];
/// Names of the other files in a folder.
pub(super) const BESIDE: [&str; 6] = ["text.go", "main.go", "task.go", "z_wasip1.go", "été.go", "a b.go"];
/// What Go leaves out of it, and so nothing of it has to compile.
pub(super) const LEFT_OUT: [(&str, &str); 5] = [
    ("text_test.go", "package main\n\nfunc exec_task(int) {}\n"),
    ("text_linux.go", "package other\n"),
    ("old.go", "//go:build ignore\n\npackage main\n\nfunc main() {}\n"),
    ("_draft.go", "no Go at all"),
    ("notes.md", "# Notes\n"),
];
pub(super) const HEADS: [&str; 6] = [
    "",
    "\u{feff}",
    "// Package main {{component_name}} converts. */\n",
    "/* \"quoted\" `ticks` //line x.go:1 */\n\n",
    "//go:build wasip1 && !linux\n\n",
    "// #!/usr/bin/env go\n//go:build !ignore\n// +build !ignore\n\n",
];
/// What is declared beside the function: names that the generated code might want.
pub(super) const BESIDES: [&str; 8] = [
    "",
    "type task struct{}\n\nfunc relay() {}\n\nconst messaging, post, web, entry, abi = 1, 2, 3, 4, 5\n",
    "func init() {}\n\nfunc init() { _ = 0 }\n",
    "type Box[T any] struct{ value T }\n\nfunc (box *Box[T]) exec_task(arg T) T { return box.value }\n",
    "type (\n\tstring_ = string\n\twhole   interface{ ~int | ~uint }\n)\n\nvar _ = map[string_][]func(whole_ int) error{}\n",
    "const raw = `func main() {}\n//go:embed nothing\n`\n\nvar _, _ = raw, '\"'\n",
    "var (\n\tgrößer, 世界 = 1, \"}\\\"{\"\n\t_ = größer\n)\n\nfunc use() string { return 世界 }\n",
    "func later() (n int) {\n\tdefer func() { n, _ = 1, recover() }()\n\tgo func() {}()\n\tpanic(\"{\")\n}\n",
];
/// Packages of the standard library, and a text that takes them to make.
pub(super) const STANDARD: [(&str, &str); 12] = [
    ("bytes", "string(bytes.ToUpper([]byte(\"a\")))"),
    ("crypto/sha256", "fmtSum(sha256.Sum256(nil))"),
    (
        "encoding/json",
        "func() string { b, _ := json.Marshal(map[string]any{\"a\": 1.5}); return string(b) }()",
    ),
    ("errors", "errors.New(\"e\").Error()"),
    ("math", "map[bool]string{true: \"m\"}[math.Sqrt(4) > 1]"),
    ("os", "os.Getenv(\"PELATO\")"),
    ("regexp", "regexp.MustCompile(`a+\"?`).FindString(\"caab\")"),
    (
        "sort",
        "func() string { s := []string{\"b\", \"a\"}; sort.Strings(s); return s[0] }()",
    ),
    ("strconv", "strconv.Quote(\"è\")"),
    ("strings", "strings.Repeat(\"a\", 3)"),
    (
        "sync",
        "func() (s string) { var once sync.Once; once.Do(func() { s = \"once\" }); return }()",
    ),
    ("time", "time.Duration(1500).String()"),
];
/// How a package of the project may be imported, by its name `units`.
pub(super) const PACKAGES: [(&str, &str, &str); 6] = [
    ("", "lib/units", "units.Kelvin(\"1\")"),
    ("u", "lib/units", "u.Kelvin(\"1\")"),
    (".", "lib/units", "Kelvin(\"1\")"),
    ("", "lib/v2.x-y", "other.Name"),
    ("deep", "internal/deep", "deep.Text()"),
    ("_", "lib/only-init", "\"\""),
];

/// How files are embedded: directive and variable, the text made of it, and the files; `N` is
/// the task's number, so that tasks can share a folder.
pub(super) type Embed = (&'static str, &'static str, &'static [(&'static str, &'static str)]);
pub(super) const EMBEDS: [Embed; 6] = [
    (
        "//go:embed dataN.txt\nvar data string\n",
        "data",
        &[("dataN.txt", "a\r\nb")],
    ),
    (
        "//go:embed \"with space N.txt\" `emptyN.bin`\nvar files embed.FS\n",
        "read(files, \"with space N.txt\")",
        &[("with space N.txt", "\u{feff}x"), ("emptyN.bin", "")],
    ),
    (
        "//go:embed all:assetsN\nvar files embed.FS\n",
        "read(files, \"assetsN/.hidden\")",
        &[
            ("assetsN/.hidden", "h"),
            ("assetsN/sub/_x", "x"),
            ("assetsN/ünï.json", "{}"),
        ],
    ),
    (
        "//go:embed N-*.csv\n//go:embed N-main.md\nvar files embed.FS\n",
        "read(files, \"N-a.csv\")",
        &[("N-a.csv", "1,2"), ("N-b.csv", ""), ("N-main.md", "#")],
    ),
    (
        "var (\n\t//go:embed authorN\n\tdata []byte\n)\n",
        "string(data)",
        &[("authorN", "\0\u{1}")],
    ),
    (
        "//go:embed internal/N.txt wit/N.md\n//go:embed author/N\nvar files embed.FS\n",
        "read(files, \"wit/N.md\")",
        &[("internal/N.txt", ""), ("wit/N.md", "#"), ("author/N", "x")],
    ),
];

/// What an author might call their module.
pub(super) fn module() -> impl Strategy<Value = &'static str> {
    select(vec!["example.org/thermo", "tasks", "task", "example.org/a-b/c.d_e/v2"])
}

/// The packages that tasks of the project share, and its `go.mod`.
pub(super) fn packages(module: &str) -> Files {
    let files = [
        (
            "go.mod",
            "// Ours.\nmodule MODULE // here\n\ngo 1.26\n\nrequire example.org/unused v1.2.3\n",
        ),
        (
            "lib/units/units.go",
            "// Package units converts.\npackage units\n\nimport \"MODULE/lib/internal/si\"\n\nfunc Kelvin(celsius string) string { return si.Add(celsius) }\n",
        ),
        ("lib/units/units_test.go", "package units_test\n"),
        ("lib/units/units_windows.go", "package units\n\nfunc Kelvin() {}\n"),
        (
            "lib/internal/si/si.go",
            "package si\n\nimport _ \"embed\"\n\n//go:embed zero.txt\nvar zero string\n\nfunc Add(to string) string { return to + zero }\n",
        ),
        ("lib/internal/si/zero.txt", "273.15"),
        ("lib/v2.x-y/other.go", "package other\n\nvar Name = \"other\"\n"),
        (
            "internal/deep/deep.go",
            "package deep\n\nimport units `MODULE/lib/units`; import `fmt`\n\nfunc Text() string { return fmt.Sprint(units.Kelvin(\"2\")) }\n",
        ),
        ("lib/only-init/init.go", "package only\n\nfunc init() {}\n"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.replace("MODULE", module).into_bytes()));
    files.into()
}
