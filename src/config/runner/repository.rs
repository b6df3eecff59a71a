//! `repositories:` of `runner.yaml`.

use std::collections::BTreeMap;
use std::path::Path;

use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

use super::not_yet;
use crate::config::Variables;
use crate::config::networks::networks;
use crate::config::secret::{secret, secrets};
use crate::document::{Fields, Findings, Node, Span, Value, closest};
use crate::forge::ForgeKind;

/// A repository that is served.
#[derive(Clone, Debug)]
pub struct Repository {
    /// As the forge names it: `owner/name`.
    pub name: String,
    /// Which forge's deliveries and API.
    pub forge: ForgeKind,
    /// The only address that is ever cloned.
    pub url: String,
    /// The forge's API; GitHub's own where it is left out.
    pub api: Option<String>,
    /// At least one, unless the hook is unsigned.
    pub webhook_secrets: Vec<SecretString>,
    /// Statuses and clone.
    pub token: Option<SecretString>,
    /// Branch → environment.
    pub branches: BTreeMap<String, String>,
    /// Whether the templates in its folder `templates/` are used: what a template says is
    /// what runs on the lattice, providers included.
    pub templates: bool,
    /// Where its deliveries may come from; anywhere where none is named.
    pub sources: Vec<IpNet>,
    /// Deliveries need no signature; the listener is on loopback then.
    pub insecure_unsigned: bool,
}

/// Reads one entry. `environments` are those that are declared, right or wrong in themselves.
pub(super) fn read(
    node: &Node,
    base: &Path,
    variables: &Variables,
    environments: &[&str],
    findings: &mut Findings,
) -> Option<Repository> {
    let mut fields = Fields::of(node, "a repository", findings)?;
    let name = fields.required("name", findings).and_then(|(text, span)| {
        let parts: Vec<&str> = text.split('/').collect();
        let plain =
            |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        if parts.len() == 2 && parts.iter().all(plain) {
            return Some(text.to_owned());
        }
        findings.error(
            "value",
            span,
            "`name` cannot be this",
            "a repository is `owner/name`, as the forge names it",
            "",
        );
        None
    });
    let forge = fields.required("forge", findings).and_then(|(text, span)| match text {
        "github" => Some(ForgeKind::GitHub),
        "gitea" | "forgejo" => Some(ForgeKind::Gitea),
        _ => {
            findings.error(
                "value",
                span,
                format!("`{text}` is no forge that is known"),
                "it is `github` or `gitea` (Forgejo too)",
                "",
            );
            None
        }
    });
    let allow_http = fields.boolean("allow_http", findings).unwrap_or(false);
    let url = fields
        .required("url", findings)
        .and_then(|(text, span)| clone_url(text, span, allow_http, findings));
    let api = fields.text("api", findings).and_then(|(text, span)| {
        let good = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !good {
            findings.error(
                "value",
                span,
                "`api` cannot be this",
                "it is the address of the forge's API: `https://git.example.org/api/v1`",
                "",
            );
        }
        good.then(|| text.trim_end_matches('/').to_owned())
    });
    if forge == Some(ForgeKind::Gitea) && api.is_none() {
        fields.missing("api", findings);
    }
    let insecure_unsigned = fields.boolean("insecure_unsigned", findings).unwrap_or(false);
    let webhook_secrets = match fields.take("webhook_secret") {
        Some(node) => secrets("webhook_secret", node, base, variables, findings),
        None => {
            if !insecure_unsigned {
                fields.missing("webhook_secret", findings);
            }
            Vec::new()
        }
    };
    let token = fields
        .take("token")
        .and_then(|node| secret("token", node, base, variables, findings));
    let branches = branches(&mut fields, environments, findings);
    let templates = fields.boolean("templates", findings).unwrap_or(false);
    let sources = fields
        .take("sources")
        .map_or_else(Vec::new, |node| networks("sources", node, findings));
    if let Some(node) = fields.take("ssh") {
        not_yet("ssh", &node.span, findings);
    }
    fields.finish(findings);
    Some(Repository {
        name: name?,
        forge: forge?,
        url: url?,
        api,
        webhook_secrets,
        token,
        branches: branches?,
        templates,
        sources,
        insecure_unsigned,
    })
}

/// Only `https`, and `file` and `http` where the operator says so: libgit2
/// itself would take any path without asking.
fn clone_url(text: &str, span: &Span, allow_http: bool, findings: &mut Findings) -> Option<String> {
    let mut refuse = |label: &str, help: &str| {
        findings.error("value", span, "`url` cannot be this", label, help);
        None
    };
    let Ok(url) = Url::parse(text) else {
        return refuse("this is no address", "write `https://host/owner/name.git`");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return refuse(
            "credentials do not belong into an address",
            "use `token: { env: NAME }`",
        );
    }
    match url.scheme() {
        "https" | "file" => Some(text.to_owned()),
        "http" if allow_http => Some(text.to_owned()),
        "http" => refuse(
            "http sends the token and the code in the open",
            "use https, or set `allow_http: true`",
        ),
        "ssh" => refuse("cloning over ssh is not supported yet", "use https with a `token`"),
        _ => refuse("only https and file:// addresses are cloned", ""),
    }
}

fn branches(
    fields: &mut Fields<'_>,
    environments: &[&str],
    findings: &mut Findings,
) -> Option<BTreeMap<String, String>> {
    let Some(node) = fields.take("branches") else {
        fields.missing("branches", findings);
        return None;
    };
    let Value::Mapping(entries) = &node.value else {
        findings.error(
            "type",
            &node.span,
            "`branches` must be a map of branch to environment",
            format!("this is {}", node.kind()),
            "write `branches: { main: production }`",
        );
        return None;
    };
    let mut branches = BTreeMap::new();
    for (key, value) in entries {
        let (Some(branch), Some(environment)) = (key.text(), value.text()) else {
            findings.error(
                "type",
                &key.span,
                "a branch names an environment",
                "this is neither a branch nor a name",
                "",
            );
            continue;
        };
        if !environments.contains(&environment) {
            let help = match closest(environment, environments.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None if environments.is_empty() => "declare it under `environments:`".to_owned(),
                None => format!(
                    "declare it under `environments:`; there are: {}",
                    environments.join(", ")
                ),
            };
            findings.error(
                "unknown-environment",
                &value.span,
                format!("no environment is called `{environment}`"),
                "nobody declares it",
                help,
            );
            continue;
        }
        branches.insert(branch.to_owned(), environment.to_owned());
    }
    Some(branches)
}
