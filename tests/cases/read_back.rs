//! What is printed has to be what is in the segment: as soon as a process has stored its text, the check changes it
//! there, before anybody can have read it; whoever prints it has to print it so. If that process waits meanwhile, the
//! text is changed once more when its wait is over: nobody else's copy will do.

use super::prelude::*;

/// A text that a process stores, and what is then read.
pub struct Text {
    /// Up to the ID, if it ends with one.
    pub words: &'static str,
    pub ends_with_id: bool,
    /// What is printed before it.
    pub after: &'static str,
    /// The line that says that it is stored; empty if none does.
    pub told_by: &'static str,
}

/// Where a text was stored in a run: at which event, by whom, what that process did before, and what after it; the segment, and the
/// place there.
struct Store {
    index: usize,
    who: Who,
    before: At,
    next: Option<At>,
    segment: i32,
    offset: u64,
    text: String,
}

/// A program that stores its text more often stores it for good.
const MOST_COPIES: usize = 8;

/// The text, changed while the program runs, is what it prints.
pub fn is_read_back(presets: &[Preset], launch: &Launch, text: &Text) -> Verdict {
    let whole = world_with(presets)?.plays(launch.clone())?;
    let Some(store) = store_of(&whole, text) else { return Err(not_stored(&whole, text)) };
    is_told_when_stored(&whole, text, &store)?;
    is_read_after_the_store(presets, launch, text, &store)?;
    is_read_by_who_prints(presets, launch, text, &whole)
}

/// Nothing is said to be stored that is not.
fn is_told_when_stored(ran: &Ran, text: &Text, store: &Store) -> Verdict {
    let tells = |event: &Event| match &event.what {
        What::Calls(call) => String::from_utf8_lossy(&call.text).contains(text.told_by),
        _ => false,
    };
    let told = ran.log.events().iter().position(tells).filter(|_| !text.told_by.is_empty());
    let wanted = format!("the text is stored before \"{}\" is printed", text.told_by);
    expect(&wanted, told.is_none_or(|told| told > store.index), "the line is printed first")
}

/// Changed as soon as it is stored.
fn is_read_after_the_store(
    presets: &[Preset],
    launch: &Launch,
    text: &Text,
    store: &Store,
) -> Verdict {
    let mut world = world_with(presets)?;
    let running = world.start_paused(launch.clone(), store.who, store.before)?;
    let running = if world.run_until_stored(running, store.text.as_bytes())? {
        running
    } else {
        // An interpreter may take too many instructions for that: then before the next call.
        let Some(next) = store.next else { return Ok(()) };
        world = world_with(presets)?;
        world.start_paused(launch.clone(), store.who, next)?
    };
    let changed = changed(&store.text);
    if world.has_ended(running) {
        return Ok(()); // its calls are not the same in each run
    }
    // A copy may store some bytes twice, as memcpy does with the ends of a short text: then the text is back, and is
    // changed again.
    for _ in 0..MOST_COPIES {
        world.store(store.segment, store.offset, changed.as_bytes())?;
        if !world.run_until_stored(running, store.text.as_bytes())? {
            break;
        }
    }
    is_printed(&world.ends(running)?, text, &store.text, &changed)
}

/// Changed when the wait is over in which the process that prints it was as it was stored.
fn is_read_by_who_prints(presets: &[Preset], launch: &Launch, text: &Text, whole: &Ran) -> Verdict {
    let Some((launch, ran)) = with_a_reader_that_waits(presets, launch, text, whole)? else {
        return Ok(());
    };
    let (Some(store), Some((who, at))) = (store_of(&ran, text), reader_waits(&ran, text)) else {
        return Ok(());
    };
    let mut world = world_with(presets)?;
    let running = world.start_paused(launch, who, at)?;
    if world.has_ended(running) {
        return Ok(()); // its calls are not the same in each run
    }
    let changed = changed(&store.text);
    world.store(store.segment, store.offset, changed.as_bytes())?;
    is_printed(&world.ends(running)?, text, &store.text, &changed)
}

/// A run in which the reader waits while the text is stored: this one, or one in which the writer begins late.
fn with_a_reader_that_waits(
    presets: &[Preset],
    launch: &Launch,
    text: &Text,
    whole: &Ran,
) -> Result<Option<(Launch, Ran)>, Report> {
    if reader_waits(whole, text).is_some() {
        return Ok(Some((launch.clone(), whole.clone())));
    }
    let Some(store) = store_of(whole, text).filter(|store| store.who > 0) else { return Ok(None) };
    let late = Launch { steps: vec![(store.who, At::Birth, Act::Hold)], ..launch.clone() };
    let ran = world_with(presets)?.plays(late.clone())?;
    Ok(Some((late, ran)))
}

/// The process that prints the text, and the end of the wait in which it is as another stores it.
fn reader_waits(ran: &Ran, text: &Text) -> Option<(Who, At)> {
    let events = ran.log.events();
    let store = store_of(ran, text)?;
    let line = format!("{}{}", text.after, store.text);
    let prints = |event: &&Event| match &event.what {
        What::Calls(call) => String::from_utf8_lossy(&call.text).contains(&line),
        _ => false,
    };
    let who = events.iter().find(prints)?.who;
    let earlier: Vec<&Event> =
        events[..store.index].iter().filter(|event| event.who == who).collect();
    let waits = earlier
        .last()
        .filter(|event| who != store.who && matches!(event.what, What::Waits { .. }))?;
    earlier.iter().rev().find_map(|event| match &event.what {
        What::Calls(call) if event.thread == waits.thread => {
            Some((who, At::After(call.name, call.number)))
        }
        _ => None,
    })
}

fn is_printed(ran: &Ran, text: &Text, stored: &str, changed: &str) -> Verdict {
    let stdout = String::from_utf8_lossy(&ran.outcome.stdout).into_owned();
    if stdout.contains(&format!("{}{changed}", text.after)) {
        return Ok(());
    }
    let mut lines = stdout.lines().filter(|line| line.contains(text.after.trim_end()));
    let line = lines.next().map_or("no such line".into(), str::to_string);
    Err(Report::failed(format!(
        "Print what is in the segment: it was changed there, and is not what was printed.\n\
         stored:  {stored}\n\
         changed: {changed}\n\
         printed: {line}"
    )))
}

fn not_stored(ran: &Ran, text: &Text) -> Report {
    let calls = ran.calls.concat();
    let why = match () {
        () if !calls.contains(&"shmget") => "No call of shmget: the texts have to be in a segment.",
        () if !calls.contains(&"shmat") => "No call of shmat: the texts have to be in a segment.",
        () => "No process has stored the text in a segment.",
    };
    let id = if text.ends_with_id { " and the ID that shmget gave" } else { "" };
    Report::failed(format!("{why}\nwanted: in a segment, the text \"{}\"{id}", text.words))
}

/// The first time that the whole text was in a segment.
fn store_of(ran: &Ran, text: &Text) -> Option<Store> {
    let events = ran.log.events();
    events.iter().enumerate().find_map(|(index, event)| {
        let What::Stores { segment, bytes } = &event.what else { return None };
        let id = if text.ends_with_id { segment.to_string() } else { String::new() };
        let whole = format!("{}{id}", text.words);
        let offset = bytes.windows(whole.len()).position(|part| part == whole.as_bytes())?;
        let is_same = |other: &&Event| other.who == event.who && other.thread == event.thread;
        let earlier: Vec<&Event> = events[..index].iter().filter(is_same).collect();
        let next = events[index + 1..].iter().find(is_same).and_then(|next| match &next.what {
            What::Calls(call) => Some(At::Call(call.name, call.number)),
            _ => None,
        });
        Some(Store {
            index,
            who: event.who,
            before: last_return(&earlier).unwrap_or(At::Birth),
            next,
            segment: i32::try_from(*segment).ok()?,
            offset: u64::try_from(offset).ok()?,
            text: whole,
        })
    })
}

/// After the last call of these events.
fn last_return(events: &[&Event]) -> Option<At> {
    let place = events.iter().rposition(|event| matches!(event.what, What::Returns { .. }))?;
    let What::Returns { call, .. } = events[place].what else { return None };
    events[..place].iter().rev().find_map(|event| match &event.what {
        What::Calls(called) if called.name == call => Some(At::After(call, called.number)),
        _ => None,
    })
}

/// Another number of as many digits; of a text without one, a word in capitals.
fn changed(text: &str) -> String {
    match text.find(|letter: char| letter.is_ascii_digit()) {
        Some(place) => {
            let digit = if text[place..].starts_with('9') { "1" } else { "9" };
            [&text[..place], digit, &text[place + 1..]].concat()
        }
        None => text.replace("memory", "MEMORY"),
    }
}
