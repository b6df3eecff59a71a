//! `template.yaml`: what a template says about itself.

use std::collections::BTreeMap;

use super::expressions::is_taken;
use super::placed;
use crate::document::{Fields, Findings, Limits, Node, Span, Value, closest, parse};
use crate::generate::TemplateError;
use crate::workflow::{KeyKind, KeySpec, TemplateSpec};

/// What every task has, whatever its template.
const OF_EVERY_TASK: [&str; 6] = ["name", "type", "code", "targets", "component_name", "version"];
const KINDS: [(&str, KeyKind); 5] = [
    ("subject", KeyKind::Subject),
    ("address", KeyKind::Address),
    ("name", KeyKind::Name),
    ("table", KeyKind::Table),
    ("column", KeyKind::Column),
];
/// Keys of a template, and names in a list.
const MOST: usize = 64;
const LONGEST_NAME: usize = 60;

/// What a `template.yaml` says, and where.
#[derive(Debug)]
pub(super) struct Description {
    pub(super) spec: TemplateSpec,
    /// A line for lists.
    pub(super) summary: String,
    /// The parts that it takes from `shared/`.
    pub(super) parts: Vec<(String, Span)>,
    pub(super) world: Span,
    /// The task that stands for an example: its name, and values of keys.
    pub(super) example: (String, BTreeMap<String, String>),
}

/// Reads the description of the template in the folder `name`. `file` names it in
/// messages.
pub(super) fn describe(name: &str, file: &str, text: &str) -> Result<Description, TemplateError> {
    let mut wrong = TemplateError::default();
    let mut findings = Findings::default();
    let root = match parse(file, text, Limits::default()) {
        Ok(Some(root)) => root,
        Ok(None) => {
            let help = "it has at least name, doc, signatures, world, subscribes and keys";
            findings.error("empty", &(0..1), "the description is empty", "nothing is here", help);
            wrong.text(findings.of(file, if text.is_empty() { " " } else { text }));
            return Err(wrong);
        }
        Err(diagnostics) => {
            wrong.text(diagnostics);
            return Err(wrong);
        }
    };
    let description = whole(name, &root, &mut findings);
    match description {
        Some(description) if findings.errors() == 0 => Ok(description),
        _ => {
            wrong.text(findings.of(file, text));
            Err(wrong)
        }
    }
}

fn whole(folder: &str, root: &Node, findings: &mut Findings) -> Option<Description> {
    let mut fields = Fields::of(root, "a template", findings)?;
    let name = fields.required("name", findings).map(|(name, span)| {
        if name != folder {
            let label = format!("the folder's is `{folder}`");
            findings.error(
                "value",
                span,
                "a template has its folder's name",
                label,
                "make them the same",
            );
        }
        name.to_owned()
    });
    let mut aliases = Vec::new();
    for (alias, span) in texts("aliases", fields.take("aliases"), findings) {
        match is_name(&alias) {
            true => aliases.push(alias),
            false => not_a_name("an alias", &span, findings),
        }
    }
    let doc = fields.required("doc", findings).map(|(doc, _)| doc.trim().to_owned());
    let summary = fields.text("summary", findings).map(|(text, _)| text.to_owned());
    let signatures = match fields.take("signatures") {
        Some(node) => {
            let signatures = texts("signatures", Some(node), findings);
            for (signature, span) in &signatures {
                if !signature.starts_with("func exec_task(") || signature.contains('\n') {
                    let help = "for example `func exec_task(arg string) string`";
                    findings.error(
                        "value",
                        span,
                        "this is no signature of exec_task",
                        "the author's function",
                        help,
                    );
                }
            }
            if signatures.is_empty() && findings.errors() == 0 {
                findings.error(
                    "value",
                    &node.span,
                    "`signatures` has at least one",
                    "an empty list",
                    "",
                );
            }
            signatures.into_iter().map(|(signature, _)| signature).collect()
        }
        None => {
            fields.missing("signatures", findings);
            Vec::new()
        }
    };
    let world = fields
        .required("world", findings)
        .map(|(world, span)| (world.to_owned(), span.clone()));
    let parts = texts("shared", fields.take("shared"), findings);
    let subscribes = match fields.take("subscribes") {
        None => {
            fields.missing("subscribes", findings);
            None
        }
        Some(node) => truth("subscribes", node, findings),
    };
    let keys = match fields.take("keys") {
        Some(Node {
            value: Value::Sequence(items),
            span,
        }) if items.len() > MOST => {
            findings.error(
                "value",
                span,
                format!("a template has at most {MOST} keys"),
                "these are more",
                "",
            );
            Vec::new()
        }
        Some(Node {
            value: Value::Sequence(items),
            ..
        }) => keys(items, subscribes, findings),
        Some(node) => {
            let help = "begin each with `- name:`, or write `keys: []`";
            findings.error(
                "type",
                &node.span,
                "`keys` must be a list",
                format!("this is {}", node.kind()),
                help,
            );
            Vec::new()
        }
        None => {
            fields.missing("keys", findings);
            Vec::new()
        }
    };
    let example = fields
        .take("example")
        .map(|node| example(node, &keys, findings))
        .unwrap_or_default();
    fields.finish(findings);
    let doc = doc?;
    let (world, world_span) = world?;
    Some(Description {
        summary: summary.unwrap_or_else(|| first_sentence(&doc)),
        parts,
        world: world_span,
        example,
        spec: TemplateSpec {
            name: name?,
            aliases,
            doc,
            signatures,
            world,
            subscribes: subscribes?,
            keys,
            // Its go.mod says.
            modules: Vec::new(),
        },
    })
}

fn keys(items: &[Node], subscribes: Option<bool>, findings: &mut Findings) -> Vec<KeySpec> {
    let mut keys: Vec<KeySpec> = Vec::new();
    for item in items {
        let Some(mut fields) = Fields::of(item, "a key of a template", findings) else {
            continue;
        };
        let name = fields.required("name", findings);
        let kind = fields
            .required("kind", findings)
            .and_then(|(text, span)| kind(text, span, findings));
        let required = fields
            .take("required")
            .and_then(|node| truth("required", node, findings))
            .unwrap_or(false);
        let default = fields.text("default", findings);
        let doc = fields.required("doc", findings);
        fields.finish(findings);
        let (Some((name, span)), Some(kind), Some((doc, _))) = (name, kind, doc) else {
            continue;
        };
        if let Some(reason) = refused(name, kind, &keys) {
            findings.error("value", span, format!("a key cannot be `{name}`"), reason, "");
            continue;
        }
        if let Some((default, span)) = default {
            let wildcards = name == "source_topic" && subscribes == Some(true);
            if let Some(reason) = kind.refuses(default, wildcards) {
                findings.error("value", span, format!("`{name}` cannot be this"), reason, "");
            }
            if required {
                findings.error(
                    "value",
                    span,
                    "what is required has no default",
                    "a default",
                    "take one of them out",
                );
            }
        }
        keys.push(KeySpec {
            name: name.to_owned(),
            kind,
            required,
            default: default.map(|(default, _)| default.to_owned()),
            doc: doc.trim().to_owned(),
        });
    }
    keys
}

/// Why a key cannot be called that.
fn refused(name: &str, kind: KeyKind, keys: &[KeySpec]) -> Option<String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if !name.bytes().all(plain) || !name.starts_with(|c: char| c.is_ascii_lowercase()) || name.len() > LONGEST_NAME {
        return Some("its name is small letters, digits and `_`, and begins with a letter".into());
    }
    if OF_EVERY_TASK.contains(&name) {
        return Some("every task has that key already".into());
    }
    if placed::is_placed(name) || is_taken(name) {
        return Some("that name means something else in wadm.yaml".into());
    }
    if keys.iter().any(|key| key.name == name) {
        return Some("another key has that name".into());
    }
    let topic = matches!(name, "source_topic" | "dest_topic");
    match (name == "address", kind == KeyKind::Address) {
        (true, false) => Some("where a task listens has `kind: address`".into()),
        (false, true) => Some("where a task listens is called `address`".into()),
        _ if topic && kind != KeyKind::Subject => Some("it is a subject, `kind: subject`".into()),
        _ => None,
    }
}

fn kind(text: &str, span: &Span, findings: &mut Findings) -> Option<KeyKind> {
    if let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == text) {
        return Some(*kind);
    }
    let names = || KINDS.iter().map(|(name, _)| *name);
    let help = match closest(text, names()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are: {}", names().collect::<Vec<_>>().join(", ")),
    };
    findings.error(
        "value",
        span,
        format!("there is no kind `{text}`"),
        "unknown kind",
        help,
    );
    None
}

/// `example:`: what `new` and `templates show` begin with.
fn example(node: &Node, keys: &[KeySpec], findings: &mut Findings) -> (String, BTreeMap<String, String>) {
    let mut values = BTreeMap::new();
    let Some(mut fields) = Fields::of(node, "`example`", findings) else {
        return Default::default();
    };
    let name = fields.text("name", findings).map(|(name, _)| name.to_owned());
    for key in keys {
        if let Some(node) = fields.take_extra(&key.name) {
            match node
                .text()
                .map(|text| (text, key.kind.refuses(text, key.name == "source_topic")))
            {
                Some((text, None)) => {
                    values.insert(key.name.clone(), text.to_owned());
                }
                Some((_, Some(reason))) => {
                    findings.error(
                        "value",
                        &node.span,
                        format!("`{}` cannot be this", key.name),
                        reason,
                        "",
                    );
                }
                None => findings.error(
                    "type",
                    &node.span,
                    format!("`{}` must be a single value", key.name),
                    format!("this is {}", node.kind()),
                    "",
                ),
            }
        } else if key.required {
            fields.missing(&key.name, findings);
        }
    }
    fields.finish(findings);
    (name.unwrap_or_default(), values)
}

fn truth(name: &str, node: &Node, findings: &mut Findings) -> Option<bool> {
    match node.text() {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => {
            findings.error(
                "type",
                &node.span,
                format!("`{name}` is true or false"),
                "this is neither",
                "",
            );
            None
        }
    }
}

/// A list of texts.
fn texts(name: &str, node: Option<&Node>, findings: &mut Findings) -> Vec<(String, Span)> {
    let Some(node) = node else {
        return Vec::new();
    };
    let Value::Sequence(items) = &node.value else {
        findings.error(
            "type",
            &node.span,
            format!("`{name}` must be a list"),
            format!("this is {}", node.kind()),
            "write `[a, b]`",
        );
        return Vec::new();
    };
    if items.len() > MOST {
        findings.error(
            "value",
            &node.span,
            format!("`{name}` has {} entries", items.len()),
            format!("{MOST} are the most"),
            "",
        );
    }
    let mut texts = Vec::new();
    for item in items.iter().take(MOST) {
        match item.text() {
            Some(text) => texts.push((text.to_owned(), item.span.clone())),
            None => findings.error(
                "type",
                &item.span,
                format!("`{name}` is a list of texts"),
                format!("this is {}", item.kind()),
                "",
            ),
        }
    }
    texts
}

/// What can be a template: what `type:` says, and a folder.
pub(super) fn is_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    text.len() <= LONGEST_NAME && text.bytes().all(plain) && text.starts_with(|c: char| c.is_ascii_alphanumeric())
}

fn not_a_name(what: &str, span: &Span, findings: &mut Findings) {
    findings.error(
        "value",
        span,
        format!("{what} cannot be this"),
        "letters, digits, `-` and `_`",
        "",
    );
}

fn first_sentence(doc: &str) -> String {
    doc.split_once(". ")
        .map_or(doc, |(first, _)| first)
        .trim_end_matches('.')
        .to_owned()
}
