//! `check`: see lib.rs.

fn main() -> std::process::ExitCode {
    tests::main()
}
