//! `check`: the cases of `make check`. The C version and ours, or a student's, start in the same
//! state, and every byte, stream, status and segment is compared.

mod cases;
mod engine;
mod harness;

fn main() -> std::process::ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == engine::LAUNCH) {
        return engine::launch(arguments);
    }
    harness::main(&cases::all())
}
