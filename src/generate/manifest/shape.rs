//! What an application of ours looks like, whatever template it comes from.
//!
//! The rest of Pelato relies on it: an application is on its target and nowhere else,
//! has one component, the one that was built, and shares nothing with other
//! applications. wadm looks at the remainder.

use serde_json::Value;

use super::SQL_CONFIG;

/// Parts of an application.
const MOST: usize = 32;

/// Something that is not as it has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::generate) struct Misshapen {
    /// Keys and places in lists that lead there.
    pub(in crate::generate) path: Vec<String>,
    /// What has to be.
    pub(in crate::generate) reason: String,
}

impl Misshapen {
    /// As people name it: `spec.components.0.type: …`.
    pub(super) fn shown(&self) -> String {
        format!("{}: {}", self.path.join("."), self.reason)
    }
}

/// All that is wrong with the application, which is to be called `application` and to
/// run `image` on `target`.
pub(in crate::generate) fn misshapen(document: &Value, application: &str, target: &str, image: &str) -> Vec<Misshapen> {
    let mut look = Look {
        application,
        target,
        image,
        found: Vec::new(),
    };
    look.whole(document);
    look.found
}

struct Look<'l> {
    application: &'l str,
    target: &'l str,
    image: &'l str,
    found: Vec<Misshapen>,
}

impl Look<'_> {
    fn wrong(&mut self, path: &str, reason: impl Into<String>) {
        self.found.push(Misshapen {
            path: path.split('.').map(str::to_owned).collect(),
            reason: reason.into(),
        });
    }

    fn whole(&mut self, document: &Value) {
        for (key, has) in [("apiVersion", "core.oam.dev/v1beta1"), ("kind", "Application")] {
            if document[key] != has {
                self.wrong(key, format!("it has to be {has}"));
            }
        }
        if document["metadata"]["name"] != self.application {
            self.wrong("metadata.name", "it has to be {{application}}");
        }
        let parts = document["spec"]["components"].as_array().map_or(&[][..], Vec::as_slice);
        if parts.len() > MOST {
            self.wrong("spec.components", format!("at most {MOST} parts make an application"));
            return;
        }
        let components = parts.iter().filter(|part| part["type"] == "component").count();
        if components != 1 {
            let reason = format!("it has {components} parts of type `component`, and should have one");
            self.wrong("spec.components", reason);
        }
        let names: Vec<&str> = parts.iter().filter_map(|part| part["name"].as_str()).collect();
        for (index, part) in parts.iter().enumerate() {
            self.part(&format!("spec.components.{index}"), part, &names);
        }
    }

    fn part(&mut self, at: &str, part: &Value, names: &[&str]) {
        match part["name"].as_str() {
            None | Some("") => self.wrong(&format!("{at}.name"), "a part has a name"),
            Some(name) if names.iter().filter(|other| **other == name).count() > 1 => {
                self.wrong(&format!("{at}.name"), "another part has that name");
            }
            Some(_) => {}
        }
        let properties = &part["properties"];
        let image = format!("{at}.properties.image");
        match part["type"].as_str() {
            Some("component") if properties["image"] != self.image => {
                self.wrong(&image, "the component is what was built, {{image}}");
            }
            Some("capability") if properties["image"].as_str().is_none_or(str::is_empty) => {
                self.wrong(&image, "a provider has an image");
            }
            Some("component" | "capability") => {}
            _ => self.wrong(&format!("{at}.type"), "it is `component` or `capability`"),
        }
        if !properties["application"].is_null() {
            let reason = "a part of another application cannot be shared: give this one its own";
            self.wrong(&format!("{at}.properties.application"), reason);
        }
        self.configs(&format!("{at}.properties"), properties);
        let traits = part["traits"].as_array().map_or(&[][..], Vec::as_slice);
        let mut placed = false;
        for (index, one) in traits.iter().enumerate() {
            let at = format!("{at}.traits.{index}");
            match one["type"].as_str() {
                Some("daemonscaler" | "spreadscaler") => {
                    placed = true;
                    self.spread(&format!("{at}.properties"), &one["properties"]["spread"]);
                }
                Some("link") => self.link(&format!("{at}.properties"), &one["properties"], names),
                _ => self.wrong(&format!("{at}.type"), "it is `daemonscaler`, `spreadscaler` or `link`"),
            }
        }
        if !placed {
            self.wrong(at, "a part needs a daemonscaler, which puts it on {{target}}");
        }
    }

    fn spread(&mut self, at: &str, spread: &Value) {
        let places = spread.as_array().map_or(&[][..], Vec::as_slice);
        if places.is_empty() {
            self.wrong(at, "`spread` has the one place where the part runs, {{target}}");
        }
        for (index, place) in places.iter().enumerate() {
            if place["requirements"]["host-type"] != self.target {
                let at = format!("{at}.spread.{index}.requirements.host-type");
                self.wrong(&at, "a part runs on {{target}}, and nowhere else");
            }
        }
    }

    fn link(&mut self, at: &str, link: &Value, names: &[&str]) {
        if !link["target"]["name"]
            .as_str()
            .is_some_and(|name| names.contains(&name))
        {
            self.wrong(
                &format!("{at}.target.name"),
                "a link goes to a part of this application",
            );
        }
        for end in ["source", "target"] {
            self.configs(&format!("{at}.{end}"), &link[end]);
        }
    }

    /// wadm deletes the configs of an application that goes: they have to be its own.
    fn configs(&mut self, at: &str, holder: &Value) {
        let configs = holder["config"].as_array().map_or(&[][..], Vec::as_slice);
        for (index, config) in configs.iter().enumerate() {
            let own = |name: &str| {
                let rest = name.strip_prefix(self.application);
                rest.is_some_and(|rest| rest.starts_with('-'))
            };
            // The way to a database has a password: what names it can read that.
            let ways = config["name"].as_str().and_then(|name| name.strip_prefix(SQL_CONFIG));
            if ways.is_some_and(|of| !is_way_of(self.application, of)) {
                let reason = "the way to a database belongs to one application: write `{{sql}}`";
                self.wrong(&format!("{at}.config.{index}.name"), reason);
                continue;
            }
            if !config["properties"].is_null() && !config["name"].as_str().is_some_and(own) {
                let reason = "a config belongs to its application: write `{{config \"kind\" key=value}}`";
                self.wrong(&format!("{at}.config.{index}.name"), reason);
            }
        }
    }
}

/// Whether `-<application>`, with a mark of 12 hex digits or none, is what is left of the
/// name of a way to a database.
fn is_way_of(application: &str, rest: &str) -> bool {
    let Some(mark) = rest.strip_prefix('-').and_then(|rest| rest.strip_prefix(application)) else {
        return false;
    };
    mark.is_empty()
        || mark
            .strip_prefix('-')
            .is_some_and(|mark| mark.len() == 12 && mark.bytes().all(|digit| digit.is_ascii_hexdigit()))
}
