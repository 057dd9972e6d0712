//! `check`: the cases of `make check`. The C version and ours, or a student's, start in the same
//! state, and every byte, stream, status and segment is compared.

mod cases;
mod harness;

fn main() -> std::process::ExitCode {
    harness::main(&cases::all())
}
