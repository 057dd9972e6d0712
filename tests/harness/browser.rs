//! A page in a real browser: Chromium, without a window.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Chromium's names, here and there.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The browser that this machine has.
pub fn name() -> Option<&'static str> {
    let is_there = |name: &&str| {
        let mut command = Command::new(name);
        let command = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    NAMES.into_iter().find(is_there)
}

/// Goes before all of the page: what goes wrong is noted.
const BEFORE: &str = r#"<script>
const troubles = [];
for (const name of ["error", "unhandledrejection", "securitypolicyviolation"]) {
  addEventListener(name, (event) => troubles.push(`${name}: ${event.message ?? event.reason ?? event.blockedURI}`), true);
}
</script>"#;

/// The script that follows the page: it presses the keys, follows the links, and notes what the page shows then.
const AFTER: &str = r#"<script>
(async () => {
  const seen = [];
  const panel = document.querySelector(".panel");
  const note = (how) => {
    const text = panel.querySelector(".segment .text")?.textContent.trim() ?? "";
    seen.push(`${how} ${panel.querySelector("[aria-current] a").textContent} ${text}`);
  };
  const press = (key) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const pause = () => new Promise((done) => setTimeout(done, 20));
  const links = [...panel.querySelectorAll("td.n a")].map((link) => link.hash);
  note("first");
  for (const _ of links.slice(1)) { press("ArrowRight"); note("right"); }
  for (const _ of links.slice(1)) { press("ArrowLeft"); note("left"); }
  press("End"); note("end");
  press("Home"); note("home");
  for (const link of links) { location.hash = link; await pause(); note("link"); }
  seen.push(`loaded ${performance.getEntriesByType("resource").length}`, ...troubles);
  document.body.replaceChildren(Object.assign(document.createElement("pre"), { id: "seen", textContent: seen.join("\n") }));
})();
</script>"#;

/// What the browser shows of a page's first run at each step, a line each: how it came there, the step's number,
/// the segment's text. The last lines are how many files it has loaded, and what has gone wrong.
pub fn walk(page: &str, folder: &Path) -> io::Result<Vec<String>> {
    let page = page.replacen("<head>", &["<head>", BEFORE].concat(), 1);
    let page = page.replacen("</body>", &[AFTER, "</body>"].concat(), 1);
    let file = folder.join("page.html");
    fs::write(&file, page)?;
    let mut command = Command::new(name().unwrap_or(NAMES[0]));
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]);
    command.args(["--enable-logging=stderr", "--virtual-time-budget=60000", "--dump-dom"]);
    command.arg(format!("--user-data-dir={}", folder.join("profile").display()));
    let output = command.arg(format!("file://{}", file.display())).output()?;
    let (shown, logged) = [output.stdout, output.stderr]
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .into();
    let seen =
        shown.split_once("<pre id=\"seen\">").and_then(|(_, rest)| rest.split_once("</pre>"));
    let seen = seen.map_or("nothing was written down", |(seen, _)| seen);
    let console = logged.lines().filter(|line| line.contains(":CONSOLE"));
    Ok(seen.lines().chain(console).map(unescaped).collect())
}

fn unescaped(line: &str) -> String {
    line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
