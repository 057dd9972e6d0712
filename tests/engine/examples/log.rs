//! `cargo run -p engine --example log -- COMMAND…` — runs a command as the engine does, and prints what happened.

use engine::{Launch, Trouble, World};

fn main() -> Result<(), Trouble> {
    let mut world = World::new(0)?;
    let ran = world.run(Launch::of(std::env::args_os().skip(1)))?;
    for event in ran.log.events() {
        println!("{:>6} ms  {}.{}  {:?}", event.time, event.who, event.thread, event.what);
    }
    print!("{}", String::from_utf8_lossy(&ran.outcome.stdout));
    eprint!("{}", String::from_utf8_lossy(&ran.outcome.stderr));
    println!("{} {:?}", engine::in_words(ran.outcome.status), ran.stopped);
    Ok(())
}
