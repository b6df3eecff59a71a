//! (a stand-in until the room is merged)

/// Whose an application is.
#[derive(Clone, Debug)]
pub struct Owner {
    /// The repository, as the forge names it.
    pub repository: String,
    /// The project's path in it.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// The commit, where there is one.
    pub commit: Option<String>,
}

/// A wadm application for one target.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// `<component_name>-<target>`.
    pub application: String,
    /// The value of the hosts' `host-type` label.
    pub target: String,
    /// Unique for the content.
    pub version: String,
    /// wadm's id of the component.
    pub component_id: String,
    /// wadm's ids of the providers.
    pub provider_ids: Vec<String>,
    /// The OAM document.
    pub document: serde_json::Value,
    /// Where it listens.
    pub address: Option<String>,
}
