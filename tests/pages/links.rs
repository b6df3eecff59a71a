//! Links between the pages lead somewhere, and so do those to files of this repository where
//! the book is read without it. Those to other places are not asked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::reader::Page;

const OTHERS: [&str; 6] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "benches/README.md",
    "tests/attacks.md",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A page without its fences.
fn prose(path: &Path) -> String {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    let mut inside = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        inside ^= is_fence;
        !inside && !is_fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The anchors that GitHub and mdBook make of a page's headings.
fn anchors(path: &Path) -> BTreeSet<String> {
    let headings = prose(path);
    let headings = headings.lines().filter_map(|line| line.strip_prefix('#'));
    headings
        .map(|heading| {
            let text = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = text.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

/// How a page of the book names a file that is not in the book.
const CHECKOUT: [&str; 2] = [
    concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/"),
    concat!(env!("CARGO_PKG_REPOSITORY"), "/tree/main/"),
];

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let pages = Page::all().into_iter().map(|page| page.path);
    let mut wrong = Vec::new();
    for page in pages.chain(OTHERS.map(PathBuf::from)) {
        for found in link.captures_iter(&prose(&page)) {
            let target = &found[1];
            if let Some(file) = CHECKOUT.iter().find_map(|top| target.strip_prefix(top)) {
                if !root().join(file).exists() {
                    wrong.push(format!("{}: {target}", page.display()));
                }
                continue;
            }
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let there = match file {
                "" => page.clone(),
                _ => page.parent().unwrap().join(file),
            };
            let path = root().join(&there);
            let is_there =
                path.exists() && (anchor.is_empty() || anchors(&path.canonicalize().unwrap()).contains(anchor));
            if !is_there {
                wrong.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_book_has_every_page_once() {
    let summary = std::fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let link = Regex::new(r"\]\(([^)]+)\)").unwrap();
    let mut listed: Vec<_> = link
        .captures_iter(&summary)
        .map(|found| PathBuf::from("docs").join(&found[1]))
        .collect();
    listed.sort();
    let mut pages: Vec<_> = Page::all().into_iter().map(|page| page.path).collect();
    pages.retain(|page| page.starts_with("docs") && !page.ends_with("SUMMARY.md"));
    assert_eq!(listed, pages);
}
