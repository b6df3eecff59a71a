//! Handlebars, set up so that a value cannot become syntax.

use std::collections::BTreeMap;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderError, RenderErrorReason,
    ScopedJson,
};
use serde_json::Value;

use super::digest::Digest;
use super::quote;

/// A registry for Go: `{{value}}` is a string literal.
pub(super) fn go() -> Handlebars<'static> {
    strict(quote::go)
}

/// A registry for manifests: `{{value}}` is a quoted scalar, `{{config KIND
/// key=value…}}` a config named by its content, `(text a b…)` its parameters as
/// one string.
pub(super) fn yaml() -> Handlebars<'static> {
    let mut registry = strict(quote::yaml);
    registry.register_helper("config", Box::new(config));
    registry.register_helper("text", Box::new(Text));
    registry
}

fn strict(escape: fn(&str) -> String) -> Handlebars<'static> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(escape);
    registry
}

/// Writes `{"name": …, "properties": {…}}`. A value that changes under an old
/// name does not reach a running provider, so the name holds a digest of the
/// values; and wadm deletes the configs of an application that goes, so it holds
/// the application, lest another one loses its own.
fn config(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    context: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let kind = helper
        .param(0)
        .and_then(|kind| kind.value().as_str())
        .ok_or(RenderErrorReason::ParamNotFoundForIndex("config", 0))?;
    let application = context.data()["application"].as_str().unwrap_or_default();
    let mut properties = BTreeMap::new();
    for (key, value) in helper.hash() {
        if value.is_value_missing() {
            return Err(missing("config", key));
        }
        if !value.value().is_null() {
            properties.insert(*key, plain(value.value()));
        }
    }
    let digest = Digest::default().named(&properties).short();
    let properties: Vec<String> = properties
        .iter()
        .map(|(key, value)| format!("{}: {}", quote::yaml(key), quote::yaml(value)))
        .collect();
    out.write(&format!(
        "{{name: {}, properties: {{{}}}}}",
        quote::yaml(&format!("{application}-{kind}-{digest}")),
        properties.join(", "),
    ))?;
    Ok(())
}

struct Text;

impl HelperDef for Text {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let mut text = String::new();
        for (index, parameter) in helper.params().iter().enumerate() {
            if parameter.is_value_missing() {
                let name = parameter
                    .relative_path()
                    .map_or_else(|| index.to_string(), Clone::clone);
                return Err(missing("text", &name));
            }
            text.push_str(&plain(parameter.value()));
        }
        Ok(ScopedJson::Derived(Value::String(text)))
    }
}

fn missing(helper: &str, what: &str) -> RenderError {
    RenderErrorReason::Other(format!("{helper}: {what} has no value")).into()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(template: &str) -> Result<String, String> {
        let context = json!({"application": "a-edge", "topic": "in", "none": null});
        yaml()
            .render_template(template, &context)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_config_is_named_by_what_is_in_it() {
        let line = filled(r#"{{config "nats" uri=topic left_out=none}}"#).unwrap();
        insta::assert_snapshot!(line, @r#"{name: "a-edge-nats-bb5faad6938b", properties: {"uri": "in"}}"#);
        let other = filled(r#"{{config "nats" uri="other"}}"#).unwrap();
        assert_ne!(line[..40], other[..40]);
    }

    #[test]
    fn a_name_that_is_nowhere_is_an_error() {
        for template in [
            "{{nothing}}",
            r#"{{config "k" a=nothing}}"#,
            r#"{{config "k" a=(text topic nothing)}}"#,
            "{{config}}",
        ] {
            assert!(filled(template).is_err(), "{template}");
        }
    }
}
