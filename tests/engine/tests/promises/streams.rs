//! The standard streams, connected in each way.

use engine::{Channel, Launch, Ran, World, in_words};

use crate::programs::{Program, run, run_launch, said};

crate::tests! {
    pipes_are_apart
    a_long_input_goes_through_a_pipe
    an_input_that_nobody_reads_is_no_trouble
    an_input_stays_open_if_the_case_wants
    one_file_has_both_outputs_in_order
    of_a_file_it_is_told_how_much_is_unread
    a_terminal_is_one
    a_terminals_input_is_typed_and_not_echoed
    a_terminals_input_ends
    a_terminal_for_the_output_alone
    a_terminal_for_the_input_alone
    a_pipe_whose_reader_is_gone_ends_the_writer
    a_terminal_that_was_hung_up_fails
    what_a_process_prints_after_its_parents_end_is_read
    a_status_is_told
    a_stream_is_opened_by_its_name
}

/// Which of the three are terminals, and the input as it is read.
const ECHO: &str = r#"
    int main(void) {
        char text[100];
        for (int stream = 0; stream < 3; stream++)
            say(isatty(stream) ? "y" : "n");
        long length = read(0, text, 99);
        text[length > 0 ? length : 0] = 0;
        say(text);
        write(2, "error", 5);
        say(".");
        tell("end", read(0, text, 1));
    }"#;

fn echo(channel: Channel, input: &[u8]) -> Ran {
    run_launch(Launch { channel, input: input.to_vec(), ..Program::of(ECHO).launch() })
}

fn errors(ran: &Ran) -> String {
    String::from_utf8_lossy(&ran.outcome.stderr).into_owned()
}

/// It opens /dev/stdout.
fn a_stream_is_opened_by_its_name() {
    let source =
        r#"int main(void) { dprintf(open("/dev/stdout", O_WRONLY | O_APPEND), "opened"); }"#;
    let program = Program::of(source);
    for channel in [Channel::Pipes, Channel::OneFile, Channel::Terminal] {
        let launch = Launch { channel, ..program.launch() };
        assert_eq!(said(&World::new(0).unwrap().run(launch).unwrap()), "opened", "{channel}");
    }
}

fn pipes_are_apart() {
    let ran = echo(Channel::Pipes, b"input");
    assert_eq!(
        (said(&ran), errors(&ran), ran.outcome.unread),
        ("nnninput.end: 0\n".into(), "error".into(), None)
    );
}

fn a_long_input_goes_through_a_pipe() {
    let input = b"0123456789".repeat(30_000);
    let ran = run_launch(Launch { input: input.clone(), ..Launch::of(["cat"]) });
    assert_eq!(ran.outcome.stdout, input);
}

fn an_input_that_nobody_reads_is_no_trouble() {
    let ran = run_launch(Launch { input: vec![b'x'; 1 << 20], ..Launch::of(["true"]) });
    assert_eq!((said(&ran).as_str(), in_words(ran.outcome.status).as_str()), ("", "exit status 0"));
}

fn an_input_stays_open_if_the_case_wants() {
    let mut world = World::new(0).unwrap();
    let run = world
        .start(Launch { keeps_input: true, input: b"x".to_vec(), ..Launch::of(["cat"]) })
        .unwrap();
    world.wait_until_all_wait().unwrap();
    assert!(!world.has_ended(run));
    let ran = world.finish(run).unwrap();
    assert!(ran.stopped.is_some_and(|why| why.contains("for its input")));
    assert_eq!(ran.outcome.stdout, b"x");
}

fn one_file_has_both_outputs_in_order() {
    let ran = echo(Channel::OneFile, b"input");
    assert_eq!((said(&ran), errors(&ran)), ("nnninputerror.end: 0\n".into(), String::new()));
}

fn of_a_file_it_is_told_how_much_is_unread() {
    let program = Program::of("int main(void) { char text[3]; read(0, text, 3); }");
    let ran = run_launch(Launch {
        channel: Channel::OneFile,
        input: b"0123456789".to_vec(),
        ..program.launch()
    });
    assert_eq!(ran.outcome.unread, Some(7));
}

fn a_terminal_is_one() {
    let ran = echo(Channel::Terminal, b"input\n");
    assert_eq!((said(&ran), errors(&ran)), ("yyyinput\r\nerror.end: 0\r\n".into(), String::new()));
}

fn a_terminals_input_is_typed_and_not_echoed() {
    // A line at a time.
    let program = Program::of(
        r#"int main(void) { char text[100]; tell("read", read(0, text, 99)); tell("read", read(0, text, 99)); }"#,
    );
    let ran = run_launch(Launch {
        channel: Channel::Terminal,
        input: b"one\nthree\n".to_vec(),
        ..program.launch()
    });
    assert_eq!(said(&ran), "read: 4\r\nread: 6\r\n");
}

fn a_terminals_input_ends() {
    let ran = run_launch(Launch {
        channel: Channel::Terminal,
        input: b"no newline".to_vec(),
        ..Launch::of(["cat"])
    });
    assert_eq!(said(&ran), "no newline");
}

fn a_terminal_for_the_output_alone() {
    let ran = echo(Channel::TerminalOutput, b"input\n");
    assert_eq!((said(&ran), errors(&ran)), ("nyyinput\r\nerror.end: 0\r\n".into(), String::new()));
}

fn a_terminal_for_the_input_alone() {
    let ran = echo(Channel::TerminalInput, b"input\n");
    assert_eq!((said(&ran), errors(&ran)), ("ynninput\n.end: 0\n".into(), "error".into()));
}

fn a_pipe_whose_reader_is_gone_ends_the_writer() {
    let ran = echo(Channel::ReaderGone, b"");
    assert_eq!(
        (said(&ran).as_str(), in_words(ran.outcome.status).as_str()),
        ("", "died by SIGPIPE")
    );
}

fn a_terminal_that_was_hung_up_fails() {
    let program = Program::of(
        r#"
    int main(void) {
        char byte;
        long written = write(1, "x", 1);
        dprintf(2, "write: %s, read: %ld", written < 0 ? strerror(errno) : "done", (long)read(0, &byte, 1));
    }"#,
    );
    let ran = run_launch(Launch { channel: Channel::HungUp, ..program.launch() });
    assert_eq!(
        (said(&ran), errors(&ran)),
        (String::new(), "write: Input/output error, read: 0".into())
    );
}

fn what_a_process_prints_after_its_parents_end_is_read() {
    let ran = run(
        r#"int main(void) { if (fork() == 0) { setsid(); sleep(5); say("late"); _exit(0); } say("early "); }"#,
    );
    assert_eq!((said(&ran).as_str(), ran.is_outlived), ("early late", true));
    assert!(!run("int main(void) { if (fork() == 0) _exit(0); wait(NULL); }").is_outlived);
}

fn a_status_is_told() {
    assert_eq!(in_words(run("int main(void) { return 3; }").outcome.status), "exit status 3");
    let ran = run("int main(void) { abort(); }");
    assert_eq!(in_words(ran.outcome.status), "died by SIGABRT");
    assert!(!ran.outcome.succeeded());
}
