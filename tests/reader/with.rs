//! What a page may ask for, before it is followed.

/// A word of `<!-- with: … -->`. Each of them is laid or started by one of the two tests that
/// follow pages; a word that is none of these is a mistake of the page's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum With {
    /// The files of the checkout that users have to do with.
    Checkout,
    /// The README's example, as the page's own project.
    Example,
    /// NATS, wadm, hosts for the targets `edge` and `cloud`, and a registry.
    Lattice,
    /// One whose registry wants a user and a password.
    Registry,
    /// One whose NATS wants to know who one is.
    Nats,
    /// A forge that takes webhooks over its API.
    Gitea,
}

impl With {
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "checkout" => Self::Checkout,
            "example" => Self::Example,
            "lattice" => Self::Lattice,
            "registry" => Self::Registry,
            "nats" => Self::Nats,
            "gitea" => Self::Gitea,
            _ => return None,
        })
    }

    /// Whether it is a folder's files: all else is started, by the tests of the lattice.
    pub(crate) fn is_files(self) -> bool {
        match self {
            Self::Checkout | Self::Example => true,
            Self::Lattice | Self::Registry | Self::Nats | Self::Gitea => false,
        }
    }
}
