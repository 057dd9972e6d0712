//! Makes steps of a log: a call is one step, whether it returns at once or not; what the C library does for
//! itself is none.

use std::collections::{BTreeMap, VecDeque};
use std::mem::take;

use engine::{Called, Event, SegmentNow, What, Who};

use super::segments::Segments;
use super::steps::{Change, Kind, Step, folded};
use super::words::{self, Rank, Said};

/// A run, as its picture needs it.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// What happened: the events of its log.
    pub events: &'a [Event],
    /// The program's name: a process without children has it.
    pub program: &'a str,
    /// Its standard output is a terminal: stdio then keeps no line in its buffer.
    pub is_on_terminal: bool,
    /// The check had to stop it.
    pub is_stopped: bool,
}

impl Run<'_> {
    /// What a process is called.
    pub fn name(&self, who: Who) -> String {
        let is_alone = || self.events.iter().all(|event| event.who == 0);
        match who {
            0 if is_alone() => self.program.into(),
            0 => "parent".into(),
            child => format!("process {child}"),
        }
    }
}

/// The steps of a run.
pub fn steps(run: Run) -> Vec<Step> {
    let events = run.events;
    let mut reader = Reader {
        run,
        start: events.first().map_or(0, |event| event.time),
        steps: Vec::new(),
        threads: BTreeMap::new(),
        segments: Segments::of(events),
        makers: BTreeMap::new(),
        ended: Vec::new(),
        passed: VecDeque::new(),
        has_pipes: false,
    };
    for event in events {
        reader.read(event);
    }
    if run.is_stopped {
        reader.stopped();
    }
    folded(&reader.steps)
}

struct Reader<'a> {
    run: Run<'a>,
    start: u64,
    steps: Vec<Step>,
    threads: BTreeMap<(Who, usize), Thread<'a>>,
    segments: Segments,
    /// Who made each process.
    makers: BTreeMap<Who, Who>,
    /// The ends of processes that nobody has waited for, by their step.
    ended: Vec<usize>,
    /// The messages that nobody has read, by their step.
    passed: VecDeque<usize>,
    /// Whether it has pipes or sockets: what goes through them is the turn.
    has_pipes: bool,
}

/// What is known of a thread.
#[derive(Default)]
struct Thread<'a> {
    /// The call under way.
    call: Option<&'a Called>,
    /// What it has done to segments since its last step.
    notes: Vec<(String, Change)>,
    /// The step since which it waits in the call.
    waits: Option<usize>,
    /// The call's outcome has been told: it sleeps, or is refused.
    is_told: bool,
    /// Its last step was that it runs on without a call.
    spins: bool,
    /// What it prints stays in its buffer, as far as its calls tell.
    is_buffered: bool,
    last: Option<usize>,
}

const INTO_BUFFER: &str = "prints into its buffer";

impl<'a> Reader<'a> {
    fn read(&mut self, event: &'a Event) {
        match &event.what {
            What::Born(Some(maker)) => self.born(event, *maker),
            What::Begins => self.begins(event),
            What::Calls(called) => self.calls(event, called),
            What::Waits { call, reason } => self.waits(event, call, reason),
            What::Returns { result, .. } => self.returns(event, *result),
            What::Stores { segment, bytes } => self.stores(event, *segment, bytes),
            What::Segment { id, now, is_found } => self.segment(event, *id, now, *is_found),
            What::Ended(_) => self.ended(event),
            What::Spins if self.thread(event).spins => {}
            _ => self.other(event),
        }
    }

    /// An event that is a step by itself.
    fn other(&mut self, event: &Event) {
        let (kind, said) = match &event.what {
            What::Refused(call) => (Kind::Fails, format!("{call} is refused")),
            What::Sleeps(time) => (Kind::Waits, format!("sleeps {}", words::seconds(*time))),
            What::Wakes => (Kind::GoesOn, format!("wakes at {}", words::seconds(self.time(event)))),
            What::Held(at) => (Kind::Waits, format!("held here {at}")),
            What::GoesOn => (Kind::GoesOn, "goes on".into()),
            What::Spins => (Kind::Call, "runs on without a call".into()),
            What::Signal(name) if name != "SIGCHLD" => (Kind::Call, format!("gets {name}")),
            What::LeftOut(count) => (Kind::LeftOut, format!("… {count} events were not kept")),
            _ => return,
        };
        let place = self.add(event, kind, said);
        if matches!(event.what, What::Sleeps(_) | What::Wakes | What::Spins) {
            self.steps[place].rank = Rank::Idle;
        }
        let thread = self.thread(event);
        thread.spins = event.what == What::Spins;
        thread.is_told |= matches!(event.what, What::Refused(_) | What::Sleeps(_));
    }

    fn thread(&mut self, event: &Event) -> &mut Thread<'a> {
        self.threads.entry((event.who, event.thread)).or_default()
    }

    fn time(&self, event: &Event) -> u64 {
        event.time.saturating_sub(self.start)
    }

    /// Adds a step, with all that its thread has done to segments by then.
    fn add(&mut self, event: &Event, kind: Kind, said: impl Into<Said>) -> usize {
        let place = self.steps.len();
        let thread = self.thread(event);
        (thread.spins, thread.last) = (false, Some(place));
        let notes = take(&mut thread.notes);
        let mut step = Step {
            time: self.time(event),
            who: event.who,
            thread: event.thread,
            kind,
            said: said.into(),
            note: String::new(),
            text: None,
            changes: Vec::new(),
            printed: Vec::new(),
            child: None,
            from: None,
            rank: Rank::Shown,
        };
        for (note, change) in notes {
            step.changes_segment(&note, change);
        }
        self.steps.push(step);
        place
    }

    /// That a process is born is its maker's step.
    fn born(&mut self, event: &Event, maker: Who) {
        if event.thread > 0 {
            self.add(event, Kind::Call, "begins");
            return;
        }
        let is_maker = |thread: &Thread| thread.call.is_some_and(|call| words::is_fork(call.name));
        let threads = self.threads.range((maker, 0)..=(maker, usize::MAX));
        let found = threads.rev().find(|(_, thread)| is_maker(thread));
        let thread = found.map_or(0, |(&(_, thread), _)| thread);
        let said = format!("fork → {}", self.run.name(event.who));
        let place = self.add(&Event { who: maker, thread, ..event.clone() }, Kind::Fork, said);
        self.steps[place].child = Some(event.who);
        self.makers.insert(event.who, maker);
        let buffered = self.threads.get(&(maker, thread)).is_some_and(|thread| thread.is_buffered);
        self.thread(event).is_buffered = buffered;
    }

    /// The first program begins with the run; that another one does is a step.
    fn begins(&mut self, event: &Event) {
        let call = self.thread(event).call.take();
        if let Some(call) = call.filter(|call| call.is_own && call.name == "execve") {
            self.add(event, Kind::Call, Said::call(call, ""));
        }
    }

    fn calls(&mut self, event: &Event, called: &'a Called) {
        let thread = self.thread(event);
        thread.is_told &= thread.call.is_none(); // that it is refused comes before the call
        (thread.call, thread.waits) = (Some(called), None);
        let last = thread.last.filter(|_| called.name.starts_with("exit"));
        let mut threads = self.threads.range((event.who, 0)..=(event.who, usize::MAX));
        let is_buffered = threads.any(|(_, thread)| thread.is_buffered);
        // What a process writes last of all has been in its buffer until then.
        let last = last.filter(|_| is_buffered).map(|place| &mut self.steps[place]);
        if let Some(step) = last.filter(|step| step.kind == Kind::Print) {
            step.said.does = format!("at exit {}", step.said.does);
        }
    }

    fn waits(&mut self, event: &Event, call: &str, reason: &str) {
        if self.thread(event).waits.is_none() {
            let said = if reason.is_empty() { format!("in {call}") } else { reason.into() };
            let (does, more) = said.split_once("; ").unwrap_or((&said, ""));
            let said = Said { more: more.into(), ..Said::from(format!("waits {does}")) };
            let place = self.add(event, Kind::Waits, said);
            self.thread(event).waits = Some(place);
        }
    }

    fn returns(&mut self, event: &Event, result: i64) {
        let thread = self.thread(event);
        let (is_told, waits) = (take(&mut thread.is_told), thread.waits.take());
        let Some(call) = thread.call.take().filter(|_| !is_told) else { return };
        let place = match waits {
            Some(since) => Some(self.goes_on(event, call, result, since)),
            None => self.returns_at_once(event, call, result),
        };
        if words::is_message(call) && result > 0 {
            self.passed.extend(place);
        }
    }

    fn returns_at_once(&mut self, event: &Event, call: &Called, result: i64) -> Option<usize> {
        self.has_pipes |= call.is_own && words::makes_pipe(call.name);
        if words::looks_at_output(call) && call.is_own {
            self.looks_at_output(event, call);
            return None;
        }
        let child = self.child_of(event.who, call, result);
        let (kind, mut said, rank) = words::of_call(call, result, self.has_pipes);
        if (!call.is_own || rank == Rank::Hidden) && self.thread(event).notes.is_empty() {
            return None;
        }
        if let Some(child) = child {
            said = format!("finds {} ended", self.name_at(child)).into();
        }
        let place = self.add(event, kind, said);
        let message = self.message_for(event.who, call, result);
        let step = &mut self.steps[place];
        (step.rank, step.from) = (rank, child.or(message));
        if kind == Kind::Print {
            step.printed.clone_from(&call.text);
        }
        Some(place)
    }

    /// stdio looks at standard output when something is printed for the first time, and keeps that in its
    /// buffer. Others ask besides whether it is a terminal.
    fn looks_at_output(&mut self, event: &Event, call: &Called) {
        let is_stdio = call.name != "ioctl";
        if is_stdio && !self.thread(event).is_buffered && !self.run.is_on_terminal {
            self.add(event, Kind::Call, INTO_BUFFER);
        } else if self.steps.last().is_some_and(|step| step.said.does == INTO_BUFFER) {
            self.steps.pop();
            self.thread(event).last = None;
        }
        self.thread(event).is_buffered = is_stdio && !self.run.is_on_terminal;
    }

    fn goes_on(&mut self, event: &Event, call: &Called, result: i64, since: usize) -> usize {
        let child = self.child_of(event.who, call, result);
        let message = self.message_for(event.who, call, result);
        let is_closed = words::reads_message(call) && result == 0;
        let lets_go_on = |step: &Step| match step.kind {
            _ if (step.who, step.thread) == (event.who, event.thread) => false,
            Kind::Ends | Kind::Dies => is_closed,
            Kind::Call => is_closed && step.said.does == "close",
            kind => !is_closed && kind == Kind::Pass,
        };
        let other = self.steps[since..].iter().rposition(lets_go_on).map(|place| since + place);
        let why = child.map(|place| format!("{} has ended", self.name_at(place)));
        let (kind, said) = words::goes_on(call, result, why);
        let place = self.add(event, kind, said);
        self.steps[place].from = child.or(message).or(other.filter(|_| !words::is_wait(call.name)));
        place
    }

    fn name_at(&self, place: usize) -> String {
        self.run.name(self.steps[place].who)
    }

    /// The oldest message that another process has passed on, and nobody has read: this call has read it.
    fn message_for(&mut self, who: Who, call: &Called, result: i64) -> Option<usize> {
        let is_others = |&place: &usize| self.steps[place].who != who;
        let index = self.passed.iter().position(is_others);
        let index = index.filter(|_| words::reads_message(call) && result > 0)?;
        self.passed.remove(index)
    }

    /// The end of the child that a wait has returned: waitid gives 0, then of the first to end.
    fn child_of(&mut self, who: Who, call: &Called, result: i64) -> Option<usize> {
        let child = |place: usize| self.steps[place].who;
        let is_it = |&place: &usize| Who::try_from(result) == Ok(child(place));
        let is_own = |&place: &usize| self.makers.get(&child(place)) == Some(&who);
        let mut ended = self.ended.iter();
        let index = ended.clone().position(is_it).or_else(|| ended.position(is_own));
        let index = index.filter(|_| words::is_wait(call.name) && result >= 0)?;
        Some(self.ended.remove(index))
    }

    fn ended(&mut self, event: &Event) {
        let What::Ended(status) = event.what else { return };
        self.thread(event).call = None;
        let (kind, said) = words::end(status, event.thread);
        let place = self.add(event, kind, said);
        self.ended.extend((event.thread == 0).then_some(place));
    }

    /// The check has killed them all: that is one step, of none of them.
    fn stopped(&mut self) {
        let is_killed = |step: &Step| step.said.does == "dies by SIGKILL";
        let count = self.steps.iter().rev().take_while(|&step| is_killed(step)).count();
        let last = self.steps.drain(self.steps.len() - count..).next_back();
        self.steps.extend(last.map(|step| Step {
            kind: Kind::LeftOut,
            said: "… here the check stopped it".into(),
            ..step
        }));
    }

    fn stores(&mut self, event: &Event, id: i64, bytes: &[u8]) {
        let stored = self.segments.stored(id, bytes);
        let place = self.add(event, Kind::Store, stored.does);
        let step = &mut self.steps[place];
        step.text = stored.text;
        step.changes_segment(&stored.note, Change::Bytes(id, bytes.to_vec()));
    }

    /// What happens to a segment belongs to the call under way, or to the step before; a child has its
    /// parent's attachments by its birth.
    fn segment(&mut self, event: &Event, id: i64, now: &SegmentNow, is_found: bool) {
        let thread = self.thread(event);
        let (call, own) = (thread.call, thread.last);
        let last = own.map(|place| &self.steps[place].said);
        let last = last.map_or(("", ""), |said| (&said.does, &said.words));
        let first = match call.map_or(last, |call| (call.name, &call.words)) {
            ("shmget", _) if is_found => "found, ",
            ("shmget", _) => "made, ",
            _ => "",
        };
        let note = self.segments.changed(id, now, first);
        let change = Change::Now(id, now.clone());
        let is_over = call.is_none_or(|call| words::is_fork(call.name));
        let end = self.steps.len().checked_sub(1);
        match self.steps.last_mut() {
            Some(step) if step.child == Some(event.who) => step.changes_segment(&note, change),
            Some(step) if own == end && is_over => step.changes_segment(&note, change),
            _ => self.thread(event).notes.push((note, change)),
        }
    }
}
