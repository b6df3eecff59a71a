//! Variables, a project's `.env`, and flags → the settings of a command.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use url::Url;

use super::{DeployMode, Environment, Nats, Providers, Registry};

/// Why variables cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DotenvError {
    /// `.env` is no list of assignments.
    #[error("{path}: {reason}; each line is NAME=value, a value with spaces in quotes")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A variable holds what it cannot hold.
    #[error("{name} is `{value}`; {expected}")]
    Value {
        /// The variable's, or the flag's, name.
        name: &'static str,
        /// What it holds.
        value: String,
        /// What it may hold.
        expected: &'static str,
    },
}

/// The process's environment over a project's `.env`.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// Where the file is.
    folder: PathBuf,
    real: BTreeMap<String, String>,
    file: BTreeMap<String, String>,
}

impl Variables {
    /// Reads the environment, and the `.env` in `dir` where there is one.
    pub fn read(dir: &Path) -> Result<Self, DotenvError> {
        Ok(Self {
            file: read_dotenv(&dir.join(".env"))?,
            folder: dir.to_owned(),
            ..Self::real()
        })
    }

    /// Reads the environment alone.
    pub fn real() -> Self {
        let pairs = std::env::vars_os();
        Self {
            real: pairs
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            ..Self::default()
        }
    }

    /// Variables that are given, for tests.
    pub fn given(pairs: &[(&str, &str)]) -> Self {
        Self {
            real: pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..Self::default()
        }
    }

    /// A variable's value as a path: one from `.env` is relative to where that is.
    fn path(&self, name: &str) -> Option<PathBuf> {
        let path = self.get(name)?;
        let real = self.real.get(name).is_some_and(|value| !value.is_empty());
        Some(if real {
            PathBuf::from(path)
        } else {
            self.folder.join(path)
        })
    }

    /// A variable's value; an empty one counts as not set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.real
            .get(name)
            .or_else(|| self.file.get(name))
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }
}

fn read_dotenv(path: &Path) -> Result<BTreeMap<String, String>, DotenvError> {
    let unreadable = |reason: String| DotenvError::Unreadable {
        path: path.to_owned(),
        reason,
    };
    match dotenvy::from_path_iter(path) {
        Ok(pairs) => pairs
            .collect::<Result<_, _>>()
            .map_err(|error| unreadable(wrong_line(path, &error))),
        Err(error) if error.not_found() => Ok(BTreeMap::new()),
        Err(error) => Err(unreadable(error.to_string())),
    }
}

/// Which line is no assignment. The line itself may hold a password.
fn wrong_line(path: &Path, error: &dotenvy::Error) -> String {
    let dotenvy::Error::LineParse(line, _) = error else {
        return error.to_string();
    };
    let text = std::fs::read_to_string(path).unwrap_or_default();
    match text.lines().position(|found| found.trim() == line.trim()) {
        Some(index) => format!("line {} is no assignment", index + 1),
        None => "it holds what is no assignment".to_owned(),
    }
}

/// What the flags of a command say; each wins over its variable.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--builder`
    pub builder: Option<String>,
    /// `--deploy`
    pub deploy: Option<String>,
    /// `--lattice`
    pub lattice: Option<String>,
    /// `--providers`
    pub providers: Option<String>,
    /// `--nats`
    pub nats: Option<String>,
    /// `--environment`
    pub environment: Option<String>,
    /// `--sql`
    pub sql: Option<String>,
    /// `--templates`
    pub templates: Option<PathBuf>,
    /// `--keep-going`
    pub keep_going: bool,
}

/// What a command works with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `auto`, `docker` or `local`.
    pub builder: String,
    /// `True`, `False` or a number.
    pub parallel_build: String,
    /// Whether a run is appended to `metrics.yaml`.
    pub metrics: bool,
    /// Deploy what could be built although something else could not.
    pub keep_going: bool,
    /// A folder of templates beside those that come with Pelato.
    pub templates: Option<PathBuf>,
    /// Where to.
    pub environment: Environment,
}

impl Settings {
    /// Settings from flags over variables.
    pub fn of(variables: &Variables, flags: &Flags) -> Result<Self, DotenvError> {
        let pick = |flag: &Option<String>, name: &str| flag.clone().or_else(|| variables.get(name).map(str::to_owned));
        let deploy = match pick(&flags.deploy, "PELATO_DEPLOY") {
            None => DeployMode::Wadm,
            Some(value) if value == "wadm" => DeployMode::Wadm,
            Some(value) if value == "local" && DeployMode::Local.is_built_in() => DeployMode::Local,
            Some(value) => {
                let expected = match value == "local" {
                    true => "this program was built without the local host (the cargo feature `local`), use `wadm`",
                    false => "it is `wadm` or `local`",
                };
                return Err(DotenvError::Value {
                    name: "PELATO_DEPLOY (--deploy)",
                    value,
                    expected,
                });
            }
        };
        let insecure = truth(variables, "PELATO_REGISTRY_INSECURE")?;
        let registry = variables.get("REGISTRY_URL").map(|url| Registry {
            url: url.to_owned(),
            user: variables.get("REGISTRY_USER").map(str::to_owned),
            password: variables.get("REGISTRY_PASSWORD").map(SecretString::from),
            insecure,
        });
        let named = ["PELATO_NATS_URL", "NATS_HOST", "NATS_PORT"];
        let nats_is_named = flags.nats.is_some() || named.iter().any(|name| variables.get(name).is_some());
        let nats = pick(&flags.nats, "PELATO_NATS_URL").unwrap_or_else(|| {
            let host = variables.get("NATS_HOST").unwrap_or("localhost");
            let port = variables.get("NATS_PORT").unwrap_or("4222");
            format!("nats://{host}:{port}")
        });
        let nats = if nats.contains("://") {
            nats
        } else {
            format!("nats://{nats}")
        };
        Ok(Self {
            builder: pick(&flags.builder, "PELATO_BUILDER").unwrap_or_else(|| "auto".into()),
            parallel_build: variables.get("PARALLEL_BUILD").unwrap_or("True").to_owned(),
            metrics: truth(variables, "ENABLE_METRICS")?,
            templates: flags.templates.clone().or_else(|| variables.path("PELATO_TEMPLATES")),
            keep_going: flags.keep_going || truth(variables, "PELATO_KEEP_GOING")?,
            environment: Environment {
                name: pick(&flags.environment, "PELATO_ENVIRONMENT").unwrap_or_else(|| "default".into()),
                registry,
                nats: Nats {
                    creds: variables.get("PELATO_NATS_CREDS").map(PathBuf::from),
                    ..nats_of(&nats)
                },
                nats_is_named,
                sql: pick(&flags.sql, "PELATO_SQL_URL").map(SecretString::from),
                lattice: pick(&flags.lattice, "PELATO_LATTICE").unwrap_or_else(|| "default".into()),
                deploy,
                providers: providers(pick(&flags.providers, "PELATO_PROVIDERS"))?,
                targets: BTreeMap::new(),
                heal: false,
                agent: truth(variables, "PELATO_AGENT")?,
                state: state(variables),
            },
        })
    }
}

/// Where a user's programs keep what they must find again.
fn state(variables: &Variables) -> Option<PathBuf> {
    let folder = |name: &str| variables.get(name).map(PathBuf::from);
    folder("PELATO_STATE")
        .or_else(|| Some(folder("XDG_STATE_HOME")?.join("pelato")))
        .or_else(|| Some(folder("HOME")?.join(".local/state/pelato")))
}

/// A server whose address holds no credentials: those that stand in `addresses`
/// are taken out of it. The address goes into manifests, where the providers read
/// it; credentials of the runner's may not. A lone user is a token, as in NATS'
/// own clients.
fn nats_of(addresses: &str) -> Nats {
    let mut nats = Nats::open("");
    let bare: Vec<String> = addresses
        .split(',')
        .map(|address| {
            let Ok(mut url) = Url::parse(address) else {
                return address.to_owned();
            };
            match (url.username(), url.password()) {
                ("", None) => return address.to_owned(),
                (token, None) => nats.token = Some(SecretString::from(token)),
                (user, Some(password)) => {
                    nats.user = Some(user.to_owned());
                    nats.password = Some(SecretString::from(password));
                }
            }
            // Both only fail for addresses without a host, which have no user either.
            let _ = url.set_username("").and_then(|()| url.set_password(None));
            url.to_string()
        })
        .collect();
    nats.url = bare.join(",");
    nats
}

/// `external`, `builtin`, or `messaging=image,http_server=image`.
fn providers(value: Option<String>) -> Result<Providers, DotenvError> {
    let Some(value) = value else {
        return Ok(Providers::External);
    };
    match value.as_str() {
        "external" => return Ok(Providers::External),
        "builtin" => return Ok(Providers::Builtin),
        _ => {}
    }
    let pairs: Option<BTreeMap<String, String>> = value
        .split(',')
        .map(|pair| {
            let (name, image) = pair.split_once('=')?;
            PROVIDERS.contains(&name).then(|| (name.to_owned(), image.to_owned()))
        })
        .collect();
    match pairs {
        Some(images) => Ok(Providers::Images(images)),
        None => Err(DotenvError::Value {
            name: "PELATO_PROVIDERS (--providers)",
            value,
            expected: "it is `external`, `builtin`, or images by name: `messaging=IMAGE,http_server=IMAGE`",
        }),
    }
}

/// The providers that a manifest may need.
pub(super) const PROVIDERS: [&str; 4] = ["messaging", "http_server", "keyvalue", "sql"];

fn truth(variables: &Variables, name: &'static str) -> Result<bool, DotenvError> {
    match variables.get(name) {
        None => Ok(false),
        Some(value) => match value.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Ok(true),
            "false" | "0" | "no" => Ok(false),
            _ => Err(DotenvError::Value {
                name,
                value: value.to_owned(),
                expected: "it is True or False",
            }),
        },
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn the_original_s_variables_are_enough() {
        let variables = Variables::given(&[
            ("REGISTRY_URL", "localhost:5000"),
            ("NATS_HOST", "10.0.0.7"),
            ("NATS_PORT", "4333"),
            ("PARALLEL_BUILD", "False"),
            ("ENABLE_METRICS", "True"),
        ]);
        let settings = Settings::of(&variables, &Flags::default()).unwrap();
        assert_eq!(settings.environment.nats.url, "nats://10.0.0.7:4333");
        assert_eq!(settings.environment.registry.unwrap().url, "localhost:5000");
        assert_eq!((settings.parallel_build.as_str(), settings.metrics), ("False", true));
        assert_eq!(settings.environment.name, "default");
    }

    #[test]
    fn credentials_in_an_address_are_taken_out_of_it() {
        let variables = Variables::given(&[(
            "PELATO_NATS_URL",
            "nats://ada:s3cr3t@nats.example.org:4222,nats://ada:s3cr3t@nats2.example.org",
        )]);
        let nats = Settings::of(&variables, &Flags::default()).unwrap().environment.nats;
        assert_eq!(nats.url, "nats://nats.example.org:4222,nats://nats2.example.org");
        assert_eq!(nats.user.as_deref(), Some("ada"));
        assert_eq!(nats.password.unwrap().expose_secret(), "s3cr3t");

        let variables = Variables::given(&[("PELATO_NATS_URL", "nats://t0ken@nats.example.org")]);
        let nats = Settings::of(&variables, &Flags::default()).unwrap().environment.nats;
        assert_eq!(nats.url, "nats://nats.example.org");
        assert_eq!(nats.token.unwrap().expose_secret(), "t0ken");
    }

    #[test]
    fn a_flag_wins_over_its_variable_and_the_environment_over_a_file() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(".env"), "PELATO_LATTICE=from-file\nPATH=nowhere\n").unwrap();
        let variables = Variables::read(dir.path()).unwrap();
        assert_ne!(variables.get("PATH"), Some("nowhere"));
        let flags = Flags {
            nats: Some("nats.example.org:4222".into()),
            ..Flags::default()
        };
        let settings = Settings::of(&variables, &flags).unwrap();
        assert_eq!(settings.environment.lattice, "from-file");
        assert_eq!(settings.environment.nats.url, "nats://nats.example.org:4222");
    }

    #[test]
    fn local_deployments_have_a_folder_and_talk_over_nats_only_where_one_is_named() {
        let of = |pairs: &[(&str, &str)]| {
            let settings = Settings::of(&Variables::given(pairs), &Flags::default()).unwrap();
            let environment = settings.environment;
            let state = environment.state.map(|state| state.display().to_string());
            (state.unwrap_or_default(), environment.nats_is_named)
        };
        assert_eq!(of(&[]), (String::new(), false));
        assert_eq!(of(&[("HOME", "/h")]), ("/h/.local/state/pelato".into(), false));
        let xdg = [("HOME", "/h"), ("XDG_STATE_HOME", "/x"), ("NATS_PORT", "4222")];
        assert_eq!(of(&xdg), ("/x/pelato".into(), true));
        assert_eq!(of(&[("HOME", "/h"), ("PELATO_STATE", "/s")]), ("/s".into(), false));
    }

    #[test]
    fn what_cannot_be_is_said_with_the_variable_s_name() {
        let wrong = |name: &str, value: &str| {
            Settings::of(&Variables::given(&[(name, value)]), &Flags::default())
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            wrong("ENABLE_METRICS", "perhaps"),
            "ENABLE_METRICS is `perhaps`; it is True or False"
        );
        assert!(wrong("PELATO_PROVIDERS", "mesaging=x").contains("images by name"));
        assert_eq!(
            wrong("PELATO_DEPLOY", "swarm"),
            "PELATO_DEPLOY (--deploy) is `swarm`; it is `wadm` or `local`"
        );
    }
}
