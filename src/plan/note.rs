//! What a deployed component was made from, as its annotation says.

use std::fmt;

/// Digests of the inputs of a build, and of the settings. Enough to say what
/// changed, too short to be taken for identities: those are the fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// Digest of the author's code.
    pub code: String,
    /// Digest of the template.
    pub template: String,
    /// `go1.26.8`.
    pub toolchain: String,
    /// Digest of all that is configured and not built.
    pub settings: String,
}

/// So many hex digits of a digest tell changes apart.
const SHORT: usize = 16;

impl Note {
    /// A note from whole digests; settings are added per target.
    pub fn of(code: &str, template: &str, toolchain: &str) -> Self {
        Self {
            code: short(code),
            template: short(template),
            toolchain: toolchain.to_owned(),
            settings: String::new(),
        }
    }

    /// The same with a target's settings.
    #[must_use]
    pub fn with_settings(&self, settings: &str) -> Self {
        Self {
            settings: settings.to_owned(),
            ..self.clone()
        }
    }

    /// Reads an annotation. What it does not hold is empty.
    pub fn parse(text: &str) -> Self {
        let mut note = Self::default();
        for (key, value) in text.split(',').filter_map(|pair| pair.split_once('=')) {
            match key {
                "code" => note.code = value.to_owned(),
                "template" => note.template = value.to_owned(),
                "toolchain" => note.toolchain = value.to_owned(),
                "settings" => note.settings = value.to_owned(),
                _ => {}
            }
        }
        note
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            code,
            template,
            toolchain,
            settings,
        } = self;
        write!(
            f,
            "code={code},template={template},toolchain={toolchain},settings={settings}"
        )
    }
}

fn short(digest: &str) -> String {
    digest.chars().take(SHORT).collect()
}
