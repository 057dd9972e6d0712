//! Any bytes for shm-dynamic: read as `%d` defines, or refused clearly; and memory stays flat.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use crate::harness::{
    Channel, Outcome, Report, Stage, expect, in_own_table, in_words, ours, repeat,
};

const INPUTS: u32 = 20_000;

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

#[test]
fn random_bytes() -> Result<(), Report> {
    repeat(INPUTS, |round| {
        let input = random(u64::from(round));
        let outcome = in_own_table(|| run(&input, &[]))?;
        let seen = format!(
            "input \"{}\"\n{}",
            input.escape_ascii(),
            outcome.describe(Channel::Pipes)
        );
        expect(&expected(&input), says(&outcome) == expected(&input), &seen)
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

fn run(input: &[u8], wrapper: &[&str]) -> Result<Outcome, Report> {
    let command = ours("shm-dynamic", wrapper)?;
    let mut stage = Stage::new(false)?;
    stage.start(Channel::Pipes, command, input)?.finish()
}

/// How the program ended and what it wrote on standard error.
fn says(outcome: &Outcome) -> String {
    format!(
        "{}: {}",
        in_words(outcome.status),
        outcome.stderr.escape_ascii()
    )
}

/// The rules of `%d` once more, on the whole input.
fn expected(input: &[u8]) -> String {
    let start = input
        .iter()
        .position(|byte| !b" \t\n\x0b\x0c\r".contains(byte));
    let text = &input[start.unwrap_or(input.len())..];
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let digits = text[sign..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let number = String::from_utf8_lossy(&text[..sign + digits]);
    let why = match (digits, number.parse::<i128>()) {
        (0, _) => "size: no whole number on standard input",
        (_, Ok(number)) if number > i128::from(i32::MAX) => "size: Numerical result out of range",
        (_, Ok(number)) if number < i128::from(i32::MIN) => "size: Numerical result out of range",
        (_, Ok(..=0)) => "shmget: Invalid argument",
        (_, Ok(_)) => return "exit status 0: ".to_string(),
        (_, Err(_)) => "size: Numerical result out of range",
    };
    format!("exit status 1: {why}\\n")
}

/// A program whose memory grew with its input would not fit.
const LITTLE_MEMORY: &[&str] = &["prlimit", "--as=16777216"];

const LONG: usize = 64 << 20;

#[test]
fn sixty_four_mebibytes_of_spaces() -> Result<(), Report> {
    let input = [vec![b' '; LONG], b"42\n".to_vec()].concat();
    let outcome = in_own_table(|| run(&input, LITTLE_MEMORY))?;
    expect(
        "exit status 0: ",
        says(&outcome) == "exit status 0: ",
        &says(&outcome),
    )
}

#[test]
fn digits_without_end() -> Result<(), Report> {
    for digit in ["0", "9"] {
        let endless = format!("yes {digit} | tr -d '\\n' | \"$0\"");
        let outcome = in_own_table(|| run(b"", &["sh", "-c", &endless]))?;
        let right = "exit status 1: size: Numerical result out of range\\n";
        expect(right, says(&outcome) == right, &says(&outcome))?;
    }
    Ok(())
}

#[test]
fn spaces_without_end_can_be_interrupted() -> Result<(), Report> {
    let endless =
        "yes ' ' | env --default-signal=INT timeout --signal=INT --preserve-status 0.2 \"$0\"";
    let outcome = in_own_table(|| run(b"", &["sh", "-c", endless]))?;
    expect(
        "exit status 130",
        outcome.status.code() == Some(130),
        &says(&outcome),
    )
}
