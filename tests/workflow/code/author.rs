//! Go as authors might write it, made up: each is right where it stands, in the author's
//! own folder. Whether it still is behind a template is what is tried.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::pieces::{ALONE, BESIDE, BESIDES, EMBEDS, Files, HEADS, LEFT_OUT, PACKAGES, STANDARD};

/// The code of one task.
#[derive(Clone, Debug)]
pub(super) struct Author {
    /// What `code:` says.
    pub(super) code: String,
    folder: String,
    main: String,
    text: String,
    others: Vec<(String, String)>,
}

impl Author {
    /// Its files below `tasks/`, in a project whose module is called so.
    pub(super) fn files(self, module: &str) -> Files {
        let main = (self.main, self.text.replace("MODULE", module));
        let all = self.others.into_iter().chain([main]);
        all.map(|(name, text)| (format!("{}{name}", self.folder), text.into_bytes()))
            .collect()
    }
}

/// The code of the task with this number, whose function takes a key where `keys` is set.
pub(super) fn author(number: usize, keys: bool) -> impl Strategy<Value = Author> {
    let parameters = match keys {
        true => vec![
            "key, data string",
            "key string, data Text",
            "_, _ string",
            "string, string",
            "\n\tkey string, // it\n\t_ string,\n",
        ],
        false => vec![
            "arg string",
            "_ string",
            "arg Text",
            "string",
            "\n\targ string, // it\n",
        ],
    };
    (
        (
            any::<bool>(),
            select(ALONE.to_vec()),
            subsequence(BESIDE.to_vec(), 1..3),
        ),
        (
            select(vec!["", "sub/", "sub dir/è/"]),
            select(HEADS.to_vec()),
            select(BESIDES.to_vec()),
        ),
        (select(parameters), any::<bool>(), any::<bool>()),
        subsequence(STANDARD.to_vec(), 0..5),
        proptest::option::weighted(0.8, select(PACKAGES.to_vec())),
        proptest::option::weighted(0.8, select(EMBEDS.to_vec())),
        (any::<bool>(), any::<bool>()),
    )
        .prop_map(
            move |(
                (alone, name, beside),
                (folder, head, besides),
                (parameters, fails, named),
                standard,
                package,
                embed,
                (windows, grouped),
            )| {
                let mut code = Code::default();
                standard.iter().for_each(|(import, text)| code.takes("", import, text));
                if let Some((as_, import, text)) = package {
                    code.takes(as_, &format!("MODULE/{import}"), text);
                }
                let mut others = Vec::new();
                if let Some((declared, text, files)) = embed {
                    let numbered = |text: &str| text.replace('N', &number.to_string());
                    let used = declared.contains("embed.FS");
                    code.takes(if used { "" } else { "_" }, "embed", &numbered(text));
                    code.declared.push_str(&numbered(declared));
                    others.extend(files.iter().map(|(path, text)| (numbered(path), (*text).to_owned())));
                }
                code.declared.push_str(besides);
                let function = function(parameters, keys, fails, named, &code.texts);
                // What the function's types are called may be said in another file.
                let alias = "type Text = string\n";
                let own = if alone { alias } else { "" };
                let imports = code.imports(grouped);
                let text = format!("{head}package main\n\n{imports}\n{own}\n{}\n{function}", code.declared);
                let text = if windows { text.replace('\n', "\r\n") } else { text };
                if !alone {
                    let mut texts = vec![format!("package main\n\n{alias}")];
                    texts.resize(beside.len(), "package main // and nothing else".to_owned());
                    others.extend(beside.iter().map(|name| (*name).to_owned()).zip(texts));
                    others.extend(LEFT_OUT.map(|(name, text)| (name.to_owned(), text.to_owned())));
                }
                // Some share the folder `tasks/`, with names of their own there.
                let shared = alone && folder.is_empty();
                let main = match (alone, shared) {
                    (true, true) => format!("{number}{name}"),
                    (true, false) => name.to_owned(),
                    _ => "0.go".to_owned(),
                };
                let folder = if shared {
                    String::new()
                } else {
                    format!("{folder}{number} {name}/")
                };
                Author {
                    code: if alone {
                        format!("{folder}{main}")
                    } else {
                        folder.trim_end_matches('/').to_owned()
                    },
                    folder,
                    main,
                    text,
                    others,
                }
            },
        )
}

#[derive(Default)]
struct Code {
    imports: Vec<String>,
    texts: Vec<String>,
    declared: String,
}

impl Code {
    fn takes(&mut self, as_: &str, import: &str, text: &str) {
        self.imports.push(format!("{as_} \"{import}\"").trim_start().to_owned());
        self.texts.push(text.to_owned());
    }

    fn imports(&self, grouped: bool) -> String {
        match grouped && !self.imports.is_empty() {
            true => format!("import (\n\t{}\n)\n", self.imports.join("\n\t")),
            false => self
                .imports
                .iter()
                .map(|import| format!("import {import}; \n"))
                .collect(),
        }
    }
}

/// The function that the host calls, and what its texts need.
fn function(parameters: &str, keys: bool, fails: bool, named: bool, texts: &[String]) -> String {
    let results = match (keys, fails, named) {
        (true, true, true) => "(out, more string, err error)",
        (true, true, false) => "(string, Text, error)",
        (true, false, true) => "(out string, _ string)",
        (true, false, false) => "(string, string)",
        (false, true, true) => "(out string, err error)",
        (false, true, false) => "(string, error)",
        (false, false, true) => "(out Text)",
        (false, false, false) => "string",
    };
    let more = if keys { ", \"\"" } else { "" };
    let error = if fails { ", nil" } else { "" };
    let adds: String = texts.iter().map(|text| format!("\tresult += {text}\n")).collect();
    let mut text =
        format!("func exec_task({parameters}) {results} {{\n\tresult := \"\"\n{adds}\treturn result{more}{error}\n}}");
    if texts.iter().any(|text| text.starts_with("fmtSum")) {
        text.push_str("\n\nfunc fmtSum(sum [32]byte) string { return string(sum[:2]) }");
    }
    if texts.iter().any(|text| text.starts_with("read(")) {
        text.push_str("\n\nfunc read(files embed.FS, name string) string {\n\tb, _ := files.ReadFile(name)\n\treturn string(b)\n}");
    }
    text
}
