//! The JSON Schema of `workflow.yaml`, for editors.
//!
//! Draft-07: what the YAML language server, and so most editors, know whole. It says
//! less than `check` does, since a schema sees neither other tasks nor files; what it
//! refuses, `check` refuses too, but for one thing: YAML reads `no` or `2024-01-01` in
//! other ways here and there, and `check` takes each value as the text that it is.

use serde_json::{Map, Value, json};

use super::form::Form;
use super::{KeyKind, Order, TemplateSpec};

/// A key that every task has.
#[derive(Clone, Copy, Debug)]
pub struct TaskKey {
    /// As written.
    pub name: &'static str,
    /// Whether a task must have it.
    pub required: bool,
    /// A sentence for authors.
    pub doc: &'static str,
}

/// The keys of every task, whatever its template.
pub fn task_keys() -> [TaskKey; 9] {
    let key = |name, required, doc| TaskKey { name, required, doc };
    [
        key("name", true, "What people call the task. It may hold spaces."),
        key(
            "type",
            true,
            "The task's template, which says what comes in and what goes out.",
        ),
        key("code", true, "The Go code, below `tasks/`."),
        key(
            "targets",
            true,
            "The kinds of hosts that it runs on: the value of their `host-type` label.",
        ),
        key(
            "target",
            false,
            "An older spelling of `targets`, one of them or a list. A task has the one or the other.",
        ),
        key(
            "component_name",
            true,
            "Names the OCI artifact and the applications. Unique in the project, also for those who see no case, and no difference between `-` and `_`.",
        ),
        key("version", true, "The version of the artifact."),
        key(
            "instances",
            false,
            "How many messages each host works on at once, 100 if it is left out. More wait for their turn.",
        ),
        key(
            "placement",
            false,
            "`all`, the default: all targets take messages, and one of them handles each. `prefer`: the first of `targets` that lives takes them all, and the others stand in reserve; the environment needs an agent.",
        ),
    ]
}

const PROJECT_NAME: &str = "What people call the project. It may hold spaces.";
const TASKS: &str = "The tasks, each with `- name:` at its beginning.";

/// The schema, as JSON, for workflows whose tasks are of these templates.
pub fn schema(templates: &[&TemplateSpec]) -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "workflow.yaml of Pelato",
        "type": "object",
        "additionalProperties": false,
        "required": ["project_name", "tasks"],
        "properties": {
            "project_name": described(form(Form::Display), PROJECT_NAME),
            "tasks": {
                "title": "a list of tasks",
                "description": TASKS,
                "type": "array",
                "minItems": 1,
                "items": { "$ref": "#/definitions/task" },
            },
        },
        "definitions": { "task": task(templates) },
    })
}

fn task(templates: &[&TemplateSpec]) -> Value {
    let mut properties = Map::new();
    for key in task_keys() {
        properties.insert(key.name.to_owned(), described(base(key.name, templates), key.doc));
    }
    let required: Vec<&str> = task_keys()
        .iter()
        .filter(|key| key.required && key.name != "targets")
        .map(|key| key.name)
        .collect();
    let kinds: Vec<Value> = templates.iter().map(|template| of_template(template)).collect();
    json!({
        "type": "object",
        "required": required,
        "oneOf": [{ "required": ["targets"] }, { "required": ["target"] }],
        "properties": properties,
        "allOf": kinds,
    })
}

/// What a key of every task may hold.
fn base(name: &str, templates: &[&TemplateSpec]) -> Value {
    match name {
        "type" => json!({ "title": "a template's name", "anyOf": types(templates) }),
        "code" => form(Form::Code),
        "targets" => labels(),
        "target" => json!({
            "title": "a name, or a list of names: letters, digits, `-`, `_`",
            "anyOf": [form(Form::Label), labels()],
            "doNotSuggest": true,
        }),
        "component_name" => form(Form::ComponentName),
        "version" => form(Form::Version),
        "instances" => form(Form::Instances),
        "placement" => form(Form::Placement),
        _ => form(Form::Display),
    }
}

fn labels() -> Value {
    json!({
        "title": "a list of names: letters, digits, `-`, `_`",
        "type": "array",
        "minItems": 1,
        "uniqueItems": true,
        "items": form(Form::Label),
    })
}

/// Each template's name with its description, which editors show beside it, and then
/// the older names.
fn types(templates: &[&TemplateSpec]) -> Vec<Value> {
    let mut types: Vec<Value> = templates
        .iter()
        .map(|template| json!({ "const": template.name, "description": template.doc }))
        .collect();
    for template in templates {
        for alias in &template.aliases {
            let doc = format!("An older name of `{}`.", template.name);
            types.push(json!({ "const": alias, "description": doc, "doNotSuggest": true }));
        }
    }
    types
}

/// What holds for the tasks of one template: its keys, and no others.
fn of_template(template: &TemplateSpec) -> Value {
    let mut names = vec![template.name.as_str()];
    names.extend(template.aliases.iter().map(String::as_str));
    // What the keys of every task may hold is said once, above.
    let mut properties: Map<String, Value> = task_keys()
        .iter()
        .map(|key| (key.name.to_owned(), Value::Bool(true)))
        .collect();
    let mut required = Vec::new();
    for key in &template.keys {
        let wildcards = template.subscribes && key.name == "source_topic";
        let mut value = match key.kind {
            KeyKind::Address => json!({
                "title": "`ip:port`, or a map of target to `ip:port`",
                "anyOf": [
                    form(Form::Address),
                    { "type": "object", "minProperties": 1, "additionalProperties": form(Form::Address) },
                ],
            }),
            kind => form(Form::of(kind, wildcards)),
        };
        if let Some(default) = &key.default {
            value["default"] = json!(default);
        }
        if key.required && key.default.is_none() {
            required.push(key.name.as_str());
        }
        properties.insert(key.name.clone(), described(value, &key.doc));
    }
    json!({
        "if": { "required": ["type"], "properties": { "type": { "enum": names } } },
        "then": { "additionalProperties": false, "required": required, "properties": properties },
    })
}

fn described(mut value: Value, doc: &str) -> Value {
    value["description"] = json!(doc);
    value
}

/// Spaces and control characters, as `check` sees them. Written out, since `\s` is not
/// the same in all languages.
const BLANK: &str = r"\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
/// ASCII that no SQL name has, a dot among it.
const NO_SQL: &str = r"\u0000-/:-@\[-\^`{-\u007f";

/// What a value of a form may be. Its patterns refuse nothing that the form does not;
/// lengths are counted in characters here and in bytes there, which are no fewer.
fn form(form: Form) -> Value {
    let token = format!(r"[^{BLANK},|.*>]+");
    let (pattern, longest) = match form {
        Form::Display => (format!("[^{BLANK}]"), 200),
        Form::ComponentName => ("^[A-Za-z0-9]+((__?|-+)[A-Za-z0-9]+)*$".to_owned(), 100),
        Form::Label => ("^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$".to_owned(), 100),
        Form::Version => (r"^[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}$".to_owned(), 29),
        Form::Code => (r"^[^/\\-][^\\]*$".to_owned(), 255),
        Form::Subject(false) => (format!(r"^{token}(\.{token})*$"), 255),
        Form::Subject(true) => (format!(r"^(>|({token}|\*)(\.({token}|\*))*(\.>)?)$"), 255),
        Form::Address => (r"^([0-9.]+|\[[0-9A-Fa-f:.%]+\]):[0-9]+$".to_owned(), 100),
        Form::Table => (format!(r"^[^{NO_SQL}]+(\.[^{NO_SQL}]+)?$"), 127),
        Form::Column => (format!(r"^[^{NO_SQL}]+$"), 63),
        Form::Instances => ("^[0-9]+$".to_owned(), 4),
        Form::Placement => (format!("^({})$", Order::WORDS.join("|")), 6),
    };
    let mut value = json!({
        "title": form.words(),
        // A name may be `2024` or `true`: YAML says number, we say text.
        "type": ["string", "number", "boolean"],
        "maxLength": longest,
        "pattern": pattern,
        "examples": [form.example()],
    });
    // No number is one of these.
    if matches!(form, Form::Version | Form::Code | Form::Address) {
        value["type"] = json!("string");
    }
    if matches!(form, Form::Subject(_)) {
        value["not"] = json!({ "type": "string", "pattern": r"^(\$|_INBOX\.)" });
    }
    value
}
