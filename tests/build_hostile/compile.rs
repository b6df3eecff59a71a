//! What the author's Go may try at the compiler: it ends, with a reason, and the next task
//! of the run is built.

use std::fmt::Write as _;
use std::time::Duration;

use pelato::build::{BuildError, Builder, Choice, Options, Parallel};
use pelato::generate::Sources;
use pelato::report::Reporter;
use tokio_util::sync::CancellationToken;

use crate::tiny_task::docker::{containers, docker};
use crate::tiny_task::{DOUBLES, options, run, task};

/// What comes of each of these tasks in Docker, under limits that a test can reach.
async fn answers(story: &str, attacks: Vec<Sources>) -> Vec<(String, Result<(), BuildError>)> {
    let mut bounded = options();
    bounded.limits.time = Duration::from_secs(60);
    bounded.limits.memory = 1 << 30;
    let run = run(story);
    let mut tasks = attacks;
    tasks.push(task("innocent", DOUBLES));
    let (reporter, cancel) = (Reporter::default(), CancellationToken::new());
    let builder = docker(bounded).await;
    let mut built = builder.build(&run, "tests", &tasks, &reporter, &cancel).await;
    assert!(containers(&run).await.is_empty());
    built.pop().unwrap().1.unwrap();
    built
        .into_iter()
        .map(|(name, answer)| (name, answer.map(|_| ())))
        .collect()
}

fn code(name: &str, text: &str) -> Sources {
    task(
        name,
        &format!("package main\n\n{text}\n\nfunc twice(n uint32) uint32 {{ return 2 * n }}\n"),
    )
}

/// `line` for each number of 1 to `count`, and the number before it.
fn chain(count: usize, line: impl Fn(usize, usize) -> String) -> String {
    (1..=count).fold(String::new(), |mut text, n| {
        let _ = writeln!(text, "{}", line(n - 1, n));
        text
    })
}

#[tokio::test]
async fn giant_constants_and_types_end_within_the_limits() {
    let nested = |depth: usize| format!("var nested = {}1{}", "(".repeat(depth), ")".repeat(depth));
    let attacks = vec![
        code("shift", "const big = 1 << 100000\n\nvar x = big >> 99999"),
        code(
            "power",
            &format!(
                "const c0 = 1 << 400\n{}\nvar x = c20 > 0",
                chain(20, |last, n| format!("const c{n} = c{last} * c{last}"))
            ),
        ),
        code(
            "strings",
            &format!(
                "const s0 = \"0123456789abcdef\"\n{}\nvar x = s40",
                chain(40, |last, n| format!("const s{n} = s{last} + s{last}"))
            ),
        ),
        code("array", "var x [1 << 45]byte\n\nfunc init() { x[0] = 1 }"),
        code("parentheses", &nested(3_000_000)),
        code("cycle", "type t[P any] struct{ f *t[*P] }\n\nvar x t[int]"),
        code(
            "instances",
            &format!(
                "type pair[A, B any] struct {{ a A; b B }}\n\nfunc f0[T any]() int {{ return 0 }}\n{}\nvar x = f24[int]()",
                chain(24, |last, n| format!(
                    "func f{n}[T any]() int {{ return f{last}[pair[T, int]]() + f{last}[pair[int, T]]() }}"
                ))
            ),
        ),
    ];
    for (name, answer) in answers("giants", attacks).await {
        // A compiler may be able to do it within the limits. What it may not is fail us.
        if let Err(error) = answer {
            assert!(error.is_the_tasks(), "{name}: {error}");
            assert!(!error.to_string().is_empty(), "{name}");
        } else {
            assert!(
                ["power", "instances", "parentheses"].contains(&name.as_str()),
                "{name} was built"
            );
        }
    }
}

#[tokio::test]
async fn nothing_outside_the_sources_is_embedded_or_included() {
    let embeds = |pattern: &str| format!("import _ \"embed\"\n\n//go:embed {pattern}\nvar x string");
    let mut attacks: Vec<_> = [
        "../main.go",
        "../../etc/passwd",
        "/etc/passwd",
        "\"/etc/passwd\"",
        "a/../../../etc/passwd",
        "/proc/self/environ",
    ]
    .iter()
    .enumerate()
    .map(|(index, pattern)| code(&format!("embed{index}"), &embeds(pattern)))
    .collect();
    attacks.push(code("c", "// #include \"/etc/passwd\"\nimport \"C\""));
    let mut assembler = code("assembler", "func other()");
    assembler
        .files
        .insert("other.s".to_owned(), b"#include \"/etc/passwd\"\n".to_vec());
    attacks.push(assembler);
    for (name, answer) in answers("outside", attacks.clone()).await {
        let error = answer.expect_err(&name);
        assert!(matches!(error, BuildError::Compile { .. }), "{name}: {error}");
        assert!(!error.to_string().contains("root:"), "{name}: {error}");
    }
    // With this machine's Go as well, but for what no template takes from an author: assembler.
    attacks.pop();
    let cache = tempfile::tempdir().unwrap();
    let here = Options {
        cache: cache.path().to_owned(),
        ..options()
    };
    let reporter = Reporter::default();
    let local = Builder::choose(Choice::Local, Parallel::One, here, &reporter)
        .await
        .unwrap();
    let cancel = CancellationToken::new();
    for (name, answer) in local.build("outside", "tests", &attacks, &reporter, &cancel).await {
        let error = answer.expect_err(&name);
        assert!(matches!(error, BuildError::Compile { .. }), "{name}: {error}");
        assert!(!error.to_string().contains("root:"), "{name}: {error}");
    }
}

#[tokio::test]
async fn what_is_embedded_counts_before_anything_is_sent() {
    let embeds = "import \"embed\"\n\n//go:embed data\nvar x embed.FS";
    let (mut huge, mut many) = (code("huge", embeds), code("many", embeds));
    huge.files.insert("data/huge".to_owned(), vec![0; 33 << 20]);
    many.files
        .extend((0..20_001).map(|n| (format!("data/{n}"), Vec::new())));
    for (name, answer) in answers("embedded", vec![huge, many]).await {
        let error = answer.expect_err(&name);
        assert!(matches!(error, BuildError::Sources { .. }), "{name}: {error}");
        assert!(error.to_string().contains("at most"), "{error}");
    }
}
