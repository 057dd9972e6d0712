//! shm-dynamic.

use super::input;
use super::prelude::*;
use super::read_back::{Text, is_read_back};

const PROMPT: &str = "Enter the size of shared memory : ";

pub const NO_NUMBER: &str = "size: no whole number on standard input";
pub const OUT_OF_RANGE: &str = "size: Numerical result out of range";

/// Sizes and inputs that C defines.
const BOTH_READ_ALIKE: [(&str, &[u8]); 19] = [
    ("fresh", b"10\n"),
    ("size_1", b"1\n"),
    ("size_4096", b"4096\n"),
    ("size_4097", b"4097\n"),
    ("size_2147483647", b"2147483647\n"),
    ("size_0", b"0\n"),
    ("size_minus_5", b"-5\n"),
    ("size_minus_2147483648", b"-2147483648\n"),
    ("spaces_before_the_number", b"  42\n"),
    ("a_plus_sign", b"+8\n"),
    ("minus_zero", b"-0\n"),
    ("letters_after_the_number", b"12abc\n"),
    ("a_fraction", b"12.75\n"),
    ("a_hexadecimal_number", b"0x10\n"),
    ("leading_zeros", b"007\n"),
    ("no_newline", b"99"),
    ("two_numbers", b"64 128\n"),
    ("lines_after_the_number", b"64\n128\nend\n"),
    ("not_utf_8_after_the_number", b"16\xff\xfe\0\n"),
];

/// The same, but not for those who read one line into a buffer.
const UNUSUAL: [(&str, &[u8]); 3] = [
    ("lines_before_the_number", b"\n\n\t\x0b\x0c\r\n42\n"),
    ("more_zeros_than_an_int_has_digits", b"000000000000000000000000000000000099\n"),
    ("a_thousand_zeros", &THOUSAND_ZEROS),
];

/// And a number.
const THOUSAND_ZEROS: [u8; 1003] = {
    let mut digits = [b'0'; 1003];
    [digits[1000], digits[1001], digits[1002]] = *b"42\n";
    digits
};

/// Inputs that hold no `int`: C reads one that was never written, or wraps.
const OURS_REFUSES: [(&str, &[u8], &str); 13] = [
    ("letters", b"abc\n", NO_NUMBER),
    ("no_input", b"", NO_NUMBER),
    ("white_space_alone", b" \t\n\n", NO_NUMBER),
    ("a_sign_alone", b"-\n", NO_NUMBER),
    ("two_signs", b"--5\n", NO_NUMBER),
    ("a_sign_apart", b"- 5\n", NO_NUMBER),
    ("a_full_stop_first", b".5\n", NO_NUMBER),
    ("not_utf_8", b"\xff\xfe16\n", NO_NUMBER),
    ("a_nul_first", b"\x0016\n", NO_NUMBER),
    ("one_too_large", b"2147483648\n", OUT_OF_RANGE),
    ("one_too_small", b"-2147483649\n", OUT_OF_RANGE),
    ("larger_than_a_long", b"99999999999999999999\n", OUT_OF_RANGE),
    ("a_multiple_of_two_to_the_32", b"4294967306\n", OUT_OF_RANGE),
];

/// Its system calls.
const CALLS: &str = "read shmget shmat shmctl shmdt write lseek exit_group";

pub fn cases() -> Vec<Case> {
    let alike = BOTH_READ_ALIKE.map(|(name, input)| case(name, move || dynamic(input).agrees()));
    let refuses = OURS_REFUSES.map(|(name, input, why)| case(name, move || refuses(input, why)));
    let unusual = UNUSUAL.map(|(name, input)| case(name, move || dynamic(input).agrees()));
    let all = [
        (Basic, alike.into()),
        (Basic, segments()),
        (Basic, typed()),
        (Careful, refuses.into()),
        (Hard, unusual.into()),
        (Hard, input::cases()),
    ];
    super::exercise_of(&["shm-dynamic"], &[CALLS], all)
}

fn segments() -> Vec<Case> {
    let no_room = Expectation {
        c_ends: "died by SIGSEGV or died by SIGABRT", // glibc 2.37 notices
        leaves_as_c: true,
        ..says("shmat: Cannot allocate memory")
    };
    cases! {
        "larger_then_smaller": dynamic("100\n").then("shm-dynamic").reading("50\n").agrees();
        "smaller_then_larger": dynamic("100\n").then("shm-dynamic").reading("101\n").agrees();
        "what_is_in_the_segment_is_printed": dynamic_reads_back();
        "zero_finds_the_segment_that_is_there": dynamic("0\n").on(there()).agrees();
        "the_bytes_after_the_text_stay":
            dynamic("1000\n").on(preset(DYNAMIC_KEY, 5000).filled_with("x")).agrees();
        "another_process_is_attached":
            dynamic("10\n").on(there().filled_with("x").maker_runs()).agrees();
        "another_users_segment" needs TwoUsers:
            dynamic("10\n").on(there()).run_by(ANOTHER).agrees();
        "another_users_private_segment" needs TwoUsers:
            dynamic("10\n").on(there().mode(0o600)).run_by(ANOTHER).agrees();
        "a_read_only_segment" needs OrdinaryUser:
            dynamic("10\n").on(there().mode(0o444))
                .run_by_ordinary_user().agrees();
        "as_many_segments_as_the_kernel_allows":
            dynamic("10\n").always_failing("shmget", Errno::ENOSPC).agrees();
        "no_room_in_the_address_space":
            dynamic("67108864\n").under(&["prlimit", "--as=33554432"]).differs(&no_room);
    }
}

/// What a user types, and where it is asked for.
fn typed() -> Vec<Case> {
    cases! {
        "one_line_is_enough": one_line_is_enough();
        "half_on_a_terminal": half_on_a_terminal(b"10\n");
        "half_on_a_terminal_with_no_newline": half_on_a_terminal(b"99");
        "half_on_a_terminal_and_refused": half_on_a_terminal(b"-5\n");
    }
}

fn there() -> Preset {
    preset(DYNAMIC_KEY, 10)
}

fn dynamic(input: impl AsRef<[u8]>) -> Scene {
    Scene::of("shm-dynamic").reading(input)
}

/// The answer is typed, and all is printed through pipes; or the other way round.
fn half_on_a_terminal(input: &[u8]) -> Verdict {
    dynamic(input).only(Channel::TerminalInput).agrees()?;
    dynamic(input).only(Channel::TerminalOutput).agrees()
}

/// The text is read back from the segment.
fn dynamic_reads_back() -> Verdict {
    let text = Text {
        words: "We have accessed shared memory ID : ",
        ends_with_id: true,
        after: "Shared memory : ",
        told_by: "",
    };
    let launch = Launch { input: b"100\n".into(), ..Version::Ours.launch("shm-dynamic") };
    is_read_back(&[], &launch, &text)
}

fn says(says: &str) -> Expectation<'_> {
    Expectation { c_ends: "", prints: PROMPT, says, leaves_as_c: false }
}

/// With this input, and perhaps more to come.
pub fn keeping_input(input: impl Into<Vec<u8>>) -> Launch {
    Launch { input: input.into(), keeps_input: true, ..Version::Ours.launch("shm-dynamic") }
}

/// A user answers with one line, and has no reason to type Control-D then.
fn one_line_is_enough() -> Verdict {
    let mut world = world()?;
    let running = world.start(keeping_input("10\n"))?;
    world.wait_until_all_wait()?;
    expect(
        "it goes on after the line \"10\"",
        world.has_ended(running),
        "it waits for more input: white space after %d, as in \"%d\\n\", makes scanf read on",
    )?;
    let outcome = world.ends(running)?.outcome;
    expect("exit status 0", outcome.succeeded(), &describe(&outcome, Channel::Pipes))
}

fn refuses(input: &[u8], why: &str) -> Verdict {
    dynamic(input).differs(&says(why))?;
    let segment = preset(DYNAMIC_KEY, 100).filled_with("x");
    dynamic(input).on(segment).only(Channel::Pipes).differs(&says(why))
}
