//! The cases of `make check` and `make check-lab`. In those of the exercises the C version and ours, or a student's,
//! start in the same state, and every byte, stream, status and segment is compared.

mod cases;
mod harness;

/// The program `check`. It is a library, because cargo builds one while it still builds the engine.
#[must_use]
pub fn main() -> std::process::ExitCode {
    harness::main(&cases::all(), cases::hand_ins::write_reports)
}
