//! What the program says about itself: completions and manual pages.

use crate::command::Project;

#[tokio::test]
async fn every_shell_gets_its_completions() {
    let project = Project::of("acme/thermo");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ended = project.pelato(&["completions", shell]).await;
        assert_eq!(ended.code, Some(0), "{shell}: {}", ended.said);
        assert!(
            ended.stdout.contains("brush") && ended.stdout.contains("keep-going"),
            "{shell}"
        );
    }
    let none = project.pelato(&["completions", "tcsh"]).await;
    assert_eq!(none.code, Some(2));
    assert!(
        none.said.contains("bash, elvish, fish, powershell, zsh"),
        "{}",
        none.said
    );
}

#[tokio::test]
async fn bash_takes_its_completions() {
    let project = Project::of("acme/thermo");
    let script = project.pelato(&["completions", "bash"]).await.stdout;
    project.write("pelato.bash", &script);
    let asked =
        "source pelato.bash; COMP_WORDS=(pelato bru); COMP_CWORD=1; _pelato pelato bru pelato; echo ${COMPREPLY[@]}";
    let bash = tokio::process::Command::new("bash")
        .args(["-c", asked])
        .current_dir(project.path())
        .output()
        .await
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&bash.stdout).trim(), "brush");
}

#[tokio::test]
async fn there_is_a_manual_page_for_each_command() {
    let project = Project::of("acme/thermo");
    let page = project.pelato(&["man"]).await;
    assert_eq!(page.code, Some(0), "{}", page.said);
    assert!(
        page.stdout.contains(".TH pelato 1") && page.stdout.contains("pelato\\-brush"),
        "{}",
        page.stdout
    );
    let written = project.pelato(&["man", "--dir", "pages"]).await;
    assert_eq!(written.code, Some(0), "{}", written.said);
    let pages = project.path().join("pages");
    for name in [
        "pelato.1",
        "pelato-gen.1",
        "pelato-brush.1",
        "pelato-doctor.1",
        "pelato-serve.1",
    ] {
        assert!(pages.join(name).is_file(), "{name}");
    }
    // What is not for people is in none.
    assert!(!pages.join("pelato-local-host.1").exists() && !pages.join("pelato-run-cases.1").exists());
}
