//! Arguments as they are typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use memglass::nearest;
use memglass::sampler::{Rate as SamplingRate, RateError};
use memglass_repl::program::full_screen::Rate;
use memglass_repl::program::is_command;
use memglass_stream::Split;
use memglass_terminal::look::{ColorChoice, Look};
use memglass_terminal::streams::{write_data, write_message};
use memglass_value::moment::{parse_speed, parse_time};

use super::failure::Failure;
use super::idle;

const EXAMPLES: &str = "\
Examples:
  memglass demo                                    a live example, with a prompt
  memglass ls                                      sessions on this machine
  memglass engine                                  a prompt on a session
  memglass engine -e 'AAPL_position.quantity'      one value
  memglass engine -e 'AAPL_position.quantity = 500'
  memglass get engine '*_position.quantity'        of each object that has it
  memglass objects engine 'AAPL_*' --json
  memglass emit engine --lang c++ > engine.hpp     its types as a header
  memglass watch engine '*_position.quantity'      what changes
  memglass wait engine 'AAPL_position.quantity > 500' --timeout 5s
  memglass holes ./engine Position                 unused bytes of a struct of a program
  memglass file /dev/shm/ring --types ./feed --layout '0: header; 0x40: quote[64]'
  memglass record engine -o run.mcap --for 60s     what changes, into a file
  memglass run.mcap                                a prompt on what was recorded
  memglass export run.mcap --only Position > run.csv
  memglass run check.rhai --timeout 5s -- AAPL     a script, with arguments
  source <(memglass completions bash)              Tab in the shell

A session may stand before or after the subcommand, and be left out when only one is live.
A script on standard input is run without a prompt.

Exit codes: 0 ok, 1 script error or refused value, 2 usage or syntax, 3 no such session, 124 timeout,
130 interrupted, and exit(n). `doctor` ends with 1 if it found something, `diff` if something is incompatible, or if
two recordings differ; then 2 is for all that fails.";

/// What is said of a word behind the session that is not a subcommand.
const WAYS: &str =
    "`memglass SESSION get PATH` reads a field, and `memglass SESSION -e EXPR` evaluates";

/// Look into the objects of a running program, write them and script them, while it runs.
#[derive(Debug, Parser)]
#[command(name = "memglass", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Arguments {
    /// The session, or a recording; may be left out when only one session is live.
    #[arg(value_name = "SESSION")]
    pub(crate) session: Option<String>,

    /// Evaluate, print the result, and exit; may be given several times.
    #[arg(short = 'e', short_alias = 'c', long = "eval", value_name = "EXPR", action = ArgAction::Append, allow_hyphen_values = true)]
    pub(crate) eval: Vec<String>,

    #[command(flatten)]
    pub(crate) common: Common,

    #[command(subcommand)]
    pub(crate) command: Option<Task>,
}

/// What every form of the program understands.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of every form")]
pub(crate) struct Common {
    /// Directory of the sessions, instead of $MEMGLASS_DIR or shared memory.
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) dir: Option<PathBuf>,

    /// The session, by a name that cannot be taken for anything else.
    #[arg(long = "session", global = true, value_name = "NAME")]
    pub(crate) session_named: Option<String>,

    /// Stop a script or a wait after this time, as 500ms, 5s or 2m, with exit code 124.
    #[arg(long, global = true, value_name = "TIME", value_parser = parse_time)]
    pub(crate) timeout: Option<Duration>,

    /// Leave the init script out: $XDG_CONFIG_HOME/memglass/init.rhai
    #[arg(long, global = true)]
    pub(crate) no_init: bool,

    /// Make every write an error.
    #[arg(long, global = true)]
    pub(crate) readonly: bool,

    /// Try every write out instead of making it: say what it would change, and let reads see it.
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,

    /// Let a recording that is played be written: a branch in memory, what if. The file stays as it is.
    #[arg(long, global = true)]
    pub(crate) what_if: bool,

    /// Append a line of JSON for every write to this file.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) audit: Option<PathBuf>,

    /// Have each line of the audit file on the disk before the next write.
    #[arg(long, global = true, requires = "audit")]
    pub(crate) audit_sync: bool,

    /// Go on writing when the audit file takes no more lines, instead of refusing every write.
    #[arg(long, global = true, requires = "audit")]
    pub(crate) audit_lenient: bool,

    /// Name what lies at addresses, as &on_tick, and describe types that a session only names, by a program or .mgt file; of
    /// `file`, its types. May be given several times.
    #[arg(long, global = true, value_name = "FILE", action = ArgAction::Append)]
    pub(crate) types: Vec<String>,

    /// Form of what is printed.
    #[arg(long, global = true, value_enum, value_name = "FORM", conflicts_with_all = ["json", "csv"])]
    pub(crate) format: Option<FormatChoice>,

    /// Short for --format json.
    #[arg(long, global = true, conflicts_with = "csv")]
    pub(crate) json: bool,

    /// Short for --format csv.
    #[arg(long, global = true)]
    pub(crate) csv: bool,

    /// When to use colour; $NO_COLOR turns auto off.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: ColorArgument,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatChoice {
    #[value(alias = "table")]
    Text,
    Json,
    Csv,
    /// Types as C, of `types` alone.
    C,
    /// Types as the nodes that Crefl shows, of `types` alone.
    Crefl,
    /// Types as bpftool shows those of the kernel, of `types` alone.
    BtfLike,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorArgument {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// List the sessions, dead ones too.
    #[command(args = idle::options(idle::ON_ALL_SESSIONS))]
    Ls,
    /// Remove what dead sessions left behind.
    #[command(args = idle::options(idle::WITHOUT_SCRIPT))]
    Clean {
        /// Only this one; a live one is refused.
        session: Option<String>,
    },
    /// List what is wrong with sessions: dead producers, damage, values outside of what is declared, no room.
    #[command(args = idle::options(idle::WHEN_READING), args = idle::options(idle::WITHOUT_NAMES))]
    Doctor {
        /// Only this one.
        session: Option<String>,
    },
    /// List objects.
    #[command(override_usage = "memglass objects [OPTIONS] [SESSION] [GLOB]", args = idle::options(idle::WHEN_READING), args = idle::options(idle::WITHOUT_NAMES))]
    Objects {
        /// The session, and a pattern for labels, as in 'AAPL_*'; both may be left out.
        #[arg(value_name = "SESSION, GLOB", num_args = 0..=2)]
        words: Vec<String>,
        /// Only objects of this type.
        #[arg(long = "type", value_name = "TYPE")]
        type_name: Option<String>,
    },
    /// List the types of a session, a recording, a program, an object, a header or a .mgt file, or show one.
    #[command(override_usage = "memglass types [OPTIONS] [SESSION|FILE] [TYPE]\n       memglass types diff OLD NEW", args = idle::options(idle::WHEN_READING))]
    Types {
        /// The session or file, and a type or a path to what has it; both may be left out. `diff` and two of them list
        /// what differs between their types.
        #[arg(value_name = "SESSION, TYPE", num_args = 0..=3)]
        words: Vec<String>,
    },
    /// Show the unused bytes of a struct and its cache lines, or rank all by them.
    #[command(override_usage = "memglass holes [OPTIONS] [SESSION|FILE] [TYPE]", args = idle::options(idle::WHEN_READING))]
    Holes {
        /// The session or file, and a type or a pattern for types; both may be left out.
        #[arg(value_name = "FILE, TYPE", num_args = 0..=2)]
        words: Vec<String>,
    },
    /// List the structs, functions and variables that have a type in them.
    #[command(override_usage = "memglass uses [OPTIONS] [SESSION|FILE] TYPE", args = idle::options(idle::WHEN_READING))]
    Uses {
        /// The session or file, which may be left out, and a type.
        #[arg(required = true, value_name = "FILE, TYPE", num_args = 1..=2)]
        words: Vec<String>,
    },
    /// List the functions of a program with their types and addresses.
    #[command(override_usage = "memglass functions [OPTIONS] FILE [GLOB]", args = idle::options(idle::ON_ALL_SESSIONS))]
    Functions {
        /// The program, object or .mgt file, and a pattern for names, as in 'on_*'.
        #[arg(required = true, value_name = "FILE, GLOB", num_args = 1..=2)]
        words: Vec<String>,
    },
    /// List what differs: between the types of two programs, between two recordings, or in a session as it changes.
    #[command(override_usage = "memglass diff [OPTIONS] OLD NEW\n       memglass diff [OPTIONS] [SESSION]", args = idle::options(idle::WHEN_READING), args = idle::options(idle::WITHOUT_NAMES))]
    Diff(Diff),
    /// Write the types of programs, objects, headers, .mgt files and sessions into one .mgt file.
    #[command(args = idle::options(idle::WITHOUT_FORMAT))]
    Merge {
        /// The file to write.
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// What to read.
        #[arg(required = true, value_name = "FILES")]
        files: Vec<String>,
    },
    /// Write types so that they can be built into a program: as an include file for C and C++, or as an object.
    #[command(args = idle::options(idle::WITHOUT_FORMAT))]
    Embed {
        /// The file to write: types.h to be included, types.o to be linked.
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Name of the array with the types; the file's name unless it is given.
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// What to read: programs, objects, headers, .mgt files, sessions.
        #[arg(required = true, value_name = "FILES")]
        files: Vec<String>,
    },
    /// Write the types of a session or a file as code: C++ for the generator, C, or Rust with the derive.
    #[command(args = idle::options(idle::WHEN_EMITTING))]
    Emit {
        /// The session, which may be left out when only one is live; or a program, object or .mgt file.
        #[arg(value_name = "SESSION|FILE")]
        session: Option<String>,
        /// Only this type and what it contains, or all that fit a pattern: Quote, 'net::*'
        #[arg(long = "type", value_name = "TYPE")]
        only: Option<String>,
        /// The language.
        #[arg(long, value_enum, value_name = "LANGUAGE")]
        lang: EmittedLanguage,
    },
    /// Read fields.
    #[command(override_usage = "memglass get [OPTIONS] [SESSION] PATH...", args = idle::options(idle::WHEN_READING))]
    Get {
        /// The session, which may be left out, and where: AAPL_position.last_quote.bid_price, '*_position.quantity'
        #[arg(required = true, value_name = "SESSION, PATH")]
        words: Vec<String>,
    },
    /// Write a field.
    #[command(override_usage = "memglass set [OPTIONS] [SESSION] PATH VALUE", args = idle::options(idle::WHEN_WRITING))]
    Set {
        /// The session, which may be left out.
        #[arg(value_name = "SESSION")]
        first: String,
        /// Where, as in AAPL_position.quantity
        #[arg(value_name = "PATH", allow_hyphen_values = true)]
        second: Option<String>,
        // No doc comment: in one, brackets are a link.
        #[arg(
            value_name = "VALUE",
            allow_hyphen_values = true,
            help = "A number, true, false, a name, \"text\", [list], #{ field: value } or JSON"
        )]
        third: Option<String>,
        /// The value goes on.
        #[arg(hide = true)]
        more: Vec<String>,
        /// Write also what is declared read-only or what a layout depends on, and values out of the declared range.
        #[arg(long)]
        force: bool,
    },
    /// Show what changes: as a table on a terminal, elsewhere a line for each change.
    #[command(override_usage = "memglass watch [OPTIONS] [SESSION] EXPR...", args = idle::options(idle::WHEN_READING))]
    Watch(Watch),
    /// Look at the shared memory of a program that knows nothing of memglass, by the types of its debug information.
    #[command(override_usage = "memglass file [OPTIONS] FILE --layout LAYOUT [--types PROGRAM] [SUBCOMMAND...]", args = idle::options(idle::ON_A_FILE))]
    File(File),
    /// Rank fields by how often they change, and tell which values are not allowed.
    #[command(override_usage = "memglass top [OPTIONS] [SESSION] [FIELDS]", args = idle::options(idle::WHEN_READING))]
    Top(Top),
    /// Wait until a condition is true.
    #[command(override_usage = "memglass wait [OPTIONS] [SESSION] EXPR", args = idle::options(idle::WHEN_WAITING))]
    Wait(Wait),
    /// Record what changes in a session, into a file that MCAP readers open too.
    #[command(args = idle::options(idle::WHEN_WAITING), args = idle::options(idle::WITH_TIMEOUT))]
    Record(Record),
    /// Play a recording as a session, for whoever attaches to it.
    #[command(args = idle::options(idle::WITHOUT_TARGET))]
    Play(Play),
    /// Write a recording as rows: as CSV, with a row for each field that changed, or as lines of JSON.
    #[command(args = idle::options(idle::WHEN_CONVERTING))]
    Export(Export),
    /// Write what a session is now into a file, which is opened as a recording is.
    #[command(override_usage = "memglass save [OPTIONS] [SESSION] FILE", args = idle::options(idle::WHEN_WAITING), args = idle::options(idle::WITH_TIMEOUT))]
    Save(Save),
    /// Run a script from a file.
    #[command(args = idle::options(idle::WITHOUT_PROMPT))]
    Run {
        /// The script; - is standard input.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// What the script finds in its array `args`.
        #[arg(value_name = "ARGS")]
        args: Vec<String>,
        /// Run it on this recording instead of a session, by the recording's clock and as fast as it goes.
        #[arg(long, value_name = "FILE")]
        replay: Option<PathBuf>,
    },
    /// Run scripts on recordings, and tell which of them failed.
    #[command(args = idle::options(idle::WHEN_TESTING))]
    Test(Test),
    /// Look at a session on the whole screen, while it changes.
    #[command(args = idle::options(idle::ON_THE_SCREEN))]
    View(View),
    /// Run an example producer, with a prompt on it.
    Demo(Demo),
    /// Write a script that completes memglass's arguments in a shell.
    #[command(args = idle::options(idle::WITHOUT_SESSION))]
    Completions {
        /// Which shell.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Write the manual page.
    #[command(args = idle::options(idle::WITHOUT_SESSION))]
    Man,
}

/// Languages that types are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EmittedLanguage {
    #[value(name = "c++", alias = "cpp")]
    Cpp,
    C,
    Rust,
}

/// Shells that can complete arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Elvish,
    Fish,
    Nushell,
    Powershell,
    Zsh,
}

#[derive(Args, Debug)]
pub(crate) struct View {
    /// The session; may be left out when only one is live.
    pub(crate) session: Option<String>,

    /// List only objects of this type; `f` in the view chooses another, and Esc lists all.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) type_name: Option<String>,

    /// Frames a second, from 0.1 to 240; 60 unless the settings say otherwise.
    #[arg(long, value_name = "HZ", value_parser = parse_rate)]
    pub(crate) rate: Option<f64>,

    /// For how many frames a change is marked; 30 unless the settings say otherwise.
    #[arg(long, value_name = "N")]
    pub(crate) highlight_frames: Option<u32>,

    /// A field or an expression to watch from the start; may be given several times.
    #[arg(long, value_name = "PATH", action = ArgAction::Append)]
    pub(crate) watch: Vec<String>,

    /// Show bytes instead of fields.
    #[arg(long)]
    pub(crate) hex: bool,

    /// Allow editing, which is usual; not together with --readonly.
    #[arg(long, conflicts_with = "readonly")]
    pub(crate) edit: bool,

    /// Do not mark changes.
    #[arg(long, conflicts_with = "highlight_frames")]
    pub(crate) no_highlight: bool,

    /// Colours; auto goes by the terminal and $NO_COLOR, unless the settings say otherwise.
    #[arg(long, value_enum, value_name = "THEME")]
    pub(crate) theme: Option<ThemeArgument>,

    /// Write settings to begin with, for $XDG_CONFIG_HOME/memglass/config.toml, and exit.
    #[arg(long, exclusive = true)]
    pub(crate) print_config: bool,
}

/// Colours of the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ThemeArgument {
    Auto,
    Dark,
    Light,
    Mono,
}

#[derive(Args, Debug)]
pub(crate) struct Watch {
    /// The session, which may be left out, and what to watch: a path, '*_position.quantity', a type as in
    /// Position.quantity, or an expression as in 'AAPL_quote.ask_price - AAPL_quote.bid_price'
    #[arg(required = true, value_name = "SESSION, EXPR")]
    pub(crate) words: Vec<String>,

    /// How often to look: so many times a second, or spin; 1000 unless said otherwise, and each moment of a
    /// recording.
    #[arg(long, value_name = "HZ", value_parser = parse_sampling)]
    pub(crate) rate: Option<SamplingRate>,

    /// End after this time, as 500ms, 5s or 2m; in a recording, after this much of it.
    #[arg(long = "for", value_name = "TIME", value_parser = parse_time)]
    pub(crate) time: Option<Duration>,

    /// Print lines on a terminal too, instead of a table.
    #[arg(long)]
    pub(crate) lines: bool,

    /// Print lines, and end after so many.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) count: Option<u64>,
}

#[derive(Args, Debug)]
pub(crate) struct Top {
    /// The session, and a path, a pattern or a type to look at; both may be left out.
    #[arg(value_name = "SESSION, FIELDS", num_args = 0..=2)]
    pub(crate) words: Vec<String>,

    /// Look once, for a second, and print what was seen: also on a terminal, instead of a table that goes on.
    #[arg(long)]
    pub(crate) once: bool,

    /// Look once, for this time, as 500ms, 5s or 2m.
    #[arg(long = "for", value_name = "TIME", value_parser = parse_time)]
    pub(crate) time: Option<Duration>,

    /// Look once, and print so many rows; 20 unless said otherwise.
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<usize>,

    /// List fields that did not change, and for how long.
    #[arg(long)]
    pub(crate) stuck: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Wait {
    /// The session, which may be left out, and what to wait for, as in 'AAPL_position.quantity > 500'
    #[arg(required = true, num_args = 1..=2, value_name = "SESSION, EXPR")]
    pub(crate) words: Vec<String>,

    /// Wait until it has been true for this time without a pause.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) lasting: Option<Duration>,

    /// How often to look: so many times a second, or spin; 1000 unless said otherwise, and each moment of a
    /// recording.
    #[arg(long, value_name = "HZ", value_parser = parse_sampling)]
    pub(crate) rate: Option<SamplingRate>,

    /// If there is no such session yet, wait for it too.
    #[arg(long)]
    pub(crate) for_session: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Record {
    /// The session; may be left out when only one is live.
    pub(crate) session: Option<String>,

    /// The file; SESSION.mcap unless it is named. It must not be there yet.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Only objects whose label or type matches, as in 'AAPL_*' or Order; may be given several times.
    #[arg(long, value_name = "GLOB", action = ArgAction::Append, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) only: Vec<String>,

    /// How often to look: so many times a second, or spin. What changes again between two looks is not seen; of guarded
    /// values it is counted as missed.
    #[arg(long, value_name = "HZ", default_value = "100", value_parser = parse_sampling)]
    pub(crate) rate: SamplingRate,

    /// End after this time, as 500ms, 5s or 2m.
    #[arg(long = "for", value_name = "TIME", value_parser = parse_time)]
    pub(crate) time: Option<Duration>,

    /// End when the file is about this large, as 500kB, 100MB or 2GB. With --ring, the most memory that changes take;
    /// 256 MB unless it is given.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) max_size: Option<u64>,

    /// Go on in another file after this time or size, as 10m or 100MB: run.mcap, run-2.mcap, run-3.mcap.
    #[arg(long, value_name = "TIME|SIZE", value_parser = parse_split)]
    pub(crate) split: Option<Split>,

    /// Keep only the last so many files.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) keep: Option<u32>,

    /// Keep only the last so much time, as 60s, in memory; write the file at Ctrl-C, or when the producer ends. A trigger
    /// of a script can do the same, with save_ring.
    #[arg(long, value_name = "TIME", value_parser = parse_time, conflicts_with_all = ["split", "keep"])]
    pub(crate) ring: Option<Duration>,

    /// When the producer ends, wait until it is started again, and go on in another file. With --ring, each life that ends
    /// has its file.
    #[arg(long)]
    pub(crate) follow: bool,

    /// How the file is compressed.
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    pub(crate) compression: CompressionChoice,

    /// What has a channel, and so a topic in other programs, of its own: each object, each type, or the first 1,000
    /// objects and then types.
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    pub(crate) channels: ChannelsChoice,
}

/// What has a channel of its own in a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChannelsChoice {
    #[default]
    Auto,
    Object,
    Type,
}

/// How a recording is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompressionChoice {
    #[default]
    Zstd,
    None,
}

#[derive(Args, Debug)]
pub(crate) struct Export {
    /// The recording.
    pub(crate) file: Option<String>,

    /// Write lines of JSON, one for each object, instead of CSV; as --json.
    #[arg(long, conflicts_with = "csv")]
    pub(crate) jsonl: bool,

    /// Only objects whose label or type matches, as in 'AAPL_*' or Order, or only fields, as in 'AAPL_*.quantity' or
    /// Order.price; may be given several times.
    #[arg(long, value_name = "GLOB", action = ArgAction::Append, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) only: Vec<String>,

    /// Write all values at steady times, as 500ms, 5s or 2m, instead of what changed.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) every: Option<Duration>,

    /// Begin at this moment, with all values as of then: 12.5s after the start, 12:03:04.5, start or end.
    #[arg(long, value_name = "MOMENT")]
    pub(crate) from: Option<String>,

    /// Write nothing of what is later than this moment, which is written like that of --from.
    #[arg(long, value_name = "MOMENT")]
    pub(crate) to: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Test {
    /// Scripts, or directories with scripts called NAME.test.rhai.
    #[arg(required = true, value_name = "SCRIPTS")]
    pub(crate) paths: Vec<PathBuf>,

    /// The recording of all of them; NAME.mcap beside NAME.test.rhai unless it is given.
    #[arg(long, value_name = "FILE")]
    pub(crate) replay: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Diff {
    /// What is compared: two files with types, two recordings, or a session and a recording. The changes of one
    /// session or recording are told one after the other.
    #[arg(value_name = "OLD, NEW", num_args = 0..=2)]
    pub(crate) words: Vec<String>,

    /// Compare only where things lie: sizes, and the places of the members of all types that both have.
    #[arg(long)]
    pub(crate) layout: bool,

    /// Compare a recording as of this moment: 12.5s after its start, 12:03:04.5, start or end; given twice, of both
    /// sides. Its end unless it is given.
    #[arg(long, value_name = "WHEN", action = ArgAction::Append)]
    pub(crate) at: Vec<String>,

    /// Only objects whose label or type matches, as in 'AAPL_*' or Order; may be given several times.
    #[arg(long, value_name = "GLOB", action = ArgAction::Append, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) only: Vec<String>,

    /// How often to look at a session: so many times a second, or spin.
    #[arg(long, value_name = "HZ", default_value = "100", value_parser = parse_sampling)]
    pub(crate) rate: SamplingRate,

    /// Tell the changes of a session for this time, as 500ms, 5s or 2m.
    #[arg(long = "for", value_name = "TIME", value_parser = parse_time)]
    pub(crate) time: Option<Duration>,

    /// Write JSON over several lines.
    #[arg(long, conflicts_with = "csv")]
    pub(crate) pretty: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Save {
    /// The session, which may be left out, and the file, which must not be there yet.
    #[arg(required_unless_present = "output", num_args = 0..=2, value_name = "SESSION, FILE")]
    pub(crate) words: Vec<String>,

    /// The file, named as for `record`.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Only objects whose label or type matches, as in 'AAPL_*' or Order; may be given several times.
    #[arg(long, value_name = "GLOB", action = ArgAction::Append, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) only: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct File {
    /// The file, as /dev/shm/ring.
    pub(crate) file: PathBuf,

    /// What lies where: an offset, a type and perhaps a name, as `0x40: header; 0x1000: quote quotes[64]`, or @FILE
    /// with such lines. [] is as many as there are to the end of the file.
    #[arg(long, value_name = "LAYOUT")]
    pub(crate) layout: String,

    /// Write into the file what is written into its objects.
    #[arg(long, conflicts_with = "readonly")]
    pub(crate) write: bool,

    /// Name of the session; the file's name unless it is given.
    #[arg(long, value_name = "NAME")]
    pub(crate) publish: Option<String>,

    /// Evaluate, print the result, and exit; may be given several times.
    #[arg(short = 'e', short_alias = 'c', long = "eval", value_name = "EXPR", action = ArgAction::Append, allow_hyphen_values = true)]
    pub(crate) eval: Vec<String>,

    /// What to do, as `get head.sequence`, `view` or `watch 'quotes[0].bid'`; a prompt unless it is given.
    #[arg(
        value_name = "SUBCOMMAND",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub(crate) words: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Play {
    /// The recording.
    pub(crate) file: PathBuf,

    /// Name of the session; the file's name unless it is given.
    #[arg(long, value_name = "NAME")]
    pub(crate) publish: Option<String>,

    /// How many times as fast as it was, or max.
    #[arg(long, value_name = "X", default_value = "1", value_parser = parse_speed)]
    pub(crate) speed: f64,

    /// Start this far from the beginning, as 500ms, 5s or 2m.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) from: Option<Duration>,

    /// Start again at the end.
    #[arg(long = "loop")]
    pub(crate) again: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// Only the producer, until it is interrupted.
    #[arg(long)]
    pub(crate) headless: bool,

    /// End when standard input does: set by the prompt that started it, which may be killed.
    #[arg(long, hide = true, requires = "headless")]
    pub(crate) until_stdin_ends: bool,
}

/// Frames a second that the view can make.
fn parse_rate(text: &str) -> Result<f64, String> {
    let [least, most] = Rate::LIMITS;
    let lower = text.to_ascii_lowercase();
    let number = lower.strip_suffix("hz").unwrap_or(&lower);
    let rate = number.trim_end_matches(['.', ' ']).parse().ok();
    let rate = rate.filter(|rate| (least..=most).contains(rate));
    rate.ok_or_else(|| format!("{text:?} is not a rate: it goes from {least} to {most}"))
}

/// How often a sampler looks.
fn parse_sampling(text: &str) -> Result<SamplingRate, String> {
    text.parse().map_err(|error: RateError| error.to_string())
}

/// A number of bytes and its unit.
fn parse_size(text: &str) -> Result<u64, String> {
    let usage = || format!("{text:?} is not a size: write it as 500kB, 100MB or 2GB");
    let end = text.find(|c: char| c.is_alphabetic()).ok_or_else(usage)?;
    let (number, unit) = text.split_at(end);
    let factor = match unit.to_ascii_lowercase().trim_end_matches('b') {
        "" => 1.0,
        "k" => 1e3,
        "m" => 1e6,
        "g" => 1e9,
        _ => return Err(usage()),
    };
    let number: f64 = number.trim().parse().map_err(|_| usage())?;
    match number > 0.0 && number * factor < 1e18 {
        true => Ok((number * factor) as u64),
        false => Err(usage()),
    }
}

/// A time, or else a number of bytes.
fn parse_split(text: &str) -> Result<Split, String> {
    let time = parse_time(text).map(Split::Time);
    time.or_else(|_| parse_size(text).map(Split::Bytes))
        .map_err(|_| format!("{text:?} is neither a time nor a size: write it as 10m or 100MB"))
}

impl Arguments {
    /// The arguments of this process. A misspelt subcommand reads as a session: the way out is told.
    pub(crate) fn of_process() -> Self {
        Self::try_parse().unwrap_or_else(|mut error| {
            let mut words = std::env::args_os()
                .skip(1)
                .map(|argument| argument.to_string_lossy().into_owned())
                .filter(|argument| !argument.starts_with('-'));
            let first = words.next().unwrap_or_default();
            let is_misplaced = error.kind() == ErrorKind::UnknownArgument && !is_option(&error);
            if matches!(&*first, "run" | "test") && is_about(&error, "--for") {
                let tip = "a script runs for so long with `--timeout 5s`";
                suggest(&mut error, tip.to_owned());
            } else if is_misplaced && is_subcommand(&first) {
                error.remove(ContextKind::SuggestedSubcommand);
            } else if error.kind() == ErrorKind::InvalidSubcommand
                && words.next().is_none_or(|second| similar(&second).is_none())
                && let Some(name) = similar(&first)
            {
                // It read as a session, and the word behind it as a subcommand.
                error.insert(ContextKind::InvalidSubcommand, ContextValue::String(first));
                let name = ContextValue::Strings(vec![name]);
                error.insert(ContextKind::SuggestedSubcommand, name);
            } else if is_misplaced && let Some(tip) = of_prompt(&first, words) {
                suggest(&mut error, tip);
            } else if is_misplaced {
                match similar(&first) {
                    Some(name) => {
                        let name = ContextValue::Strings(vec![name]);
                        error.insert(ContextKind::SuggestedSubcommand, name);
                    }
                    None => suggest(&mut error, WAYS.to_owned()),
                }
            }
            end_with(&error)
        })
    }

    /// When messages may have colour.
    pub(crate) fn color(&self) -> ColorChoice {
        self.common.color.into()
    }
}

/// Ends the program with what clap has to say: help and the version are data, which may find no room.
pub(crate) fn end_with(error: &clap::Error) -> ! {
    let look = match error.use_stderr() {
        true => Look::of_stderr(ColorChoice::Auto),
        false => Look::of_stdout(ColorChoice::Auto),
    };
    let text = match look.color {
        true => error.render().ansi().to_string(),
        false => error.render().to_string(),
    };
    if error.use_stderr() {
        write_message(&text);
        std::process::exit(error.exit_code());
    }
    let written = write_data(&text).map_err(Failure::Io);
    std::process::exit(written.map_or_else(
        |failure| {
            failure.report(ColorChoice::Auto);
            failure.exit_code()
        },
        |()| 0,
    ));
}

/// Whether it is about an option, of which clap knows the similar ones.
fn is_option(error: &clap::Error) -> bool {
    let word = error.get(ContextKind::InvalidArg);
    matches!(word, Some(ContextValue::String(word)) if word.starts_with('-'))
}

/// Whether it is about this option.
fn is_about(error: &clap::Error, option: &str) -> bool {
    let word = error.get(ContextKind::InvalidArg);
    matches!(word, Some(ContextValue::String(word)) if word == option)
}

/// Gives this tip instead of those of clap.
fn suggest(error: &mut clap::Error, tip: String) {
    error.remove(ContextKind::SuggestedArg);
    error.remove(ContextKind::SuggestedSubcommand);
    let tip = ContextValue::StyledStrs(vec![tip.into()]);
    error.insert(ContextKind::Suggested, tip);
}

/// How a command of the prompt is given here, if the word is one and no subcommand.
pub(crate) fn of_prompt(word: &str, rest: impl Iterator<Item = String>) -> Option<String> {
    if !is_command(word) || is_subcommand(word) {
        return None;
    }
    let is_plain = |word: &String| word.chars().all(|c| c.is_ascii_graphic() && c != '\'');
    let line: String = rest
        .map(|word| match is_plain(&word) {
            true => format!(" {word}"),
            false => " …".to_owned(),
        })
        .collect();
    Some(format!(
        "`{word}` is a command of the prompt: `memglass -e ':{word}{line}'`"
    ))
}

pub(crate) fn is_subcommand(word: &str) -> bool {
    Arguments::command().find_subcommand(word).is_some()
}

/// The subcommand that a word is probably meant to be.
pub(crate) fn similar(word: &str) -> Option<String> {
    let command = Arguments::command();
    let names = command.get_subcommands().map(clap::Command::get_name);
    nearest(word, names).map(str::to_owned)
}

impl From<ColorArgument> for ColorChoice {
    fn from(typed: ColorArgument) -> Self {
        match typed {
            ColorArgument::Auto => ColorChoice::Auto,
            ColorArgument::Always => ColorChoice::Always,
            ColorArgument::Never => ColorChoice::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Arguments {
        Arguments::try_parse_from(line.split_whitespace()).unwrap()
    }

    #[test]
    fn the_definitions_hold_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_word_that_is_no_subcommand_is_a_session() {
        assert_eq!(parse("memglass t1").session.as_deref(), Some("t1"));
        assert!(matches!(parse("memglass ls").command, Some(Task::Ls)));
    }

    #[test]
    fn a_session_named_like_a_subcommand_is_reached_by_option() {
        let arguments = parse("memglass --session ls -e 1");
        assert_eq!(arguments.common.session_named.as_deref(), Some("ls"));
        assert!(arguments.command.is_none());
    }

    #[test]
    fn expressions_keep_their_order_and_may_begin_with_a_minus() {
        assert_eq!(parse("memglass t1 -e -5 -c 2").eval, ["-5", "2"]);
    }

    #[test]
    fn options_that_everything_understands_stand_on_either_side() {
        assert!(parse("memglass --json ls").common.json);
        assert!(parse("memglass ls --json").common.json);
        assert!(parse("memglass t1 --csv -e 1").common.csv);
        assert!(Arguments::try_parse_from(["memglass", "ls", "--json", "--csv"]).is_err());
    }

    #[test]
    fn a_misspelt_subcommand_is_recognised() {
        assert_eq!(similar("objcts").as_deref(), Some("objects"));
        assert_eq!(similar("gte").as_deref(), Some("get"));
        assert_eq!(similar("trading_engine"), None);
    }

    #[test]
    fn a_negative_number_is_a_value() {
        for (line, value) in [
            ("memglass set t1 a.b -500", ["t1", "a.b", "-500"]),
            ("memglass t1 set a.b -500 --json", ["a.b", "-500", ""]),
        ] {
            let Some(Task::Set {
                first,
                second,
                third,
                ..
            }) = parse(line).command
            else {
                panic!()
            };
            assert_eq!(
                [first, second.unwrap_or_default(), third.unwrap_or_default()],
                value
            );
        }
    }

    #[test]
    fn a_script_has_its_own_arguments() {
        for line in [
            "memglass run --session t1 x.rhai a --timeout 2s b",
            "memglass run x.rhai --timeout 2s --session t1 -- a b",
            "memglass --timeout 2s --session t1 run x.rhai a b",
        ] {
            let arguments = parse(line);
            assert_eq!(arguments.common.timeout, Some(Duration::from_secs(2)));
            assert_eq!(arguments.common.session_named.as_deref(), Some("t1"));
            let Some(Task::Run { file, args, .. }) = arguments.command else {
                panic!()
            };
            assert_eq!(
                (file, args),
                ("x.rhai".into(), vec!["a".into(), "b".into()])
            );
        }
        let Some(Task::Run { args, .. }) = parse("memglass run -- x.rhai --fast").command else {
            panic!()
        };
        assert_eq!(args, ["--fast"]);
    }

    #[test]
    fn a_recording_is_split_by_time_or_by_size() {
        let minutes = Duration::from_secs(600);
        assert_eq!(parse_split("10m"), Ok(Split::Time(minutes)));
        assert_eq!(parse_split("10MB"), Ok(Split::Bytes(10_000_000)));
        for wrong in ["10", "0s", "-1MB", "soon"] {
            assert!(parse_split(wrong).is_err(), "{wrong}");
        }
    }
}
