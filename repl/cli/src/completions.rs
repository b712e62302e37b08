//! `memglass completions SHELL` and `memglass man`

use clap::CommandFactory;
use clap_complete::{Generator, generate};
use memglass_terminal::streams::write_data;

use super::arguments::{Arguments, Shell};
use super::failure::Failure;

const PROGRAM: &str = "memglass";

/// Sessions are completed by asking the program for them at that moment.
const BASH_SESSIONS: &str = r#"
_memglass_and_sessions() {
    _memglass "$@"
    local word="${COMP_WORDS[COMP_CWORD]}" name
    [[ "$word" == -* || "${COMP_WORDS[COMP_CWORD-1]}" == --@(dir|format|color|timeout|type) ]] && return
    for name in $(memglass ls --csv 2>/dev/null | tail -n +2 | cut -d, -f1); do
        [[ "$name" == "$word"* ]] && COMPREPLY+=("$name")
    done
}
complete -F _memglass_and_sessions -o bashdefault -o default memglass
"#;

const FISH_SESSIONS: &str = r#"
complete -c memglass -f -a "(memglass ls --csv 2>/dev/null | tail -n +2 | cut -d, -f1)"
"#;

const ZSH_SESSIONS: &str = r#"
_memglass_sessions() {
    local -a names
    names=(${(f)"$(memglass ls --csv 2>/dev/null | tail -n +2 | cut -d, -f1)"})
    compadd -a names
    _default
}
"#;

/// Writes the script that a shell is to read.
pub(super) fn script(shell: Shell) -> Result<i32, Failure> {
    write_data(&match shell {
        Shell::Bash => generated(clap_complete::Shell::Bash) + BASH_SESSIONS,
        Shell::Elvish => generated(clap_complete::Shell::Elvish),
        Shell::Fish => generated(clap_complete::Shell::Fish) + FISH_SESSIONS,
        Shell::Nushell => generated(clap_complete_nushell::Nushell),
        Shell::Powershell => generated(clap_complete::Shell::PowerShell),
        Shell::Zsh => zsh(),
    })?;
    Ok(0)
}

/// The script completes words of any kind with files; where a session may stand, with sessions too.
fn zsh() -> String {
    let with_sessions = |line: &str| match line.contains("session") {
        true => line.replace(":_default'", ":_memglass_sessions'") + "\n",
        false => format!("{line}\n"),
    };
    let generated = generated(clap_complete::Shell::Zsh);
    let script: String = generated.lines().map(with_sessions).collect();
    let head_end = script.find('\n').map_or(0, |end| end + 1);
    let (head, rest) = script.split_at(head_end);
    format!("{head}{ZSH_SESSIONS}{rest}")
}

fn generated(shell: impl Generator) -> String {
    let mut script = Vec::new();
    generate(shell, &mut Arguments::command(), PROGRAM, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Writes the manual page.
pub(super) fn manual() -> Result<i32, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command()).render(&mut page)?;
    write_data(&String::from_utf8_lossy(&page))?;
    Ok(0)
}
