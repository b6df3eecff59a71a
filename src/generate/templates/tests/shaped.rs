//! Manifests of templates that are no application of ours, each thing word for word.

use super::*;

/// What is said of the manifest in which `from` stands as `to`.
fn rows(edits: &[(&str, &str)]) -> String {
    let rows = edits.iter().map(|(from, to)| {
        let error = Templates::with(&edited("small/wadm.yaml", from, to)).unwrap_err();
        let items = error.diagnostics().into_iter().flat_map(|one| &one.items);
        let said: Vec<String> = items
            .map(|item| format!("{}: {}; {}", item.rule, item.title, item.label))
            .collect();
        said.join("\n")
    });
    rows.collect::<Vec<_>>().join("\n")
}

/// A provider beside the component.
const PROVIDER: &str = "    - name: bus
      type: capability
      properties:
        image: registry.example.org/bus:1
      traits:
        - type: spreadscaler
          properties:
            spread: [{ requirements: { host-type: {{target}} } }]
";

fn provider(from: &str, to: &str) -> String {
    assert!(PROVIDER.contains(from), "{from}");
    format!("  components:\n{}", PROVIDER.replace(from, to))
}

#[test]
fn a_provider_may_stand_beside_the_component() {
    let files = edited(
        "small/wadm.yaml",
        "  components:\n",
        &format!("  components:\n{PROVIDER}"),
    );
    Templates::with(&files).unwrap();
}

#[test]
fn parts_are_ours_named_and_placed() {
    let two = provider("name: bus", "name: store");
    let none = provider("image: registry.example.org/bus:1", "note: none");
    let lent = provider("image: registry", "application: theirs\n        image: registry");
    let place = provider("[{ requirements: { host-type: {{target}} } }]", "[]");
    let odd = provider("spreadscaler", "autoscaler");
    let link = provider(
        "      traits:\n",
        "      traits:\n        - { type: link, properties: { target: { name: elsewhere } } }\n",
    );
    let many = format!("  components:\n{}", PROVIDER.repeat(32));
    let start = "  components:\n";
    insta::assert_snapshot!(rows(&[
        (start, &two),
        (start, &none),
        (start, &lent),
        (start, &place),
        (start, &odd),
        (start, &link),
        (start, &many),
        ("kind: Application", "kind: Deployment"),
    ]), @"
    manifest: spec.components.0.name: another part has that name; here
    manifest: spec.components.1.name: another part has that name; here
    manifest: spec.components.0.properties.image: a provider has an image; something is missing below this
    manifest: spec.components.0.properties.application: a part of another application cannot be shared: give this one its own; here
    manifest: spec.components.0.traits.0.properties: `spread` has the one place where the part runs, {{target}}; here
    manifest: spec.components.0: a part needs a daemonscaler, which puts it on {{target}}; here
    manifest: spec.components.0.traits.0.type: it is `daemonscaler`, `spreadscaler` or `link`; here
    manifest: spec.components.0.traits.0.properties.target.name: a link goes to a part of this application; here
    manifest: spec.components: at most 32 parts make an application; here
    manifest: kind: it has to be Application; here
    ");
}

#[test]
fn each_as_people_see_it() {
    insta::assert_snapshot!(said("manifest", &edited("small/wadm.yaml", "kind: Application", "kind: Deployment")), @"
    error: kind: it has to be Application
     --> templates/small/wadm.yaml, rendered with sample values:2:7
      |
    2 | kind: Deployment
      |       ^^^^^^^^^^ here
    ");
    insta::assert_snapshot!(said("template", &edited("small/world.wit", "import", "improt")), @"
    error: this is not WIT: expected `import`, `export`, `include`, `use`, or type definition, found an identifier
     --> templates/small/world.wit:4:3
      |
    4 |   improt pelato:part/keep;
      |   ^^^^^^ here
    ");
}
