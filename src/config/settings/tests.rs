//! What settings come to.

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

#[test]
fn each_kind_of_nats_credentials_has_its_variables() {
    let dir = tempfile::tempdir().unwrap();
    let file = "PELATO_NATS_TOKEN=t0ken\nPELATO_NATS_NKEY=ci.nk\nPELATO_NATS_CREDS=ci.creds\nPELATO_NATS_CA=ca.pem\nPELATO_NATS_CERT=ci.pem\nPELATO_NATS_KEY=/etc/ci.key\nPELATO_NATS_URL=wss://nats.example.org\nPELATO_NATS_NKEY_SEED=SUANOTHER\n";
    std::fs::write(dir.path().join(".env"), file).unwrap();
    let nats = Settings::of(&Variables::read(dir.path()).unwrap(), &Flags::default());
    let nats = nats.unwrap().environment.nats;
    assert_eq!(nats.url, "wss://nats.example.org");
    assert_eq!(nats.token.unwrap().expose_secret(), "t0ken");
    assert_eq!(nats.nkey.unwrap().expose_secret(), "SUANOTHER");
    // Files of `.env` lie beside it.
    let beside = |name: &str| Some(dir.path().join(name));
    assert_eq!([nats.nkey_file, nats.creds], [beside("ci.nk"), beside("ci.creds")]);
    assert_eq!([nats.ca, nats.cert], [beside("ca.pem"), beside("ci.pem")]);
    assert_eq!(nats.key, Some("/etc/ci.key".into()));
}

#[test]
fn credentials_in_an_address_win_over_those_of_variables() {
    let variables = Variables::given(&[
        ("PELATO_NATS_USER", "ci"),
        ("PELATO_NATS_PASSWORD", "hunter2"),
        ("PELATO_NATS_TOKEN", "t0ken"),
    ]);
    let of = |address: &str| {
        let flags = Flags {
            nats: Some(address.into()),
            ..Flags::default()
        };
        let nats = Settings::of(&variables, &flags).unwrap().environment.nats;
        let shown = |secret: Option<secrecy::SecretString>| secret.map(|secret| secret.expose_secret().to_owned());
        (nats.user, shown(nats.password), shown(nats.token))
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(of("localhost"), (text("ci"), text("hunter2"), text("t0ken")));
    assert_eq!(of("nats://ada:pw@localhost"), (text("ada"), text("pw"), None));
    assert_eq!(of("nats://other@localhost"), (None, None, text("other")));
}
