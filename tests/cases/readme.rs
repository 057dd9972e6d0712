//! The pages. What a lab sheet shows is what a student sees: the commands of its `console` blocks are run in
//! order, in a segment table of the sheet's own, and what they print is compared. Each link leads somewhere.

use std::fs;

use super::prelude::*;

pub fn cases() -> Vec<Case> {
    let whole = |name: &'static str| case(name, move || sheet(name, "console"));
    let sheets = PROGRAMS.map(whole);
    let denied = || sheet("shm-attach", "console user");
    let denied = case("shm-attach-as-an-ordinary-user", denied).needs(Need::NotRoot);
    let all = sheets.into_iter().chain([denied]);
    let all = all.map(|case| case.needs(Need::Ours).needs(Need::OwnTable).needs(Need::Strace));
    let links = case("links_lead_somewhere", links).needs(Need::Ours);
    exercise("readme", &[], [(Basic, all.chain([links]).collect())])
}

const PAGES: &str = "README.md INSTRUCTOR.md CONTRIBUTING.md common/README.md shm-create/README.md \
                     shm-attach/README.md shm-fork/README.md shm-dynamic/README.md";

fn links() -> Verdict {
    for page in PAGES.split(' ').map(|page| lab().join(page)) {
        let text = fs::read_to_string(&page).doing(page.display())?;
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
    let sheet = lab().join(name).join("README.md");
    let sheet = fs::read_to_string(&sheet).doing(sheet.display())?;
    let blocks = blocks(&sheet, kind);
    expect("console blocks", !blocks.is_empty(), &sheet)?;
    shows(&blocks)
}

/// The blocks of this kind. One may be part of a list, and indented as its first command is.
fn blocks(sheet: &str, kind: &str) -> String {
    let start = format!("{kind}\n");
    let all = sheet.split("```").skip(1).step_by(2);
    let lines = all.filter_map(|block| block.strip_prefix(&start)).flat_map(|block| {
        let indent = block.find('$').unwrap_or(0);
        block.trim_end().lines().map(move |line| line.get(indent..).unwrap_or_default())
    });
    lines.flat_map(|line| ["\n", line]).collect()
}
