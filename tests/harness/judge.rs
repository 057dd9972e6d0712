//! What a student's program may do otherwise than ours, and is right all the same: the only place that is lenient.
//! Ours may nothing of this: it is compared to the byte.

use engine::Outcome;

use super::programs::is_yours;

/// What a student's program may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    /// shm-fork's processes print each line when it happens, or at their ends.
    PrintInAnyOrder,
    /// shm-fork takes another segment than the one that is there, or removes what a dead process has left.
    TakeAnotherSegment,
    /// Two streams meet in one file in another order: that is the C library's doing.
    MixStreamsOtherwise,
    /// It reads a byte at a time, and comes to the bound of system calls in a long input.
    ReadAByteAtATime,
    /// It reads ahead more of its input, or less.
    ReadAhead,
    /// A message has another label before the reason, and what the language adds to it, or another C library's words.
    ChooseTheLabel,
    /// A message about a size has any words.
    ChooseTheWords,
    /// It goes on where ours gives up, and is right.
    GoOn,
    /// It makes other calls, and not the same ones in each run.
    MakeOtherCalls,
    /// It polls: it sleeps for a while and looks again.
    Poll,
    /// It ignores SIGPIPE, or has it act as by default, whatever it has found.
    ChooseAboutSigpipe,
    /// It leaves what it could not remove because the removal failed.
    LeaveWhatCannotBeRemoved,
    /// It asks for the size before it looks whether the question was written.
    NoticeLater,
    /// It says in its own words which of its processes was killed.
    TellADeathOtherwise,
    /// It marks the segment for removal only before it forks.
    MarkLater,
    /// It is built with a sanitizer or many libraries, and does not start where there is little address space.
    NeedAddressSpace,
}

/// Whether the programs that are checked may do this.
pub fn may(_: May) -> bool {
    is_yours()
}

/// Whether a sanitizer or a library has not started, because it needs more address space than the case gives.
pub fn lacks_address_space(outcome: &Outcome) -> bool {
    let words = ["ReserveShadowMemoryRange failed", "failed to map segment from shared object"];
    let has = |told: &[u8]| words.iter().any(|text| String::from_utf8_lossy(told).contains(text));
    may(May::NeedAddressSpace) && (has(&outcome.stderr) || has(&outcome.stdout))
}

/// What another C library (musl) says for glibc's words, at the end of a line.
const OTHER_WORDS: [(&str, &str); 6] = [
    (": Out of memory\n", ": Cannot allocate memory\n"),
    (": I/O error\n", ": Input/output error\n"),
    (": No child process\n", ": No child processes\n"),
    (": No file descriptors available\n", ": Too many open files\n"),
    (": Quota exceeded\n", ": Disk quota exceeded\n"),
    (": Result not representable\n", ": Numerical result out of range\n"),
];

/// What a program told of failures, in glibc's words, and without the number that Rust's standard library puts after
/// them.
pub fn in_usual_words(outcome: &mut Outcome) {
    if !may(May::ChooseTheLabel) {
        return;
    }
    for stream in [&mut outcome.stdout, &mut outcome.stderr] {
        let Ok(told) = String::from_utf8(stream.clone()) else { continue };
        let told = told.replace("\r\n", "\n\r"); // a terminal's
        let told = OTHER_WORDS.iter().fold(told, |told, (other, usual)| told.replace(other, usual));
        *stream = without_number(&told.replace("\n\r", "\r\n")).into_bytes();
    }
}

fn without_number(told: &str) -> String {
    let parts = told.split_once(" (os error ");
    let parts = parts.and_then(|(before, rest)| Some((before, rest.split_once(')')?.1)));
    parts.map_or(told.into(), |(before, after)| [before, after].concat())
}
