//! Components of the templates, made with this machine's Go.

use pelato::build::{Builder, Choice, Options, Parallel};
use pelato::generate::{Templates, render};
use pelato::report::Reporter;
use pelato::source::ProjectFiles;
use pelato::workflow::Task;
use tokio_util::sync::CancellationToken;

/// What `code` becomes as a task of `template`.
pub(crate) async fn component(template: &str, code: &str) -> Vec<u8> {
    let task = Task {
        name: "Convert".into(),
        component_name: "convert".into(),
        template: template.into(),
        code: "convert.go".into(),
        targets: vec!["edge".into()],
        source_topic: Some("in".into()),
        dest_topic: Some("out".into()),
        version: "1.0.0".into(),
        address: None,
        instances: None,
        placement: Default::default(),
        extra: Default::default(),
    };
    let project = ProjectFiles {
        path: ".".into(),
        files: [("tasks/convert.go".to_owned(), code.into())].into(),
    };
    let sources = render(&task, &project, &Templates::builtin().unwrap()).unwrap();
    let reporter = Reporter::default();
    let options = Options::from_variables(|name| std::env::var(name).ok());
    let builder = Builder::choose(Choice::Local, Parallel::Machine, options, &reporter)
        .await
        .expect("Go on the PATH");
    let cancel = CancellationToken::new();
    let mut built = builder.build("tests", "tests", &[sources], &reporter, &cancel).await;
    built.pop().unwrap().1.unwrap().wasm
}
