//! `template.yaml`: what a template says about itself.

mod keys;

use std::collections::BTreeMap;

use self::keys::keys;
use crate::document::{Fields, Findings, Limits, Node, Span, Value, parse};
use crate::generate::TemplateError;
use crate::workflow::{KeySpec, TemplateSpec};

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
            generated: Vec::new(),
        },
    })
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
