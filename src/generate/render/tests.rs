//! Tasks through the built-in templates.

use super::*;
use crate::generate::digest::Digest;

const CODE_GO: &str = "package main\n\nfunc exec_task(arg string) string { return arg }\n";

fn task() -> Task {
    Task {
        name: "Temp data conversion".into(),
        component_name: "celsius_to_kelvin".into(),
        template: "processor_nats".into(),
        code: "convert.go".into(),
        targets: vec!["edge".into(), "cloud".into()],
        source_topic: Some("room.celsius".into()),
        dest_topic: Some("room.kelvin".into()),
        version: "1.0.0".into(),
        address: None,
        instances: None,
        placement: Default::default(),
        extra: Default::default(),
    }
}

fn project(code: &[u8]) -> ProjectFiles {
    ProjectFiles {
        path: ".".into(),
        files: [("tasks/convert.go".to_owned(), code.to_vec())].into(),
    }
}

fn rendered(task: &Task) -> Sources {
    render(task, &project(CODE_GO.as_bytes()), &Templates::builtin().unwrap()).unwrap()
}

fn text<'a>(sources: &'a Sources, path: &str) -> &'a str {
    str::from_utf8(&sources.files[path]).unwrap()
}

#[test]
fn a_processor_is_a_go_project() {
    let sources = rendered(&task());
    let paths: Vec<&str> = sources.files.keys().map(String::as_str).collect();
    insta::assert_snapshot!(paths.join("\n"), @"
    go.mod
    internal/abi/abi.go
    internal/abi/empty.s
    internal/config/config.go
    internal/logging/logging.go
    internal/messaging/messaging.go
    internal/relay/failure.go
    internal/relay/limit.go
    internal/relay/relay.go
    internal/task/task.go
    main.go
    task.go
    wit/world.wit
    ");
    insta::assert_snapshot!(text(&sources, "main.go"), @r#"
    // Written by pelato: what is changed here is lost.
    package main

    // The names are long so that the author's code may have the short ones.
    import (
    	pelatomessaging "task/internal/messaging"
    	pelatorelay "task/internal/relay"
    	pelatotask "task/internal/task"
    )

    func init() {
    	pelatomessaging.Handle(pelatorelay.New("celsius_to_kelvin", pelatotask.From(exec_task)).Message)
    }

    // The host calls what the packages above export, and never this.
    func main() {}
    "#);
    insta::assert_snapshot!(text(&sources, "task.go"), @"
    //line tasks/convert.go:1:1
    package main

    func exec_task(arg string) string { return arg }
    ");
    assert_eq!(sources.code, "tasks/convert.go");
    assert_eq!(sources.author_files["task.go"], "tasks/convert.go");
}

/// What was deployed before a task could be more than one file has to keep its
/// fingerprint: nothing in the sources may tell that there is more now.
#[test]
fn a_single_file_adds_nothing_but_itself() {
    let (templates, mut project) = (Templates::builtin().unwrap(), project(CODE_GO.as_bytes()));
    for beside in ["tasks/other.go", "tasks/lib/units.go", "tasks/go.mod", "tasks/go.sum"] {
        project.files.insert(beside.into(), b"module example.org/m\n".to_vec());
    }
    let sources = render(&task(), &project, &templates).unwrap();
    let template = templates.get("processor_nats").unwrap();
    let context = Context {
        component_name: "celsius_to_kelvin",
    };
    let mut files = template.project(&context).unwrap();
    files.insert(
        "task.go".into(),
        format!("//line tasks/convert.go:1:1\n{CODE_GO}").into_bytes(),
    );
    files.insert("wit/world.wit".into(), template.wit().into());
    assert_eq!(sources.files, files);
    assert_eq!(sources.inputs.code, Digest::default().part(CODE_GO).hex());
    let digest = Digest::default()
        .part(template.wit())
        .part("processor-nats")
        .named(&files);
    assert_eq!(sources.digest(), digest.hex());
}

#[test]
fn a_producer_also_answers_http() {
    let sources = rendered(&Task {
        template: "producer_nats".into(),
        ..task()
    });
    assert_eq!(sources.world, "http-producer-nats");
    insta::assert_snapshot!(text(&sources, "main.go"), @r#"
    // Written by pelato: what is changed here is lost.
    package main

    // The names are long so that the author's code may have the short ones.
    import (
    	pelatomessaging "task/internal/messaging"
    	pelatopost "task/internal/post"
    	pelatorelay "task/internal/relay"
    	pelatotask "task/internal/task"
    	pelatoweb "task/internal/web"
    )

    func init() {
    	through := pelatorelay.New("celsius_to_kelvin", pelatotask.From(exec_task))
    	pelatomessaging.Handle(through.Message)
    	pelatoweb.Handle(pelatopost.To(through))
    }

    // The host calls what the packages above export, and never this.
    func main() {}
    "#);
}

/// The world of each template names nothing that its WIT does not hold.
#[test]
fn the_wit_is_whole() {
    for template in ["processor_nats", "http_producer_nats", "nats_to_nats_kv", "nats_to_sql"] {
        let sources = rendered(&Task {
            template: template.into(),
            ..task()
        });
        let mut resolve = wit_parser::Resolve::default();
        let package = resolve.push_str("world.wit", &sources.wit).unwrap();
        resolve.select_world(&[package], Some(&sources.world)).unwrap();
        assert_eq!(text(&sources, "wit/world.wit"), sources.wit);
    }
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    assert_eq!(rendered(&task()), rendered(&task()));
    assert_eq!(rendered(&task()).digest(), rendered(&task()).digest());
}

#[test]
fn what_is_configuration_changes_no_build() {
    let moved = Task {
        name: "Another name".into(),
        targets: vec!["elsewhere".into()],
        source_topic: Some("other.in".into()),
        dest_topic: Some("other.out".into()),
        version: "2.0.0".into(),
        ..task()
    };
    assert_eq!(rendered(&task()), rendered(&moved));
}

#[test]
fn code_and_template_each_change_the_build_and_are_told_apart() {
    let templates = Templates::builtin().unwrap();
    let before = rendered(&task());
    let edited = render(&task(), &project(b"package main // new\n"), &templates).unwrap();
    assert_ne!(before.digest(), edited.digest());
    assert_ne!(before.inputs.code, edited.inputs.code);
    assert_eq!(before.inputs.template, edited.inputs.template);

    let other = rendered(&Task {
        template: "http_producer_nats".into(),
        ..task()
    });
    assert_ne!(before.digest(), other.digest());
    assert_eq!(before.inputs.code, other.inputs.code);
    assert_ne!(before.inputs.template, other.inputs.template);
}

#[test]
fn code_is_copied_whatever_it_looks_like() {
    let code = "\u{feff}package main // {{component_name}} {{{x}}} {{#if}}\r\n\0\u{1F980}";
    let sources = render(&task(), &project(code.as_bytes()), &Templates::builtin().unwrap()).unwrap();
    let expected = format!("//line tasks/convert.go:1:1\n{}", code.trim_start_matches('\u{feff}'));
    assert_eq!(text(&sources, "task.go"), expected);

    let not_text = render(&task(), &project(b"\xff\xfe"), &Templates::builtin().unwrap()).unwrap();
    assert!(not_text.files["task.go"].ends_with(b"\n\xff\xfe"));
}

#[test]
fn a_name_stays_a_string_of_go() {
    let sources = rendered(&Task {
        component_name: "x\", os.Exit) //\n{{y}}".into(),
        ..task()
    });
    let line = text(&sources, "main.go")
        .lines()
        .find(|line| line.contains("relay.New"))
        .unwrap();
    insta::assert_snapshot!(line, @r#"	pelatomessaging.Handle(pelatorelay.New("x\", os.Exit) //\x0a{{y}}", pelatotask.From(exec_task)).Message)"#);
}

#[test]
fn what_is_not_there_is_named() {
    let templates = Templates::builtin().unwrap();
    let error = |task: &Task| render(task, &project(b""), &templates).unwrap_err().to_string();
    insta::assert_snapshot!(error(&Task { template: "sql".into(), ..task() }), @"celsius_to_kelvin: there is no template sql; `pelato templates` lists them");
    insta::assert_snapshot!(error(&Task { code: "none.go".into(), ..task() }), @"celsius_to_kelvin: there is no file tasks/none.go; put it there, or correct `code:`");
    insta::assert_snapshot!(error(&Task { code: "a.go:1\npackage x".into(), ..task() }), @r#"code "a.go:1\npackage x" cannot be used: it holds a control character"#);
}

#[test]
fn what_the_generated_project_has_is_known_and_nobody_takes_its_place() {
    let templates = Templates::builtin().unwrap();
    let generated = &templates.get("processor_nats").unwrap().spec().generated;
    let sources = rendered(&task());
    let unknown = sources.files.keys().filter(|path| !generated.contains(path));
    assert_eq!(unknown.collect::<Vec<_>>(), ["task.go"]);

    let code = CODE_GO.replace(
        "main\n",
        "main\n\nimport _ \"embed\"\n\n//go:embed wit\nvar text string\n",
    );
    let mut project = project(code.as_bytes());
    project.files.insert("tasks/wit/world.wit".into(), "mine".into());
    // `check` says so first, with the line; not of what a package of the author's has.
    let refused = render(&task(), &project, &templates).unwrap_err();
    insta::assert_snapshot!(refused, @r#"an embedded file "wit/world.wit" cannot be used: the generated project has a file of that name"#);
}

#[test]
fn what_a_task_embeds_does_not_take_the_place_of_what_a_package_of_its_own_does() {
    let code = "package main\n\nimport (\n\t_ \"embed\"\n\t\"tasks/lib\"\n)\n\n//go:embed author/lib/x.txt\nvar text string\n\n\
        func exec_task(arg string) string { return text + lib.Text }\n";
    let mut project = project(code.as_bytes());
    project.files.extend(
        [
            ("tasks/go.mod", "module tasks\n\ngo 1.26\n"),
            ("tasks/author/lib/x.txt", "the task's"),
            (
                "tasks/lib/lib.go",
                "package lib\n\nimport _ \"embed\"\n\n//go:embed x.txt\nvar Text string\n",
            ),
            ("tasks/lib/x.txt", "the package's"),
        ]
        .map(|(path, text)| (path.to_owned(), text.into())),
    );
    let templates = Templates::builtin().unwrap();
    let refused = render(&task(), &project, &templates).unwrap_err();
    insta::assert_snapshot!(refused, @r#"an embedded file "author/lib/x.txt" cannot be used: the generated project has a file of that name"#);
    project.files.insert("tasks/lib/x.txt".into(), "the task's".into());
    assert!(render(&task(), &project, &templates).is_ok());
}
