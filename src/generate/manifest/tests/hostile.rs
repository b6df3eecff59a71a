//! Workflows that try to become more than values.

use super::*;

/// Whatever a workflow says, it comes out as the value of the key that it was
/// written to, and of no other.
#[test]
fn hostile_values_stay_values() {
    let plain = on_edge(&task("http_producer_nats"));
    for hostile in [
        "\"; rm -rf /; echo \"",
        "{{application}}",
        "{{{nats}}}",
        "a\nb: c",
        "a: b",
        "- x",
        "# no",
        "'",
        "\\",
        "\u{85}\u{2028}",
        "*alias",
        "&anchor",
        "!!str",
        "|",
        ">",
        "%YAML",
        "null",
        "true",
        "0x10",
        "1e3",
        "~",
        "",
        " ",
        "\t",
        "\0",
        "\u{1b}[31m",
        "\u{202e}",
        "}, name: x",
        "], [",
        "x\"\n    - name: evil",
        "è🦀",
        "<<",
        "=",
    ] {
        let hostile_address = Address::Everywhere(hostile.to_owned());
        let task = Task {
            name: hostile.to_owned(),
            source_topic: Some(format!("s{hostile}")),
            dest_topic: Some(hostile.to_owned()),
            address: Some(hostile_address),
            ..task("http_producer_nats")
        };
        let manifest = placed(&task, |place| {
            place.image = hostile.into();
            place.nats = hostile.into();
            place.environment = hostile.into();
        })
        .unwrap();
        assert_eq!(shape(&plain.document), shape(&manifest.document), "{hostile:?}");
        let read: Value = serde_yaml::from_str(&manifest.to_yaml()).unwrap();
        assert_eq!(read, manifest.document, "{hostile:?}");
        let parts = &manifest.document["spec"]["components"];
        assert_eq!(parts[0]["properties"]["image"], hostile);
        assert_eq!(parts[0]["properties"]["config"][0]["properties"]["dest_topic"], hostile);
        assert_eq!(
            parts[1]["traits"][1]["properties"]["source"]["config"][0]["properties"]["subscriptions"],
            format!("s{hostile}|pelato-{hostile}-celsius_to_kelvin"),
        );
        assert_eq!(
            parts[2]["traits"][1]["properties"]["source"]["config"][0]["properties"]["address"],
            hostile
        );
        assert_eq!(manifest.document["metadata"]["annotations"]["pelato.name"], hostile);
    }
}

/// The document with every text replaced: what is left is its structure.
fn shape(value: &Value) -> Value {
    match value {
        Value::String(_) => Value::Null,
        Value::Array(array) => array.iter().map(shape).collect(),
        Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), shape(value))).collect(),
        other => other.clone(),
    }
}
