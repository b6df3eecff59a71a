//! `environments:` of `runner.yaml`.

use std::collections::BTreeMap;
use std::path::Path;

use secrecy::SecretString;

use crate::config::secret::secret;
use crate::config::settings::PROVIDERS;
use crate::config::{DeployMode, Environment, Nats, Providers, Registry, Target, Variables};
use crate::document::{Fields, Findings, Node, Span, Value};

/// Reads one entry. `data` is the runner's folder; the surroundings are the folder
/// of its configuration, and its variables.
pub(super) fn read(
    name: &str,
    at: &Span,
    node: &Node,
    data: &Path,
    surroundings: (&Path, &Variables),
    findings: &mut Findings,
) -> Option<Environment> {
    let (base, variables) = surroundings;
    let plain = !name.is_empty()
        && name.len() <= 63
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if !plain {
        findings.error(
            "value",
            at,
            "an environment cannot be called this",
            "letters, digits, `-` and `_`",
            "",
        );
    }
    let mut fields = Fields::of(node, "an environment", findings)?;
    let named = fields.take("nats");
    let nats_is_named = named.is_some();
    let nats = match named {
        Some(node) => nats(node, base, variables, findings),
        None => Some(Nats::open("nats://localhost:4222")),
    };
    let sql = fields.take("sql").and_then(|node| sql(node, base, variables, findings));
    let lattice = fields.text("lattice", findings).map_or("default", |(text, _)| text);
    let deploy = match fields.text("deploy", findings) {
        None | Some(("wadm", _)) => DeployMode::Wadm,
        Some(("local", _)) if DeployMode::Local.is_built_in() => DeployMode::Local,
        Some(("local", span)) => {
            findings.error(
                "value",
                span,
                "`deploy` cannot be this here",
                "this program was built without the local host (the cargo feature `local`)",
                "use `wadm`, or a program that has it",
            );
            return None;
        }
        Some((_, span)) => {
            findings.error("value", span, "`deploy` cannot be this", "it is `wadm` or `local`", "");
            return None;
        }
    };
    let registry = match fields.take("registry") {
        Some(node) => registry(node, base, variables, findings).map(Some),
        None if deploy == DeployMode::Local => Some(None),
        None => {
            fields.missing("registry", findings);
            None
        }
    };
    let heal = fields.boolean("heal", findings).unwrap_or(false);
    let agent = fields.boolean("agent", findings).unwrap_or(false);
    let providers = fields
        .take("providers")
        .map_or(Some(Providers::External), |node| providers(node, findings));
    let targets = fields
        .take("targets")
        .map_or_else(BTreeMap::new, |node| targets(node, findings));
    fields.finish(findings);
    Some(Environment {
        name: name.to_owned(),
        registry: registry?,
        nats: nats?,
        nats_is_named,
        sql,
        lattice: lattice.to_owned(),
        deploy,
        providers: providers?,
        targets,
        heal,
        agent,
        state: Some(data.to_owned()),
    })
}

fn registry(node: &Node, base: &Path, variables: &Variables, findings: &mut Findings) -> Option<Registry> {
    let mut fields = Fields::of(node, "a registry", findings)?;
    let url = fields.required("url", findings).map(|(text, _)| text.to_owned());
    let user = fields.text("user", findings).map(|(text, _)| text.to_owned());
    let password = fields
        .take("password")
        .and_then(|node| secret("password", node, base, variables, findings));
    let insecure = fields.boolean("insecure", findings).unwrap_or(false);
    if user.is_some() && password.is_none() {
        fields.missing("password", findings);
    }
    fields.finish(findings);
    Some(Registry {
        url: url?,
        user,
        password,
        insecure,
    })
}

fn nats(node: &Node, base: &Path, variables: &Variables, findings: &mut Findings) -> Option<Nats> {
    let mut fields = Fields::of(node, "`nats`", findings)?;
    let url = fields.required("url", findings).map(|(text, span)| {
        if text.contains('@') {
            findings.error(
                "value",
                span,
                "`url` cannot be this",
                "credentials do not belong into an address, which ends up in manifests",
                "use `user` and `password`, `token` or `creds`",
            );
        }
        text.to_owned()
    });
    let user = fields.text("user", findings).map(|(text, _)| text.to_owned());
    let mut hidden = |fields: &mut Fields<'_>, key: &'static str| {
        fields
            .take(key)
            .and_then(|node| secret(key, node, base, variables, findings))
    };
    let password = hidden(&mut fields, "password");
    let token = hidden(&mut fields, "token");
    let nkey = hidden(&mut fields, "nkey");
    let mut path =
        |fields: &mut Fields<'_>, key: &'static str| fields.text(key, findings).map(|(text, _)| base.join(text));
    let nats = Nats {
        url: url.unwrap_or_default(),
        user,
        password,
        token,
        nkey,
        nkey_file: None,
        creds: path(&mut fields, "creds"),
        ca: path(&mut fields, "ca"),
        cert: path(&mut fields, "cert"),
        key: path(&mut fields, "key"),
    };
    fields.finish(findings);
    (!nats.url.is_empty()).then_some(nats)
}

/// The address of a database has the password in it, so that it is a secret as a whole.
fn sql(node: &Node, base: &Path, variables: &Variables, findings: &mut Findings) -> Option<SecretString> {
    let mut fields = Fields::of(node, "`sql`", findings)?;
    let url = fields.take("url");
    if url.is_none() {
        fields.missing("url", findings);
    }
    let url = url.and_then(|node| secret("url", node, base, variables, findings));
    fields.finish(findings);
    url
}

fn providers(node: &Node, findings: &mut Findings) -> Option<Providers> {
    match (node.text(), &node.value) {
        (Some("external"), _) => Some(Providers::External),
        (Some("builtin"), _) => Some(Providers::Builtin),
        (_, Value::Mapping(_)) => {
            let mut fields = Fields::of(node, "`providers`", findings)?;
            let mut images = BTreeMap::new();
            for name in PROVIDERS {
                if let Some((image, _)) = fields.text(name, findings) {
                    images.insert(name.to_owned(), image.to_owned());
                }
            }
            fields.finish(findings);
            Some(Providers::Images(images))
        }
        _ => {
            findings.error(
                "value",
                &node.span,
                "`providers` cannot be this",
                "it is `external`, `builtin`, or a map of images",
                "",
            );
            None
        }
    }
}

fn targets(node: &Node, findings: &mut Findings) -> BTreeMap<String, Target> {
    let mut targets = BTreeMap::new();
    let Value::Mapping(entries) = &node.value else {
        findings.error(
            "type",
            &node.span,
            "`targets` must be a map of target names",
            format!("this is {}", node.kind()),
            "",
        );
        return targets;
    };
    for (key, value) in entries {
        let Some(name) = key.text() else {
            findings.error(
                "type",
                &key.span,
                "a target's name is a word",
                format!("this is {}", key.kind()),
                "",
            );
            continue;
        };
        let Some(mut fields) = Fields::of(value, "a target", findings) else {
            continue;
        };
        let nats = fields.text("nats", findings).map(|(text, _)| text.to_owned());
        fields.finish(findings);
        targets.insert(name.to_owned(), Target { nats });
    }
    targets
}
