//! What Pelato reads in Go's own sources, against what Go's own parser reads there.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pelato::golang::{DeclaredKind, Parameter, read};

const PROGRAM: &str = include_str!("declarations.go");

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "go") {
            files.push(path);
        }
    }
}

/// A list of types without what is only layout: blanks, and comments in them.
fn list(parameters: &[Parameter]) -> String {
    let types = parameters
        .iter()
        .map(|parameter| format!("{}|", parameter.kind.replace(' ', "")));
    format!(" ({})", types.collect::<String>())
}

fn ours(path: &Path, text: &str) -> String {
    let file = read(text);
    let (Some(package), None) = (&file.package, file.broken) else {
        return format!("{} broken\n", path.display());
    };
    let mut said = format!("{} package {}\n", path.display(), package.text);
    for import in &file.imports {
        writeln!(said, "import {} {}", &text[import.span.clone()], import.span.start).unwrap();
    }
    let mut rest = Vec::new();
    for function in &file.functions {
        let line = format!(
            "func {} {} {} {}{}{}",
            function.name.text,
            function.name.span.start,
            function.receiver.is_some(),
            function.type_parameters.is_some(),
            list(&function.signature.parameters),
            list(&function.signature.results)
        );
        rest.push((function.name.span.start, line));
    }
    for declared in &file.names {
        let name = declared.name.text;
        let line = match declared.kind {
            DeclaredKind::Constant => format!("const {name}"),
            DeclaredKind::Variable => format!("var {name}"),
            DeclaredKind::Type => format!("type {name} false"),
            DeclaredKind::Alias => format!("type {name} true"),
        };
        rest.push((declared.name.span.start, line));
    }
    rest.sort();
    rest.iter().for_each(|(_, line)| writeln!(said, "{line}").unwrap());
    said
}

#[test]
fn every_declaration_of_gos_own_library_is_found() {
    let root = Command::new("go")
        .args(["env", "GOROOT"])
        .output()
        .expect("Go on the PATH");
    let root = PathBuf::from(String::from_utf8(root.stdout).unwrap().trim());
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    files.sort();
    assert!(files.len() > 5_000, "{} files", files.len());
    let files: Vec<(PathBuf, String)> = files
        .into_iter()
        .filter_map(|path| Some((path.clone(), std::fs::read_to_string(path).ok()?)))
        .collect();

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.go"), PROGRAM).unwrap();
    let mut go = Command::new("go")
        .args(["run", "main.go"])
        .current_dir(folder.path())
        .envs([("GOTOOLCHAIN", "local"), ("GOWORK", "off"), ("GOFLAGS", "")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let names: String = files.iter().map(|(path, _)| format!("{}\n", path.display())).collect();
    let mut stdin = go.stdin.take().unwrap();
    let writing = std::thread::spawn(move || stdin.write_all(names.as_bytes()));
    let theirs = String::from_utf8(go.wait_with_output().unwrap().stdout).unwrap();
    writing.join().unwrap().unwrap();

    let mut theirs = theirs.split_inclusive('\n').peekable();
    let (mut differences, mut same) = (Vec::new(), 0);
    for (path, text) in &files {
        let mut wanted = theirs.next().unwrap_or_default().to_owned();
        while theirs.peek().is_some_and(|line| !line.starts_with('/')) {
            wanted.push_str(theirs.next().unwrap());
        }
        // Where Go's parser refuses a file, ours may see less.
        if wanted.ends_with(" broken\n") {
            continue;
        }
        let found = ours(path, text);
        if found == wanted {
            same += 1;
            continue;
        }
        let line = wanted.lines().zip(found.lines()).find(|(one, other)| one != other);
        differences.push(format!("{}: {line:?}", path.display()));
    }
    assert!(
        differences.is_empty(),
        "{} differ, {same} do not\n{}",
        differences.len(),
        differences.join("\n")
    );
    assert!(same > 5_000, "{same}");
}
