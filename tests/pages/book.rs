//! `docs/` as mdBook makes a book of it: every link in the book leads somewhere in the book.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use regex::Regex;

/// All of it on one page, the contents on the left, and what a server shows for a page that
/// is not there: mdBook's own.
const NOT_OURS: [&str; 3] = ["print.html", "toc.html", "404.html"];

fn mdbook() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tools = Command::new(root.join("scripts/setup-tools.sh"))
        .arg("--print")
        .output()
        .unwrap();
    assert!(tools.status.success(), "{}", String::from_utf8_lossy(&tools.stderr));
    Path::new(String::from_utf8(tools.stdout).unwrap().trim()).join("mdbook")
}

/// The pages of the book, by their place in it.
fn pages(top: &Path, folder: &Path, found: &mut BTreeMap<PathBuf, String>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages(top, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "html") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.insert(path.strip_prefix(top).unwrap().to_owned(), text);
        }
    }
}

/// `how-to/../reference/plan.html` → `reference/plan.html`; none for what is above the top.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if !plain.pop() => return None,
            Component::ParentDir | Component::CurDir => {}
            part => plain.push(part),
        }
    }
    Some(plain)
}

#[test]
fn the_book_is_built_and_its_links_stay_in_it() {
    let out = tempfile::tempdir().unwrap();
    let built = Command::new(mdbook())
        .args(["build", "--dest-dir"])
        .arg(out.path())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{said}");
    assert!(!said.contains("WARN"), "{said}");

    let mut book = BTreeMap::new();
    pages(out.path(), out.path(), &mut book);
    let id = Regex::new(r#"\sid="([^"]+)""#).unwrap();
    let anchors: BTreeMap<&PathBuf, BTreeSet<&str>> = book
        .iter()
        .map(|(page, text)| {
            (
                page,
                id.captures_iter(text)
                    .map(|found| found.get(1).unwrap().as_str())
                    .collect(),
            )
        })
        .collect();
    let link = Regex::new(r#"\s(?:href|src)="([^"]+)""#).unwrap();
    let (mut seen, mut wrong) = (0, Vec::new());
    for (page, text) in &book {
        if NOT_OURS.iter().any(|name| page == Path::new(name)) {
            continue;
        }
        for found in link.captures_iter(text) {
            let target = found[1].replace("&amp;", "&");
            if target.contains("://") || target.starts_with("mailto:") || target.starts_with("data:") {
                continue;
            }
            seen += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let there = match file {
                "" => Some(page.clone()),
                _ => plain(&page.parent().unwrap().join(file)),
            };
            let leads = there.is_some_and(|there| {
                out.path().join(&there).is_file()
                    && (anchor.is_empty() || anchors.get(&there).is_some_and(|all| all.contains(anchor)))
            });
            if !leads {
                wrong.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(seen > 100, "{seen} links");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
