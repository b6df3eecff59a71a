//! How an application runs where it runs: how many instances, and on whose word it takes
//! messages. It is the same whatever template it comes from.

use serde_json::{Value, json};

use crate::generate::Placement;
use crate::workflow::{Order, Task};

/// The annotation with all targets of a task in their order, `edge,cloud`, on
/// applications of which only one takes messages at a time.
pub const ORDER: &str = "pelato.order";

/// The label that a host has while it may take messages for an application. Nobody has
/// it at first; an agent puts it once the component is there, and takes it away.
pub fn ready_label(application: &str) -> String {
    format!("pelato-ready-{application}")
}

/// Gives the component the instances that the task asks for, and holds back the
/// providers that call it until the host has the label, where there is an agent.
pub(super) fn fit(document: &mut Value, task: &Task, placement: &Placement<'_>, application: &str) {
    let Some(parts) = document["spec"]["components"].as_array_mut() else {
        return;
    };
    let component = parts.iter().find(|part| part["type"] == "component");
    let component = component.map(|part| part["name"].clone()).unwrap_or_default();
    for part in parts {
        if part["type"] == "component"
            && let Some(instances) = task.instances
        {
            for scaler in scalers(part) {
                scaler["instances"] = json!(instances);
            }
        }
        if placement.agent && part["type"] == "capability" && calls(part, &component) {
            let label = ready_label(application);
            for scaler in scalers(part) {
                for place in scaler["spread"].as_array_mut().into_iter().flatten() {
                    place["requirements"][label.as_str()] = json!("yes");
                }
            }
        }
    }
}

/// What the agent has to know of the task.
pub(super) fn annotation(task: &Task, placement: &Placement<'_>) -> Option<(&'static str, String)> {
    (placement.agent && task.placement == Order::Prefer).then(|| (ORDER, task.targets.join(",")))
}

/// Whether a part has a link to the component, over which it hands it messages.
fn calls(part: &Value, component: &Value) -> bool {
    let traits = part["traits"].as_array().into_iter().flatten();
    let mut links = traits.filter(|one| one["type"] == "link");
    links.any(|link| link["properties"]["target"]["name"] == *component)
}

/// The properties of what places a part.
fn scalers(part: &mut Value) -> impl Iterator<Item = &mut Value> {
    let traits = part["traits"].as_array_mut().into_iter().flatten();
    traits
        .filter(|one| matches!(one["type"].as_str(), Some("daemonscaler" | "spreadscaler")))
        .map(|one| &mut one["properties"])
}
