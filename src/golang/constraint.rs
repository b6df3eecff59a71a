//! Which files Go leaves out of a build for wasip1 on wasm.

/// Deeper expressions are not judged.
const DEEPEST: usize = 50;

const SYSTEMS: [&str; 18] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "zos",
];

const MACHINES: [&str; 24] = [
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "arm64",
    "arm64be",
    "armbe",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "mipsle",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// Whether the expression of a `//go:build` line holds for a component. None where
/// only Go can say.
pub fn satisfied(expression: &str) -> Option<bool> {
    let mut reader = Reader {
        rest: expression.trim(),
    };
    let value = reader.either(0)?;
    reader.rest.is_empty().then_some(value)?
}

/// Whether Go leaves a file out for its name: tests, hidden files, other systems.
pub(super) fn named_out(name: &str) -> bool {
    if name.starts_with(['_', '.']) || name.ends_with("_test.go") {
        return true;
    }
    let stem = name.split('.').next().unwrap_or(name);
    let stem = stem.strip_suffix("_test").unwrap_or(stem);
    // What comes before the first `_` is no tag: `linux.go` is for every system.
    let Some((_, tags)) = stem.split_once('_') else {
        return false;
    };
    let mut tags = tags.rsplit('_');
    let last = tags.next().unwrap_or_default();
    let before = tags.next().unwrap_or_default();
    if MACHINES.contains(&last) {
        return last != "wasm" || SYSTEMS.contains(&before) && before != "wasip1";
    }
    SYSTEMS.contains(&last) && last != "wasip1"
}

struct Reader<'e> {
    rest: &'e str,
}

/// Outside: whether it can be read. Inside: what it is, none where only Go can say.
type Value = Option<Option<bool>>;

impl Reader<'_> {
    fn either(&mut self, depth: usize) -> Value {
        let mut value = self.both(depth)?;
        while self.takes("||") {
            value = match (value, self.both(depth)?) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            };
        }
        Some(value)
    }

    fn both(&mut self, depth: usize) -> Value {
        let mut value = self.one(depth)?;
        while self.takes("&&") {
            value = match (value, self.one(depth)?) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
        }
        Some(value)
    }

    fn one(&mut self, depth: usize) -> Value {
        if depth > DEEPEST {
            return None;
        }
        if self.takes("!") {
            return Some(self.one(depth + 1)?.map(|value| !value));
        }
        if self.takes("(") {
            let value = self.either(depth + 1)?;
            return self.takes(")").then_some(value);
        }
        let end = self
            .rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
            .unwrap_or(self.rest.len());
        let (tag, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        (!tag.is_empty()).then(|| holds(tag))
    }

    fn takes(&mut self, sign: &str) -> bool {
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }
}

fn holds(tag: &str) -> Option<bool> {
    if let Some(minor) = tag.strip_prefix("go1.") {
        // Templates take Go 1.26; what is newer only the compiler knows.
        let minor: u32 = minor.parse().ok()?;
        return (minor <= 26).then_some(true);
    }
    match tag {
        "wasip1" | "wasm" | "gc" => Some(true),
        _ if tag.starts_with("goexperiment.") => None,
        // Nobody gives tags to these builds.
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_line_is_held_against_wasip1_on_wasm() {
        for (expression, value) in [
            ("wasip1", Some(true)),
            ("linux", Some(false)),
            ("!linux && !windows", Some(true)),
            ("(linux && amd64) || wasm", Some(true)),
            ("ignore", Some(false)),
            ("cgo", Some(false)),
            ("go1.21 && !tinygo", Some(true)),
            ("go1.99", None),
            ("go1.99 && linux", Some(false)),
            ("go1.99 || wasm", Some(true)),
            ("unix", Some(false)),
            ("", None),
            ("a b", None),
            ("(wasm", None),
            ("&&", None),
        ] {
            assert_eq!(satisfied(expression), value, "{expression}");
        }
        assert_eq!(satisfied(&"(".repeat(100_000)), None);
        assert_eq!(satisfied(&"!".repeat(100_000)), None);
    }

    #[test]
    fn a_name_may_say_that_a_file_is_for_another_system() {
        for out in [
            "a_test.go",
            "a_linux.go",
            "a_linux_amd64.go",
            "a_js_wasm.go",
            "a_amd64.go",
            "_a.go",
            ".a.go",
            "a_b_windows.go",
        ] {
            assert!(named_out(out), "{out}");
        }
        for taken in [
            "a.go",
            "linux.go",
            "test.go",
            "a_wasm.go",
            "a_wasip1.go",
            "a_wasip1_wasm.go",
            "a_b.go",
            "a_linux_b.go",
            "a_unix.go",
        ] {
            assert!(!named_out(taken), "{taken}");
        }
    }
}
