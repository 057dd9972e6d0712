//! Any bytes for shm-dynamic: read as `%d` defines, or refused clearly; and memory stays flat.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::dynamic::{NO_NUMBER, OUT_OF_RANGE, keeping_input};
use super::prelude::*;

pub fn cases() -> Vec<Case> {
    cases! {
        "random_bytes": random_bytes();
        "more_spaces_than_memory": more_spaces_than_memory();
        // How many zeros are too many, nobody else can know.
        "digits_without_end" needs Ours: digits_without_end();
        "spaces_without_end_can_be_interrupted": spaces_without_end_can_be_interrupted();
    }
}

/// What numbers are made of, and what is near them.
const PIECES: [&[u8]; 16] = [
    b" ", b"\n", b"\t", b"\x0b", b"+", b"-", b"0", b"1", b"9", b"4096", LARGE, b"47", b"x", b"\0",
    b"\xff", b".",
];
const LARGE: &[u8] = b"21474836";

fn random_bytes() -> Verdict {
    (0..60).try_for_each(|round| {
        let input = random(round);
        let (told, right) = (told(input.clone())?, expected(&input));
        // A small machine has no 2 GiB to promise.
        let is_small = right == SUCCESS && told.ends_with("Cannot allocate memory\\n");
        // A student may choose the words, if they are not the kernel's.
        let says_more = told.strip_prefix("exit status 1: ").is_some_and(|why| !why.is_empty());
        let is_free = may(May::ChooseTheWords) && right.contains("size: ") && says_more;
        let why = "Invalid argument\\n"; // behind any label
        let is_labelled = may(May::ChooseTheLabel) && right.ends_with(why) && told.ends_with(why);
        let is_told = told == right || (is_labelled && told.starts_with("exit status 1: "));
        let seen = format!("for the input \"{}\": {told}", input.escape_ascii());
        expect(&right, is_told || is_free || is_small, &seen)
    })
}

/// Pieces or plain bytes, up to a dozen, the same in every run of the checks.
fn random(seed: u64) -> Vec<u8> {
    let hasher = BuildHasherDefault::<DefaultHasher>::new();
    let number = |index: u64| hasher.hash_one((seed, index));
    let length = number(0) % 12;
    (1..=length)
        .flat_map(|index| match number(index).to_le_bytes() {
            [0..40, byte, ..] => vec![byte],
            [_, byte, ..] => PIECES[usize::from(byte) % PIECES.len()].to_vec(),
        })
        .collect()
}

/// How the program ended and what it wrote on standard error.
fn told(input: Vec<u8>) -> Result<String, Report> {
    outcome(input, &[]).map(|outcome| in_words_of(&outcome))
}

fn outcome(input: Vec<u8>, wrapper: &[&str]) -> Result<Outcome, Report> {
    outcome_of(Launch { input, ..Version::Ours.launch_under(wrapper, "shm-dynamic") })
}

fn outcome_of(launch: Launch) -> Result<Outcome, Report> {
    let mut outcome = world()?.plays(launch)?.outcome;
    in_usual_words(&mut outcome);
    Ok(outcome)
}

fn in_words_of(outcome: &Outcome) -> String {
    format!("{}: {}", in_words(outcome.status), outcome.stderr.escape_ascii())
}

const SUCCESS: &str = "exit status 0: ";

/// The rules of `%d` once more, on the whole input.
fn expected(input: &[u8]) -> String {
    let start = input.iter().position(|byte| !b" \t\n\x0b\x0c\r".contains(byte));
    let text = &input[start.unwrap_or(input.len())..];
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let digits = text[sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = String::from_utf8_lossy(&text[..sign + digits]);
    let why = match number.parse::<i32>() {
        Ok(1..) => return SUCCESS.to_string(),
        Ok(_) => "shmget: Invalid argument",
        Err(_) if digits == 0 => NO_NUMBER,
        Err(_) => OUT_OF_RANGE,
    };
    format!("exit status 1: {why}\\n")
}

fn more_spaces_than_memory() -> Verdict {
    let input = [vec![b' '; 10 << 20], b"42\n".to_vec()].concat();
    // A program whose memory grew with its input would not fit. A thread's stack fits: it is as large as this limit.
    let wrapper = ["prlimit", "--as=8388608", "--stack=1048576"];
    let launch = Launch { input, ..Version::Ours.launch_under(&wrapper, "shm-dynamic") };
    let outcome = match outcome_of(launch.clone()) {
        Err(why) if may(May::ReadAByteAtATime) => {
            let is_slow = reads_on(&world()?.run(launch)?);
            return if is_slow { Ok(()) } else { Err(why) };
        }
        outcome => outcome?,
    };
    let told = in_words_of(&outcome);
    let wanted = "exit status 0, for the input of 10 MiB of spaces, 42 and \\n, in 8 MiB of memory";
    expect(wanted, told == SUCCESS || lacks_address_space(&outcome), &told)
}

/// Whether it was stopped while it read a byte at a time: each takes a system call, and its memory did not grow.
fn reads_on(ran: &Ran) -> bool {
    let last = ran.log.events().iter().rev().filter_map(|event| match event.what {
        What::Returns { call, result, .. } => Some((call, result)),
        _ => None,
    });
    ran.stopped.is_some() && last.take(100).all(|last| last == ("read", 1))
}

fn digits_without_end() -> Verdict {
    for (digit, length) in [(b'0', (1 << 24) + 1), (b'9', 1 << 20)] {
        let told = told(vec![digit; length])?;
        let right = format!("exit status 1: {OUT_OF_RANGE}\\n");
        expect(&right, told == right, &told)?;
    }
    Ok(())
}

/// More spaces than a pipe or a buffer takes, and more to come: the user types Control-C. A program that reads a byte at
/// a time comes so far, too.
fn spaces_without_end_can_be_interrupted() -> Verdict {
    let mut world = world()?;
    let program = world.start(keeping_input(vec![b' '; 80_000]))?;
    world.wait_until_all_wait()?;
    world.signal(program, Signal::SIGINT);
    let outcome = world.ends(program)?.outcome;
    let ends = in_words(outcome.status);
    expect("it reads on, and dies by SIGINT", ends == "died by SIGINT", &ends)
}
