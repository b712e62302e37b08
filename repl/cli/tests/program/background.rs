//! What a shell does with a program that has the terminal: it stops it, lets it go on in the background, and ends it there.

use super::support::World;
use super::terminal::Terminal;

const CTRL_Z: &str = "\x1a";

/// What the program shows on the whole screen.
const SCREENS: [(&str, &str); 2] = [
    ("view t1", "━ Objects "),
    ("watch t1 AAPL_quote.bid_price", "Up Down scroll"),
];

/// Its prompt, with lines that can be edited and without.
const PROMPTS: [&str; 2] = ["xterm-256color", "dumb"];

/// Asks the shell whether it has a job that has not ended, and waits until it is stopped.
const RUNS: &str = "[ \"$(jobs -r)$(jobs -s)\" ]";
const UNTIL_STOPPED: &str = "until [ \"$(jobs -s)\" ]; do sleep 0.02; done";

/// A shell in a terminal of this kind, in which the program runs until it `shows` this.
fn running(world: &World, kind: &str, arguments: &str, shows: &str) -> Terminal {
    let shell = ["bash", "--norc", "--noprofile", "-i"];
    let variables = [
        ("PATH", "/usr/bin:/bin"),
        ("PS1", "shell$ "),
        ("TERM", kind),
        ("LANG", "C.UTF-8"),
    ];
    let mut terminal = Terminal::open_program(world, &shell, 100, 24, &variables);
    terminal.ends_with("shell$");
    terminal.press(&format!("{} {arguments}\r", env!("CARGO_BIN_EXE_memglass")));
    terminal.shows(shows);
    terminal
}

/// The job of the shell ends, and the terminal is the shell's.
fn ends(terminal: &mut Terminal) {
    let waits = format!("while {RUNS}; do sleep 0.02; done");
    terminal.line(&format!("kill %1; {waits}; echo ended $((1000 + 234))"));
    terminal.shows("\nended 1234\n");
    terminal.ends_with("shell$");
}

fn stops(terminal: &mut Terminal) {
    terminal.press(CTRL_Z);
    terminal.ends_with("shell$");
}

#[test]
fn a_stopped_screen_is_ended_from_its_shell() {
    let (world, _producer) = World::with_producer();
    for (arguments, shows) in SCREENS {
        let mut terminal = running(&world, "xterm-256color", arguments, shows);
        stops(&mut terminal);
        ends(&mut terminal);
        assert!(!terminal.text().contains(shows));
    }
}

#[test]
fn a_stopped_prompt_is_ended_from_its_shell() {
    let (world, _producer) = World::with_producer();
    for kind in PROMPTS {
        let mut terminal = running(&world, kind, "t1", "t1>");
        stops(&mut terminal);
        ends(&mut terminal);
    }
}

#[test]
fn a_screen_in_the_background_is_stopped_again_until_it_has_the_terminal() {
    let (world, _producer) = World::with_producer();
    for (arguments, shows) in SCREENS {
        let mut terminal = running(&world, "xterm-256color", arguments, shows);
        stops(&mut terminal);
        terminal.line(&format!("bg; {UNTIL_STOPPED}; echo again $((1000 + 234))"));
        terminal.shows("\nagain 1234\n");
        assert!(!terminal.text().contains(shows));
        terminal.line("fg");
        terminal.shows(shows);
        stops(&mut terminal);
        terminal.line(&format!("bg; {UNTIL_STOPPED}"));
        terminal.ends_with("shell$");
        ends(&mut terminal);
    }
}
