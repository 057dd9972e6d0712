//! The pages. What a lab sheet shows is what a student sees: the commands of its `console` blocks are run in
//! order, in a segment table of the sheet's own, and what they print is compared. Each link leads somewhere.

use std::fs;

use super::prelude::*;

pub fn cases() -> Vec<Case> {
    let whole = |name: &'static str| case(name, move || sheet(name, "console"));
    let sheets = ["shm-create", "shm-attach", "shm-fork", "shm-dynamic"].map(whole);
    let denied = || sheet("shm-attach", "console user");
    let denied = case("shm-attach-as-an-ordinary-user", denied).needs(Need::NotRoot);
    let all = sheets.into_iter().chain([denied]);
    let all = all.map(|case| case.needs(Need::Ours).needs(Need::OwnTable).needs(Need::Strace));
    let links = case("links_lead_somewhere", links).needs(Need::Ours);
    exercise("readme", &[], [(Basic, all.chain([links]).collect())])
}

const PAGES: [&str; 8] = [
    "README.md",
    "INSTRUCTOR.md",
    "CONTRIBUTING.md",
    "common/README.md",
    "shm-create/README.md",
    "shm-attach/README.md",
    "shm-fork/README.md",
    "shm-dynamic/README.md",
];

fn links() -> Verdict {
    for page in PAGES.map(|page| lab().join(page)) {
        let text = fs::read_to_string(&page)?;
        let folder = page.parent().unwrap_or(lab());
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://")) {
            let page = page.display().to_string();
            expect(link, folder.join(link).exists(), &format!("{page}: it leads nowhere"))?;
        }
    }
    Ok(())
}

fn sheet(name: &str, kind: &str) -> Verdict {
    let sheet = fs::read_to_string(lab().join(name).join("README.md"))?;
    let blocks = blocks(&sheet, kind);
    expect("console blocks", !blocks.is_empty(), &sheet)?;
    shows(&blocks)
}

/// The blocks of this kind. One may be part of a list, and indented.
fn blocks(sheet: &str, kind: &str) -> String {
    let mut blocks = String::new();
    let mut indent = None;
    for line in sheet.lines() {
        let text = line.trim_start();
        match (text.strip_prefix("```"), indent) {
            (Some(language), None) if language == kind => indent = Some(line.len() - text.len()),
            (Some(_), _) => indent = None,
            (None, None) => {}
            (None, Some(indent)) => blocks = blocks + "\n" + line.get(indent..).unwrap_or_default(),
        }
    }
    blocks
}
