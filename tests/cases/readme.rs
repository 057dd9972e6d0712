//! The pages. What one shows is what its reader sees: the commands of its `console` blocks are run in order, a sheet's
//! in a segment table of its own, and what they print is compared. Each link leads somewhere.

use std::fs;

use super::prelude::*;

pub fn cases() -> Vec<Case> {
    let page = |name, file: String| case(name, move || is_shown(&file, &["console"]));
    let sheets = PROGRAMS.map(|name| page(name, [name, "/README.md"].concat()));
    // The last step of a sheet may need an ordinary user.
    let denied = || is_shown("shm-attach/README.md", &["console", "console user"]);
    let denied = case("shm-attach-as-an-ordinary-user", denied).needs(Need::NotRoot);
    let sheets = sheets.into_iter().chain([denied]);
    let sheets = sheets.map(|case| case.needs(Need::OwnTable).needs(Need::Strace));
    let others = cases! {
        "first_page": is_shown("README.md", &["console"]);
        "shm-fork-is-drawn": is_shown("shm-fork/README.md", &["console outside"]);
        "a_red_check": is_like_its_example("README.md");
        "grade": is_like_its_example("INSTRUCTOR.md");
        "links_lead_somewhere": links();
    };
    let all = others.into_iter().chain(sheets).map(|case| case.needs(Need::Ours));
    exercise("readme", &[], [(Basic, all.collect())])
}

const PAGES: &str = "README.md INSTRUCTOR.md CONTRIBUTING.md common/README.md shm-create/README.md \
                     shm-attach/README.md shm-fork/README.md shm-dynamic/README.md tests/attacks/README.md \
                     tests/hand-ins/README.md";

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

fn is_shown(page: &str, kinds: &[&str]) -> Verdict {
    shows(&blocks(page, kinds)?)
}

/// Its numbers are those of another day.
fn is_like_its_example(page: &str) -> Verdict {
    shows_but_for_numbers(&blocks(page, &["console example"])?)
}

/// The blocks of these kinds. One may be part of a list, and indented as its first command is.
fn blocks(page: &str, kinds: &[&str]) -> Result<String, Report> {
    let page = lab().join(page);
    let text = fs::read_to_string(&page).doing(page.display())?;
    let all = text.split("```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'));
    let lines = all.filter(|(kind, _)| kinds.contains(kind)).flat_map(|(_, block)| {
        let indent = block.find('$').unwrap_or(0);
        block.trim_end().lines().map(move |line| line.get(indent..).unwrap_or_default())
    });
    let blocks: String = lines.flat_map(|line| ["\n", line]).collect();
    expect("console blocks", !blocks.is_empty(), &text)?;
    Ok(blocks)
}
