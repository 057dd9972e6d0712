//! shm-dynamic.

use common::DYNAMIC_KEY;

use crate::harness::{Case, Channel, Leaves, NOBODY, Report, Right, found};

const PROMPT: &str = "Enter the size of shared memory : ";

/// Every way to ask for the size and to answer.
fn dynamic(input: impl AsRef<[u8]>) -> Case {
    Case::of("shm-dynamic")
        .reading(input)
        .also(Channel::TerminalInput)
        .also(Channel::TerminalOutput)
}

fn says(says: &str, leaves: Leaves) -> Right<'_> {
    Right {
        c_ends: &[],
        prints: PROMPT,
        says,
        leaves,
    }
}

/// A case for each shape of input and each size.
macro_rules! both_read_alike {
    ($($name:ident: $input:expr,)*) => {
        $(
            #[test]
            fn $name() -> Result<(), Report> {
                dynamic($input).agrees()
            }
        )*
    };
}

both_read_alike! {
    size_1: "1\n",
    size_10: "10\n",
    size_4096: "4096\n",
    size_4097: "4097\n",
    size_2147483647: "2147483647\n",
    size_0: "0\n",
    size_minus_5: "-5\n",
    size_minus_2147483648: "-2147483648\n",
    spaces_before_the_number: "  42\n",
    lines_before_the_number: "\n\n\t\x0b\x0c\r\n42\n",
    a_plus_sign: "+8\n",
    minus_zero: "-0\n",
    letters_after_the_number: "12abc\n",
    a_fraction: "12.75\n",
    a_hexadecimal_number: "0x10\n",
    leading_zeros: "007\n",
    more_zeros_than_an_int_has_digits: format!("{:060}\n", 99),
    no_newline: "99",
    two_numbers: "64 128\n",
    lines_after_the_number: "64\n128\nend\n",
    not_utf_8_after_the_number: b"16\xff\xfe\n",
    a_nul_after_the_number: b"16\0\0\n",
}

#[test]
fn larger_then_smaller() -> Result<(), Report> {
    dynamic("100\n")
        .then("shm-dynamic")
        .reading("50\n")
        .agrees()
}

#[test]
fn smaller_then_larger() -> Result<(), Report> {
    dynamic("100\n")
        .then("shm-dynamic")
        .reading("101\n")
        .agrees()
}

#[test]
fn zero_finds_the_segment_that_is_there() -> Result<(), Report> {
    dynamic("0\n").on(found(DYNAMIC_KEY, 10)).agrees()
}

#[test]
fn the_bytes_after_the_text_stay() -> Result<(), Report> {
    dynamic("1000\n")
        .on(found(DYNAMIC_KEY, 5000).filled_with("x"))
        .agrees()
}

#[test]
fn another_process_is_attached() -> Result<(), Report> {
    dynamic("10\n").on(found(DYNAMIC_KEY, 10).held()).agrees()
}

#[test]
#[cfg_attr(not(other_users), ignore = "needs root, to act as two users")]
fn another_users_segment() -> Result<(), Report> {
    dynamic("10\n")
        .on(found(DYNAMIC_KEY, 10))
        .run_by(NOBODY)
        .agrees()
}

#[test]
#[cfg_attr(not(other_users), ignore = "needs root, to act as two users")]
fn another_users_private_segment() -> Result<(), Report> {
    dynamic("10\n")
        .on(found(DYNAMIC_KEY, 10).mode(0o600))
        .run_by(NOBODY)
        .agrees()
}

#[test]
#[cfg_attr(
    not(ordinary_user),
    ignore = "needs an ordinary user: root may do everything"
)]
fn a_read_only_segment() -> Result<(), Report> {
    let segment = found(DYNAMIC_KEY, 10).mode(0o444).owned_by_ordinary_user();
    dynamic("10\n").on(segment).run_by_ordinary_user().agrees()
}

#[test]
#[cfg_attr(
    not(any(ipc_namespace, user_namespace)),
    ignore = "needs a segment table of its own: it fills it"
)]
fn shmmni_is_reached() -> Result<(), Report> {
    dynamic("10\n").on_a_full_table().agrees()
}

#[test]
#[cfg_attr(not(kernel_limits), ignore = "needs root, to set kernel.shmmax")]
fn shmmax_is_smaller() -> Result<(), Report> {
    dynamic("4097\n").with_kernel_limit("shmmax", 4096).agrees()
}

#[test]
#[cfg_attr(not(kernel_limits), ignore = "needs root, to set kernel.shmall")]
fn shmall_is_reached() -> Result<(), Report> {
    dynamic("4097\n").with_kernel_limit("shmall", 1).agrees()
}

#[test]
fn no_room_in_the_address_space() -> Result<(), Report> {
    dynamic("67108864\n")
        .under(&["prlimit", "--as=33554432"])
        .differs(&Right {
            c_ends: &["died by SIGSEGV", "died by SIGABRT"], /* glibc 2.37 notices */
            ..says("shmat: Cannot allocate memory", Leaves::AsC)
        })
}

#[test]
fn the_reader_is_gone() -> Result<(), Report> {
    dynamic("10\n").only(Channel::ReaderGone).agrees()
}

#[test]
fn the_disk_is_full() -> Result<(), Report> {
    dynamic("10\n")
        .under(&["sh", "-c", "exec \"$0\" >/dev/full"])
        .differs(&Right {
            c_ends: &["exit status 0"],
            prints: "",
            ..says("write: No space left on device", Leaves::AsC)
        })
}

/// A case for each kind of input that holds no `int`: C reads one that was never written, or wraps.
macro_rules! ours_refuses {
    ($($name:ident: $input:expr => $says:expr,)*) => {
        $(
            #[test]
            fn $name() -> Result<(), Report> {
                dynamic($input).differs(&says($says, Leaves::Nothing))?;
                let segment = found(DYNAMIC_KEY, 100).filled_with("x");
                dynamic($input).on(segment).differs(&says($says, Leaves::AllAsItWas))
            }
        )*
    };
}

const NO_NUMBER: &str = "size: no whole number on standard input";
const OUT_OF_RANGE: &str = "size: Numerical result out of range";

ours_refuses! {
    no_input: "" => NO_NUMBER,
    white_space_alone: " \t\n\n" => NO_NUMBER,
    letters: "abc\n" => NO_NUMBER,
    a_sign_alone: "-\n" => NO_NUMBER,
    two_signs: "--5\n" => NO_NUMBER,
    a_sign_apart: "- 5\n" => NO_NUMBER,
    a_full_stop_first: ".5\n" => NO_NUMBER,
    not_utf_8: b"\xff\xfe16\n" => NO_NUMBER,
    a_nul_first: b"\x0016\n" => NO_NUMBER,
    one_too_large: "2147483648\n" => OUT_OF_RANGE,
    one_too_small: "-2147483649\n" => OUT_OF_RANGE,
    larger_than_a_long: "99999999999999999999\n" => OUT_OF_RANGE,
    a_multiple_of_two_to_the_32: "4294967306\n" => OUT_OF_RANGE,
}
