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
    /// It reads ahead more of its input, or less.
    ReadAhead,
    /// A message has another label before the reason, and what the language adds to it.
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
    /// It is built with a sanitizer, which does not start where there is little address space.
    NeedAddressSpace,
}

/// Whether the programs that are checked may do this.
pub fn may(_: May) -> bool {
    is_yours()
}

/// Whether it is a sanitizer that has not started, because it needs more address space than the case gives.
pub fn lacks_address_space(outcome: &Outcome) -> bool {
    let has =
        |told: &[u8]| String::from_utf8_lossy(told).contains("ReserveShadowMemoryRange failed");
    may(May::NeedAddressSpace) && (has(&outcome.stderr) || has(&outcome.stdout))
}

/// What a program told, without the number that Rust's standard library puts after the system's words.
pub fn without_number(outcome: &mut Outcome) {
    if !may(May::ChooseTheLabel) {
        return;
    }
    for stream in [&mut outcome.stdout, &mut outcome.stderr] {
        let told = String::from_utf8_lossy(stream).into_owned();
        let Some((before, rest)) = told.split_once(" (os error ") else { continue };
        if let Some((_, after)) = rest.split_once(')') {
            *stream = [before, after].concat().into_bytes();
        }
    }
}
