//! Why a runner elsewhere did not do what it was asked for.

/// An error of [`super::Runner`]. Each names the runner.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No address of a runner.
    #[error("`{0}` is no address of a runner; it is like https://ci.example.org (--server, PELATO_SERVER)")]
    Address(String),
    /// Nobody answers there.
    #[error("the runner {server} does not answer: {reason}; name another one with --server or PELATO_SERVER")]
    Silent {
        /// Its address.
        server: String,
        /// What went wrong on the way.
        reason: String,
    },
    /// The token is missing or wrong, or none would help.
    #[error("the runner {server} refuses: {reason}; its token (`api_token`) goes into PELATO_API_TOKEN")]
    Refused {
        /// Its address.
        server: String,
        /// What it says.
        reason: String,
    },
    /// No such run.
    #[error("the runner {server} has no run {run}; `pelato runs` lists what it has")]
    NoRun {
        /// Its address.
        server: String,
        /// The id that was asked for.
        run: String,
    },
    /// A run that is over cannot be cancelled.
    #[error("the run {run} is over and cannot be cancelled; `pelato runs` shows how it ended")]
    Over {
        /// Its id.
        run: String,
    },
    /// An answer that is none of a runner's.
    #[error("{server} answers what no runner answers ({reason}); is it a runner, of this version?")]
    Strange {
        /// The address.
        server: String,
        /// What it answered.
        reason: String,
    },
}
