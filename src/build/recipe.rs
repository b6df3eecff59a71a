//! The exact command, flags and environment of a compilation.

/// What besides the sources and Go's version decides which bytes come out. It
/// belongs into a task's fingerprint: a new recipe is a new component.
pub const RECIPE: &str = "go build -trimpath -buildmode=c-shared -buildvcs=false -ldflags=-s -w -checklinkname=0; \
     wit-component 0.263; adapter 24 reactor";

/// The oldest Go that compiles what the templates make, as (major, minor).
pub(super) const OLDEST_GO: (u32, u32) = (1, 26);

/// The base of the build image where nobody names another one. By its content, so that all
/// machines compile with the same Go: its version is a part of each task's fingerprint, and
/// with another one an artifact of another machine is not found.
pub(super) const GO_IMAGE: &str =
    "golang:1.26.8-bookworm@sha256:a688600ca24f8a4d3ca77f95b0dd40704a9fc787c826660eb7ba0b641b8b175d";

/// Where modules come from when nobody says otherwise: Go's own default without
/// `direct`, since that would have the builder run git on addresses out of a
/// repository.
const PROXY: &str = "https://proxy.golang.org";

/// The arguments of `go` that compile the sources in the current folder to `out`.
pub(super) fn arguments(modules: Modules, out: &str) -> Vec<String> {
    let mut arguments = vec!["build"];
    if modules == Modules::Unsummed {
        arguments.push("-mod=mod");
    }
    arguments.extend([
        "-trimpath",
        "-buildmode=c-shared",
        "-buildvcs=false",
        "-ldflags=-s -w -checklinkname=0",
        "-o",
        out,
        ".",
    ]);
    arguments.into_iter().map(str::to_owned).collect()
}

/// The environment in which Go compiles a task, whichever builder runs it.
pub(super) const ENVIRONMENT: [(&str, &str); 7] = [
    ("GOOS", "wasip1"),
    ("GOARCH", "wasm"),
    ("CGO_ENABLED", "0"),
    ("GOTOOLCHAIN", "local"),
    ("GOENV", "off"),
    ("GOWORK", "off"),
    ("GOVCS", "*:off"),
];

/// What a compilation adds: nothing is fetched, whatever it finds missing.
pub(super) const OFFLINE: [(&str, &str); 2] = [("GOPROXY", "off"), ("GOSUMDB", "off")];

/// What a task takes from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Modules {
    /// Only the standard library: nothing has to be fetched.
    None,
    /// Modules whose sums `go.sum` states; they are binding.
    Summed,
    /// Modules without a `go.sum`; what was verified when they were fetched counts.
    Unsummed,
}

impl Modules {
    /// Reads it off a task's files.
    pub(super) fn of(files: &std::collections::BTreeMap<String, Vec<u8>>) -> Self {
        let requires = files.get("go.mod").is_some_and(|text| {
            String::from_utf8_lossy(text)
                .lines()
                .any(|line| line.trim_start().starts_with("require"))
        });
        match (requires, files.contains_key("go.sum")) {
            (false, _) => Self::None,
            (true, true) => Self::Summed,
            (true, false) => Self::Unsummed,
        }
    }
}

/// The operator's `GOPROXY` without `direct`, or Go's own default without it.
pub(super) fn proxy(operators: Option<&str>) -> String {
    let mut kept = String::new();
    let mut separator = "";
    for part in operators.unwrap_or_default().split_inclusive([',', '|']) {
        let name = part.trim_end_matches([',', '|']);
        if !name.trim().is_empty() && name.trim() != "direct" {
            kept.push_str(separator);
            kept.push_str(name.trim());
            separator = &part[name.len()..];
        }
    }
    if kept.is_empty() { PROXY.to_owned() } else { kept }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_proxy_list_reaches_version_control() {
        assert_eq!(proxy(None), PROXY);
        assert_eq!(proxy(Some("")), PROXY);
        assert_eq!(proxy(Some("direct")), PROXY);
        assert_eq!(proxy(Some("off")), "off");
        assert_eq!(proxy(Some("https://go.example.org,direct")), "https://go.example.org");
        assert_eq!(
            proxy(Some("https://a.example.org|direct,https://b.example.org")),
            "https://a.example.org|https://b.example.org"
        );
        assert_eq!(proxy(Some("direct, https://b.example.org")), "https://b.example.org");
    }

    #[test]
    fn the_image_compiles_with_the_same_command() {
        let step = include_str!("../../docker/build/step.sh");
        for argument in arguments(Modules::Unsummed, "/tmp/core.wasm").iter().skip(1) {
            let written = argument.replace("-ldflags=-s -w -checklinkname=0", "-ldflags='-s -w -checklinkname=0'");
            assert!(step.contains(&written), "docker/build/step.sh lacks {written}");
        }
        let dockerfile = include_str!("../../docker/build.Dockerfile");
        assert!(dockerfile.contains(&format!("\nARG GO_IMAGE={GO_IMAGE}\n")));
        for (name, value) in ENVIRONMENT {
            assert!(
                dockerfile.contains(&format!("{name}={value}")),
                "docker/build.Dockerfile lacks {name}={value}"
            );
        }
        let said = arguments(Modules::None, "core.wasm");
        for flag in &said[1..5] {
            assert!(RECIPE.contains(flag.as_str()), "the recipe lacks {flag}");
        }
    }

    #[test]
    fn only_requires_need_a_network() {
        let files = |go_mod: &str| BTreeMap::from([("go.mod".to_owned(), go_mod.as_bytes().to_vec())]);
        assert_eq!(Modules::of(&files("module task\n\ngo 1.26\n")), Modules::None);
        let mut some = files("module task\n\nrequire example.org/m v1.0.0\n");
        assert_eq!(Modules::of(&some), Modules::Unsummed);
        some.insert("go.sum".to_owned(), Vec::new());
        assert_eq!(Modules::of(&some), Modules::Summed);
        assert_eq!(Modules::of(&BTreeMap::new()), Modules::None);
    }
}
