//! A small project as a value: what its files are, and what its tasks are built from.

use std::collections::{BTreeMap, BTreeSet};

use pelato::source::ProjectFiles;
use proptest::prelude::*;

/// How many packages the tasks share.
const PACKAGES: usize = 3;
const TARGETS: [&str; 3] = ["edge", "cloud", "third"];

#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) tasks: Vec<TaskModel>,
    packages: Vec<Package>,
    /// What no task is built from.
    junk: u8,
    /// The next name that nobody has had.
    next: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct TaskModel {
    name: String,
    file: String,
    keeps: bool,
    body: u8,
    comment: u8,
    imports: BTreeSet<usize>,
    targets: BTreeSet<usize>,
    topic: u8,
    bucket: u8,
    display: u8,
    version: u8,
}

/// A package imports the next one, or none.
#[derive(Clone, Debug)]
struct Package {
    body: u8,
    imports_next: bool,
}

/// What an author may do. Numbers are taken modulo what there is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Edit {
    Body(usize),
    Comment(usize),
    Import(usize, usize),
    PackageBody(usize),
    PackageImport(usize),
    Template(usize),
    Topic(usize),
    Target(usize, usize),
    Bucket(usize),
    Display(usize),
    Version(usize),
    Rename(usize),
    Move(usize),
    Remove(usize),
    Add,
    Junk,
}

pub(crate) fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let (task, other) = (0..8_usize, 0..8_usize);
    let edit = (0..16_u8, task, other).prop_map(|(kind, task, other)| match kind {
        0 => Edit::Body(task),
        1 => Edit::Comment(task),
        2 => Edit::Import(task, other),
        3 => Edit::PackageBody(other),
        4 => Edit::PackageImport(other),
        5 => Edit::Template(task),
        6 => Edit::Topic(task),
        7 => Edit::Target(task, other),
        8 => Edit::Bucket(task),
        9 => Edit::Display(task),
        10 => Edit::Version(task),
        11 => Edit::Rename(task),
        12 => Edit::Move(task),
        13 => Edit::Remove(task),
        14 => Edit::Add,
        _ => Edit::Junk,
    });
    prop::collection::vec(edit, 0..5)
}

pub(crate) fn models() -> impl Strategy<Value = Model> {
    let task = (
        any::<bool>(),
        0..3_u8,
        prop::collection::btree_set(0..PACKAGES, 0..PACKAGES),
        prop::collection::btree_set(0..TARGETS.len(), 1..=TARGETS.len()),
    );
    let package = (0..3_u8, any::<bool>()).prop_map(|(body, imports_next)| Package { body, imports_next });
    let tasks = prop::collection::vec(task, 1..5);
    (tasks, prop::collection::vec(package, PACKAGES)).prop_map(|(tasks, packages)| Model {
        next: tasks.len(),
        tasks: tasks
            .into_iter()
            .enumerate()
            .map(|(number, (keeps, body, imports, targets))| TaskModel {
                keeps,
                body,
                imports,
                targets,
                ..TaskModel::number(number)
            })
            .collect(),
        packages,
        junk: 0,
    })
}

impl TaskModel {
    fn number(number: usize) -> Self {
        Self {
            name: format!("task{number}"),
            file: format!("file{number}.go"),
            keeps: false,
            body: 0,
            comment: 0,
            imports: BTreeSet::new(),
            targets: BTreeSet::from([0]),
            topic: 0,
            bucket: 0,
            display: 0,
            version: 0,
        }
    }

    fn template(&self) -> &'static str {
        if self.keeps {
            "nats_to_nats_kv"
        } else {
            "processor_nats"
        }
    }

    fn code(&self) -> String {
        let Self { body, comment, .. } = self;
        let mut code = "package main\n\n".to_owned();
        let mut sum = format!("\"{body}\"");
        for package in &self.imports {
            code.push_str(&format!("import \"example.org/thermo/lib/p{package}\"\n"));
            sum.push_str(&format!(" + p{package}.Value()"));
        }
        code.push_str(&format!("\n// Edited {comment} times.\n"));
        code.push_str(&match self.keeps {
            true => format!("func exec_task(key, data string) (string, string) {{ return key, data + {sum} }}\n"),
            false => format!("func exec_task(arg string) string {{ return arg + {sum} }}\n"),
        });
        code
    }

    fn yaml(&self) -> String {
        let targets: Vec<&str> = self.targets.iter().map(|target| TARGETS[*target]).collect();
        let to = match self.keeps {
            true => format!("bucket: bucket{}", self.bucket),
            false => format!("dest_topic: {}.out", self.name),
        };
        format!(
            "  - name: Task {}\n    type: {}\n    code: {}\n    targets: [{}]\n    source_topic: {}.in{}\n    {to}\n    \
             component_name: {}\n    version: 1.0.{}\n",
            self.display,
            self.template(),
            self.file,
            targets.join(", "),
            self.name,
            self.topic,
            self.name,
            self.version
        )
    }
}

impl Model {
    pub(crate) fn files(&self) -> ProjectFiles {
        let tasks: String = self.tasks.iter().map(TaskModel::yaml).collect();
        let mut files = BTreeMap::from([
            (
                "workflow.yaml".to_owned(),
                format!("project_name: Thermo {}\ntasks:\n{tasks}", self.junk).into_bytes(),
            ),
            (
                "tasks/go.mod".to_owned(),
                b"module example.org/thermo\n\ngo 1.26\n".to_vec(),
            ),
            ("tasks/notes.txt".to_owned(), vec![self.junk]),
            (
                "tasks/lib/unused/unused.go".to_owned(),
                format!("package unused\n\nconst Of = {}\n", self.junk).into_bytes(),
            ),
        ]);
        for number in 0..self.packages.len() {
            files.insert(
                format!("tasks/lib/p{number}/p{number}.go"),
                self.package(number).into_bytes(),
            );
        }
        for task in &self.tasks {
            files.insert(format!("tasks/{}", task.file), task.code().into_bytes());
        }
        ProjectFiles {
            path: ".".to_owned(),
            files,
        }
    }

    fn next_of(&self, number: usize) -> Option<usize> {
        let next = number + 1;
        (self.packages[number].imports_next && next < self.packages.len()).then_some(next)
    }

    fn package(&self, number: usize) -> String {
        let body = self.packages[number].body;
        match self.next_of(number) {
            Some(next) => format!(
                "package p{number}\n\nimport \"example.org/thermo/lib/p{next}\"\n\nfunc Value() string {{ return \"{body}\" + p{next}.Value() }}\n"
            ),
            None => format!("package p{number}\n\nfunc Value() string {{ return \"{body}\" }}\n"),
        }
    }

    /// All that goes into each task's component.
    pub(crate) fn inputs(&self) -> BTreeMap<&str, Vec<String>> {
        let of = |task: &TaskModel| {
            let mut inputs = vec![task.template().to_owned(), task.file.clone(), task.code()];
            let mut reached: BTreeSet<usize> = BTreeSet::new();
            for package in &task.imports {
                let mut next = Some(*package);
                while let Some(number) = next {
                    reached.insert(number);
                    next = self.next_of(number);
                }
            }
            inputs.extend(
                reached
                    .into_iter()
                    .map(|number| format!("{number}: {}", self.package(number))),
            );
            inputs
        };
        self.tasks.iter().map(|task| (task.name.as_str(), of(task))).collect()
    }

    /// All that is configured, and built into nothing.
    pub(crate) fn settings(&self) -> BTreeMap<&str, String> {
        let of = |task: &TaskModel| task.yaml().replace(&task.file, "");
        self.tasks.iter().map(|task| (task.name.as_str(), of(task))).collect()
    }

    /// The same after an edit; the same where there is nothing to edit.
    pub(crate) fn edited(mut self, edit: Edit) -> Self {
        let count = self.tasks.len();
        let fresh = self.next;
        self.next += 1;
        let package = |number: usize| number % PACKAGES;
        match edit {
            Edit::PackageBody(number) => self.packages[package(number)].body += 1,
            Edit::PackageImport(number) => self.packages[package(number)].imports_next ^= true,
            Edit::Junk => self.junk += 1,
            Edit::Add => self.tasks.push(TaskModel::number(fresh)),
            // A workflow has a task.
            Edit::Remove(_) if count == 1 => {}
            Edit::Remove(task) => drop(self.tasks.remove(task % count)),
            Edit::Body(task) => self.tasks[task % count].body += 1,
            Edit::Comment(task) => self.tasks[task % count].comment += 1,
            Edit::Import(task, number) => toggle(&mut self.tasks[task % count].imports, package(number)),
            Edit::Template(task) => self.tasks[task % count].keeps ^= true,
            Edit::Topic(task) => self.tasks[task % count].topic += 1,
            Edit::Target(task, target) => {
                let targets = &mut self.tasks[task % count].targets;
                toggle(targets, target % TARGETS.len());
                if targets.is_empty() {
                    targets.insert(target % TARGETS.len());
                }
            }
            Edit::Bucket(task) => self.tasks[task % count].bucket += 1,
            Edit::Display(task) => self.tasks[task % count].display += 1,
            Edit::Version(task) => self.tasks[task % count].version += 1,
            Edit::Rename(task) => self.tasks[task % count].name = format!("task{fresh}"),
            Edit::Move(task) => self.tasks[task % count].file = format!("file{fresh}.go"),
        }
        self
    }
}

fn toggle(set: &mut BTreeSet<usize>, number: usize) {
    if !set.remove(&number) {
        set.insert(number);
    }
}
