//! What many fetches leave.

use super::*;

#[test]
fn only_what_is_new_is_fetched() {
    let forge = Forge::new();
    for number in 0..200 {
        forge.write(&format!("docs/{number}.md"), &number.to_string());
    }
    forge.push();
    forge.mirror().fetch_head("main").unwrap();
    assert_eq!(packed(&forge), (203, 1), "a commit, two trees, 200 files");
    forge.write("README.md", "hello\n");
    forge.push();
    forge.mirror().fetch_head("main").unwrap();
    assert_eq!(packed(&forge), (206, 2), "a commit, a tree, a file");
    // Nothing is new.
    forge.mirror().fetch_head("main").unwrap();
    assert_eq!(packed(&forge), (206, 2));
}

#[test]
fn the_packs_of_many_fetches_become_few_and_nothing_is_lost() {
    let forge = Forge::new();
    forge.write("workflow.yaml", &"a: 1\n".repeat(1_000));
    let mut commits = vec![forge.push()];
    let mirror = forge.mirror();
    mirror.fetch_head("main").unwrap();
    // Opened before, as by another run.
    let other = forge.mirror();
    for number in 0..5 {
        forge.write("tasks/a.go", &format!("package main // {number}\n"));
        commits.push(forge.push());
        mirror.fetch_head("main").unwrap();
    }
    let (objects, before) = packed(&forge);
    assert_eq!(before, 6);
    assert!(!packs::join(mirror.repository(), 6).unwrap());
    assert!(packs::join(mirror.repository(), 5).unwrap());
    assert_eq!(packed(&forge), (objects, 2));
    forge.git(&["fsck", "--strict"], "mirror");
    for mirror in [&mirror, &other, &forge.mirror()] {
        for commit in &commits {
            assert_eq!(projects(mirror, *commit, &Limits::default()).unwrap().len(), 1);
        }
    }
    // And the next one is fetched.
    forge.write("tasks/a.go", "package main\n");
    let last = forge.push();
    assert_eq!(mirror.fetch_head("main").unwrap(), last);
}
