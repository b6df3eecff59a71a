//! What a `go.mod` may name, and what becomes of it: the proxy alone is asked, and for
//! nothing but modules.

use pelato::build::{BuildError, Builder, Choice, Options, Parallel};
use pelato::generate::Sources;
use pelato::report::Reporter;

use crate::proxy::counting_proxy;
use crate::tiny_task::docker::{build_one, docker, gateway};
use crate::tiny_task::{DOUBLES, options, run, task};

fn requiring(go_mod: &str) -> Sources {
    let mut task = task("double", DOUBLES);
    task.files.insert("go.mod".to_owned(), go_mod.as_bytes().to_vec());
    task
}

/// What both builders say of a `go.mod`, and what the proxy was asked meanwhile.
async fn said_of(story: &str, go_mod: &str) -> (Vec<BuildError>, Vec<String>) {
    let (proxy, asked) = counting_proxy(gateway().await).await;
    let cache = tempfile::tempdir().unwrap();
    let options = Options {
        proxy,
        no_sum_db: Some("*".to_owned()),
        cache: cache.path().to_owned(),
        ..options()
    };
    let reporter = Reporter::default();
    let local = Builder::choose(Choice::Local, Parallel::One, options.clone(), &reporter)
        .await
        .unwrap();
    let mut said = Vec::new();
    for builder in [docker(options).await, local] {
        let built = build_one(&builder, &run(story), requiring(go_mod), &reporter).await;
        said.push(built.expect_err(go_mod));
    }
    let asked = asked.lock().unwrap().clone();
    (said, asked)
}

#[tokio::test]
async fn no_path_and_no_version_leads_anywhere_else() {
    let long = format!("example.org/{}", "x".repeat(4096));
    let requires = [
        "../triple v1.0.0",
        "/etc/passwd v1.0.0",
        "example.org/../../triple v1.0.0",
        "example.org/a//b v1.0.0",
        "-exec v1.0.0",
        "example.org/-x/.. v1.0.0",
        "example.org/tri\u{1b}ple v1.0.0",
        "\"example.org/a b\" v1.0.0",
        "file:///etc/passwd v1.0.0",
        "https://169.254.169.254/x v1.0.0",
        "169.254.169.254/latest v1.0.0",
        "localhost:2375/x v1.0.0",
        "user:hunter22@example.org/x v1.0.0",
        "example.org/triple ../../etc",
        "example.org/triple v1.0.0/../../x",
        "example.org/triple latest",
        "example.org/triple@v1.0.0 v1.0.0",
        "example.org/triple v1.0.0-\u{202e}",
        "EXAMPLE.ORG/Triple v1.0.0",
        &format!("{long} v1.0.0"),
    ];
    for (index, require) in requires.iter().enumerate() {
        let go_mod = format!("module task\n\ngo 1.26\n\nrequire {require}\n");
        let (said, asked) = said_of(&format!("path-{index}"), &go_mod).await;
        for error in said {
            assert!(matches!(error, BuildError::Modules { .. }), "{require}: {error}");
            assert!(!error.to_string().contains('\u{1b}'), "{error}");
        }
        // Asked of the proxy, by its name there, and of nobody else.
        assert!(
            asked.iter().all(|path| !path.contains("..") && path.contains("/@v/")),
            "{asked:?}"
        );
    }
}

#[tokio::test]
async fn a_replacement_by_a_folder_outside_is_refused_before_anything_runs() {
    for to in [
        "../..",
        "/etc",
        "../../../../../etc",
        "\"../x\"",
        "`../x`",
        "./a/../../b",
        "/proc/self/root",
    ] {
        let go_mod = format!(
            "module task\n\ngo 1.26\n\nrequire example.org/m v1.0.0\n\nreplace (\n\texample.org/m => {to}\n)\n"
        );
        let (said, asked) = said_of("replaced", &go_mod).await;
        assert!(
            said.iter().all(|error| matches!(error, BuildError::Sources { .. })),
            "{said:?}"
        );
        assert_eq!(asked, Vec::<String>::new());
    }
}

#[tokio::test]
async fn no_line_brings_another_toolchain() {
    let newer = "module task\n\ngo 1.99\n\ntoolchain go1.99.0\n\nrequire example.org/triple v1.0.0\n";
    let (said, asked) = said_of("toolchain", newer).await;
    for error in said {
        assert!(error.to_string().contains("requires go >= 1.99"), "{error}");
    }
    assert!(!asked.iter().any(|path| path.contains("toolchain")), "{asked:?}");
    // Without modules there is no network to begin with.
    let (said, asked) = said_of("toolchain-alone", "module task\n\ngo 1.99\n\ntoolchain go1.99.0\n").await;
    for error in said {
        assert!(error.to_string().contains("requires go >= 1.99"), "{error}");
    }
    assert_eq!(asked, Vec::<String>::new());
}
