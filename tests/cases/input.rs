//! Any bytes for shm-dynamic: read as `%d` defines, or refused clearly; and memory stays flat.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::dynamic::keeping_input;
use super::prelude::*;

pub fn cases() -> Vec<Case> {
    cases! {
        "random_bytes", stress: random_bytes();
        "more_spaces_than_memory": more_spaces_than_memory();
        // How many zeros are too many, nobody else can know.
        "digits_without_end" needs Ours: digits_without_end();
        "spaces_without_end_can_be_interrupted": spaces_without_end_can_be_interrupted();
    }
}

/// What numbers are made of, and what is near them.
const PIECES: [&[u8]; 16] = [
    b" ",
    b"\n",
    b"\t",
    b"\x0b",
    b"+",
    b"-",
    b"0",
    b"1",
    b"9",
    b"4096",
    b"21474836",
    b"47",
    b"x",
    b"\0",
    b"\xff",
    b".",
];

fn random_bytes() -> Verdict {
    repeat(60, |round| {
        let input = random(u64::from(round));
        let outcome = run(input.clone(), &[])?;
        let (told, right) = (says(&outcome), expected(&input));
        // A small machine has no 2 GiB to promise.
        let is_small = right == "exit status 0: " && told.ends_with("Cannot allocate memory\\n");
        let seen = format!("for the input \"{}\": {told}", input.escape_ascii());
        // A student may choose the words, if they are not the kernel's.
        let is_same = if is_yours() && right.contains("size: ") {
            told.starts_with("exit status 1: ") && !outcome.stderr.is_empty()
        } else {
            told == right
        };
        expect(&right, is_same || is_small, &seen)
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

fn run(input: Vec<u8>, wrapper: &[&str]) -> Result<Outcome, Report> {
    let launch = Launch { input, ..Version::Ours.launch_under(wrapper, "shm-dynamic") };
    Ok(World::new()?.run(launch)?.0)
}

/// How the program ended and what it wrote on standard error.
fn says(outcome: &Outcome) -> String {
    format!("{}: {}", in_words(outcome.status), outcome.stderr.escape_ascii())
}

/// The rules of `%d` once more, on the whole input.
fn expected(input: &[u8]) -> String {
    let start = input.iter().position(|byte| !b" \t\n\x0b\x0c\r".contains(byte));
    let text = &input[start.unwrap_or(input.len())..];
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let digits = text[sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = String::from_utf8_lossy(&text[..sign + digits]);
    let why = match (digits, number.parse::<i128>()) {
        (0, _) => "size: no whole number on standard input",
        (_, Ok(number)) if i32::try_from(number).is_err() => "size: Numerical result out of range",
        (_, Ok(..=0)) => "shmget: Invalid argument",
        (_, Ok(_)) => return "exit status 0: ".to_string(),
        (_, Err(_)) => "size: Numerical result out of range",
    };
    format!("exit status 1: {why}\\n")
}

fn more_spaces_than_memory() -> Verdict {
    let input = [vec![b' '; 10 << 20], b"42\n".to_vec()].concat();
    // A program whose memory grew with its input would not fit.
    let outcome = run(input, &["prlimit", "--as=8388608"])?;
    expect("exit status 0: ", says(&outcome) == "exit status 0: ", &says(&outcome))
}

fn digits_without_end() -> Verdict {
    for (digit, length) in [(b'0', (1 << 24) + 1), (b'9', 1 << 20)] {
        let outcome = run(vec![digit; length], &[])?;
        let right = "exit status 1: size: Numerical result out of range\\n";
        expect(right, says(&outcome) == right, &says(&outcome))?;
    }
    Ok(())
}

/// A mebibyte of spaces in, and more to come, the user types Control-C.
fn spaces_without_end_can_be_interrupted() -> Verdict {
    let mut world = World::new()?;
    let program = world.start(keeping_input(vec![b' '; 1 << 20]))?;
    world.wait_until_all_wait()?;
    world.signal(program, Signal::SIGINT);
    let (outcome, _) = world.finish(program)?;
    let ends = in_words(outcome.status);
    expect("it reads on, and dies by SIGINT", ends == "died by SIGINT", &ends)
}
