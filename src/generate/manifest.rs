//! The wadm application of a task on one target.

mod running;
mod shape;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::workflow::{Task, TemplateSpec, application_id};

pub use self::running::{ORDER, ready_label};
pub(super) use self::shape::misshapen;
use super::digest::Digest;
use super::render::{at_template, template_of};
use super::{GenerateError, Placement, Template, Templates};

/// The annotations that do not count as content.
const COMMIT: &str = "pelato.commit";
const RUN: &str = "pelato.run";

const FINGERPRINT: &str = "pelato.fingerprint";
const INPUTS: &str = "pelato.inputs";

/// Stands for the image of a component that is not built yet.
pub const UNBUILT: &str = "unbuilt";

/// What the name of a configuration with the way to a database begins with. The
/// application's name follows, and a mark of the content where it is known.
pub const SQL_CONFIG: &str = "pelato-sql";

/// An application, ready for wadm.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// `<component_name>-<target>`.
    pub application: String,
    /// The target.
    pub target: String,
    /// `<version of the task>-<12 hex digits of the content>`. The commit does
    /// not count as content.
    pub version: String,
    /// The id under which hosts list the component.
    pub component_id: String,
    /// The ids under which hosts list the providers.
    pub provider_ids: Vec<String>,
    /// What wadm takes, with keys in order.
    pub document: Value,
    /// Where the task listens for HTTP, if it does: `ip:port`.
    pub address: Option<String>,
}

impl Manifest {
    /// The document as YAML.
    pub fn to_yaml(&self) -> String {
        // JSON is YAML too, should the writer ever refuse.
        serde_yaml::to_string(&self.document).unwrap_or_else(|_| self.document.to_string())
    }
}

impl Manifest {
    /// What a manifest of [`UNBUILT`] is with an image, built from what `fingerprint` and
    /// `inputs_note` say: the same as if it were rendered anew. None where its template
    /// names the image elsewhere too.
    pub fn built(mut self, image: &str, fingerprint: &str, inputs_note: &str) -> Option<Self> {
        let document = &mut self.document;
        let parts = document["spec"]["components"].as_array_mut()?;
        let component = parts.iter_mut().find(|part| part["type"] == "component")?;
        component["properties"]["image"] = json!(image);
        let annotations = document["metadata"]["annotations"].as_object_mut()?;
        annotations.remove("version");
        let commit = annotations.remove(COMMIT);
        annotations.insert(FINGERPRINT.to_owned(), json!(fingerprint));
        annotations.insert(INPUTS.to_owned(), json!(inputs_note));
        if names(document, UNBUILT) {
            return None;
        }
        let (version, _) = self.version.rsplit_once('-')?;
        self.version = sealed(document, version, commit.as_ref().and_then(Value::as_str));
        Some(self)
    }

    /// The same, saying which run puts it. Like the commit, that is no content.
    #[must_use]
    pub fn by(mut self, run: &str) -> Self {
        if let Some(annotations) = self.document["metadata"]["annotations"].as_object_mut() {
            annotations.insert(RUN.to_owned(), run.into());
        }
        self
    }
}

/// The manifest of `task` in one place. `fingerprint` is of what the image was
/// built from; `inputs_note` says what that was, for the next plan to compare.
pub fn manifest(
    task: &Task,
    placement: &Placement<'_>,
    fingerprint: &str,
    inputs_note: &str,
    templates: &Templates,
) -> Result<Manifest, GenerateError> {
    let template = template_of(task, templates)?;
    let application = format!("{}-{}", task.component_name, placement.target);
    if !application
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    {
        return Err(GenerateError::Name {
            what: "application",
            name: application,
            reason: "wadm takes letters, digits, `-` and `_`",
        });
    }
    let address = address(task, placement.target, template.spec())?;
    let context = context(task, placement, template.spec(), &application, address.as_deref());
    let mut document = template
        .manifest(&context)
        .and_then(|text| serde_yaml::from_str(&text).map_err(Template::wrong_manifest))
        .map_err(|wrong| at_template(task, wrong))?;
    running::fit(&mut document, task, placement, &application);
    sort(&mut document);
    if let Some(wrong) = misshapen(&document, &application, placement.target, placement.image).first() {
        return Err(at_template(task, Template::wrong_manifest(wrong.shown())));
    }
    let (component_id, provider_ids) = ids(&application, &document);
    let mut annotations: BTreeMap<&str, String> = annotations(task, placement, fingerprint, inputs_note)
        .into_iter()
        .map(|(key, value)| (key, value.to_owned()))
        .collect();
    annotations.extend(running::annotation(task, placement));
    document["metadata"]["annotations"] = json!(annotations);
    let version = sealed(&mut document, &task.version, placement.owner.commit.as_deref());
    Ok(Manifest {
        application,
        target: placement.target.to_owned(),
        version,
        component_id,
        provider_ids,
        document,
        address,
    })
}

/// Gives a document its version, and then its commit, which is no content.
fn sealed(document: &mut Value, version: &str, commit: Option<&str>) -> String {
    sort(&mut document["metadata"]["annotations"]);
    let digest = Digest::default().part(document.to_string()).short();
    let version = format!("{version}-{digest}");
    let annotations = &mut document["metadata"]["annotations"];
    annotations["version"] = json!(version);
    if let Some(commit) = commit {
        annotations[COMMIT] = json!(commit);
    }
    sort(annotations);
    version
}

/// Where the task listens on the target; none where its template has no such key.
fn address(task: &Task, target: &str, spec: &TemplateSpec) -> Result<Option<String>, GenerateError> {
    let Some(key) = spec.keys.iter().find(|key| key.name == "address") else {
        return Ok(None);
    };
    match &task.address {
        None => Ok(key.default.clone()),
        Some(address) => match address.on(target) {
            Some(address) => Ok(Some(address.to_owned())),
            None => Err(GenerateError::NoAddress {
                component_name: task.component_name.clone(),
                target: target.to_owned(),
            }),
        },
    }
}

/// What a manifest's template can name: the placement, and each key that the
/// template declares, null where it has no value.
fn context(
    task: &Task,
    placement: &Placement<'_>,
    spec: &TemplateSpec,
    application: &str,
    address: Option<&str>,
) -> Value {
    let mut context = Map::new();
    for key in &spec.keys {
        let value = match key.name.as_str() {
            "source_topic" => task.source_topic.as_deref(),
            "dest_topic" => task.dest_topic.as_deref(),
            "address" => address,
            name => task.extra.get(name).map(String::as_str),
        };
        context.insert(key.name.clone(), json!(value.or(key.default.as_deref())));
    }
    let queue_group = format!("pelato-{}-{}", placement.environment, task.component_name);
    let providers = placement.providers;
    context.extend([
        ("application".into(), json!(application)),
        ("component_name".into(), json!(task.component_name)),
        ("target".into(), json!(placement.target)),
        ("image".into(), json!(placement.image)),
        ("environment".into(), json!(placement.environment)),
        ("queue_group".into(), json!(queue_group)),
        ("nats".into(), json!(placement.nats)),
        ("sql".into(), json!(sql_config(application, placement.sql))),
        (
            "providers".into(),
            json!({
                "messaging": providers.messaging,
                "http_server": providers.http_server,
                "keyvalue": providers.keyvalue,
                "sql": providers.sql,
            }),
        ),
    ]);
    Value::Object(context)
}

fn sql_config(application: &str, mark: Option<&str>) -> String {
    let mark = mark.map(|mark| format!("-{mark}")).unwrap_or_default();
    format!("{SQL_CONFIG}-{application}{mark}")
}

fn annotations<'a>(
    task: &'a Task,
    placement: &Placement<'a>,
    fingerprint: &'a str,
    inputs_note: &'a str,
) -> BTreeMap<&'static str, &'a str> {
    BTreeMap::from([
        // What wadm's own tools show.
        ("description", task.name.as_str()),
        ("pelato.name", &task.name),
        ("pelato.repository", &placement.owner.repository),
        ("pelato.project", &placement.owner.project),
        ("pelato.environment", &placement.owner.environment),
        ("pelato.component", &task.component_name),
        ("pelato.target", placement.target),
        (FINGERPRINT, fingerprint),
        (INPUTS, inputs_note),
    ])
}

/// The ids of the one component and of the providers.
fn ids(application: &str, document: &Value) -> (String, Vec<String>) {
    let parts = document["spec"]["components"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let of = |kind: &str| -> Vec<String> {
        parts
            .iter()
            .filter(|part| part["type"] == kind)
            .filter_map(|part| part["name"].as_str())
            .map(|name| format!("{}-{}", application_id(application), application_id(name)))
            .collect()
    };
    (of("component").into_iter().next().unwrap_or_default(), of("capability"))
}

/// Whether a text of the value has `word` in it.
fn names(value: &Value, word: &str) -> bool {
    match value {
        Value::String(text) => text.contains(word),
        Value::Array(array) => array.iter().any(|value| names(value, word)),
        Value::Object(object) => object.values().any(|value| names(value, word)),
        _ => false,
    }
}

/// Puts the keys of every object in order, whatever order this build of serde_json
/// keeps. Mostly they are.
fn sort(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if !object.keys().is_sorted() {
                let ordered: BTreeMap<String, Value> = std::mem::take(object).into_iter().collect();
                object.extend(ordered);
            }
            object.values_mut().for_each(sort);
        }
        Value::Array(array) => array.iter_mut().for_each(sort),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
