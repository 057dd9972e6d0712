//! What a sanitizer reports, in one line: its numbers of processes and addresses are others in each run.

use engine::Outcome;

/// On both streams.
pub fn shorten(outcome: &mut Outcome) {
    for stream in [&mut outcome.stdout, &mut outcome.stderr] {
        *stream = shortened(stream);
    }
}

/// `AddressSanitizer: stack-buffer-overflow, dynamic.c:27 in main`, in place of its whole report.
fn shortened(told: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(told);
    let Some(place) = text.find("ERROR: AddressSanitizer: ") else { return told.to_vec() };
    let before = text[..place].rfind("====").map_or(0, |end| line_start(&text, end));
    let before = line_start(&text, before.min(place));
    let report = &text[place + "ERROR: AddressSanitizer: ".len()..];
    let kind = report.split(' ').next().unwrap_or_default().trim();
    if report.starts_with("AddressSanitizer failed") || kind.is_empty() {
        return told.to_vec();
    }
    let place = report.lines().find_map(frame).map_or(String::new(), |place| format!(", {place}"));
    format!("{}AddressSanitizer: {kind}{place}\n", &text[..before]).into_bytes()
}

fn line_start(text: &str, place: usize) -> usize {
    text[..place].rfind('\n').map_or(0, |end| end + 1)
}

/// Of a line such as `    #1 0x5581 in main /home/ada/dynamic.c:27`, "dynamic.c:27 in main": the first of the
/// program's own.
fn frame(line: &str) -> Option<String> {
    let (_, rest) = line.trim_start().strip_prefix('#')?.split_once(" in ")?;
    let (function, path) = rest.split_once(' ')?;
    let file = path.rsplit('/').next()?;
    let is_own = !path.contains("sanitizer") && file.contains(':') && !file.starts_with('(');
    is_own.then(|| format!("{} in {function}", file.trim_end()))
}
