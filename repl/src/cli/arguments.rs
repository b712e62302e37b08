//! Arguments as they are typed.

use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use memglass_repl::commands::closest;
use memglass_repl::look::ColorChoice;

const EXAMPLES: &str = "\
Examples:
  memglass demo                                          a live example, and a prompt on it
  memglass ls                                            sessions on this machine
  memglass trading_engine                                a prompt on a session
  memglass trading_engine -e 'AAPL_position.quantity'    one value
  memglass trading_engine -e 'AAPL_position.quantity = 500'
  memglass objects trading_engine 'AAPL_*' --json

Exit codes: 0 ok, 1 script error, 2 usage or syntax, 3 no such session, 124 timeout, 130 interrupted, and exit(n).";

/// Look into the objects of a running program, write them and script them, while it runs.
#[derive(Debug, Parser)]
#[command(name = "memglass", version, after_help = EXAMPLES, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// The session; may be left out when only one is live.
    #[arg(value_name = "SESSION")]
    pub(crate) session: Option<String>,

    /// The session, for one that is named like a subcommand.
    #[arg(long = "session", value_name = "NAME", conflicts_with = "session")]
    pub(crate) session_named: Option<String>,

    /// Evaluate, print the result, and exit; may be given several times.
    #[arg(short = 'e', short_alias = 'c', long = "eval", value_name = "EXPR", action = ArgAction::Append, allow_hyphen_values = true)]
    pub(crate) eval: Vec<String>,

    #[command(flatten)]
    pub(crate) common: Common,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What every form of the program understands.
#[derive(Args, Debug)]
pub(crate) struct Common {
    /// Directory of the sessions, instead of $MEMGLASS_DIR or shared memory.
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) dir: Option<PathBuf>,

    /// Make every write an error.
    #[arg(long, global = true)]
    pub(crate) readonly: bool,

    /// Do not run $XDG_CONFIG_HOME/memglass/init.rhai before the first prompt.
    #[arg(long, global = true)]
    pub(crate) no_init: bool,

    /// Form of what is printed.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORM", conflicts_with_all = ["json", "csv"])]
    pub(crate) format: FormatChoice,

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

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatChoice {
    #[default]
    Text,
    Json,
    Csv,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorArgument {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the sessions, dead ones too.
    Ls,
    /// Remove what dead sessions left behind.
    Clean {
        /// Only this one; a live one is refused.
        session: Option<String>,
    },
    /// List objects.
    Objects {
        /// The session.
        session: String,
        /// Only labels that match, as in 'AAPL_*'.
        glob: Option<String>,
        /// Only objects of this type.
        #[arg(long = "type", value_name = "TYPE")]
        type_name: Option<String>,
    },
    /// List the types, or show one.
    Types {
        /// The session.
        session: String,
        /// A type, or a path to what has it.
        #[arg(value_name = "TYPE")]
        type_name: Option<String>,
    },
    /// Read fields.
    Get {
        /// The session.
        session: String,
        /// Where, as in AAPL_position.last_quote.bid_price
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<String>,
    },
    /// Write a field.
    Set {
        /// The session.
        session: String,
        /// Where, as in AAPL_position.quantity
        path: String,
        // No doc comment: in one, brackets are a link.
        #[arg(
            allow_hyphen_values = true,
            help = "A number, true, false, a name, \"text\", [list] or #{ field: value }"
        )]
        value: String,
    },
    /// Run an example producer, with a prompt on it.
    Demo(Demo),
}

#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// Only the producer, until it is interrupted.
    #[arg(long)]
    pub(crate) headless: bool,

    /// Name of its session.
    #[arg(long, default_value = "trading_engine", value_name = "NAME")]
    pub(crate) session: String,

    /// End when standard input does: set by the prompt that started it, which may be killed.
    #[arg(long, hide = true, requires = "headless")]
    pub(crate) until_stdin_ends: bool,
}

impl Arguments {
    /// The arguments of this process. A misspelt subcommand reads as a session: the way out is told.
    pub(crate) fn of_process() -> Self {
        Self::try_parse().unwrap_or_else(|mut error| {
            let words = std::env::args()
                .skip(1)
                .filter(|argument| !argument.starts_with('-'));
            if let (ErrorKind::UnknownArgument, Some(name)) =
                (error.kind(), words.take(1).find_map(|word| similar(&word)))
            {
                error.insert(
                    ContextKind::SuggestedSubcommand,
                    ContextValue::Strings(vec![name]),
                );
            }
            error.exit()
        })
    }

    /// When messages may have colour.
    pub(crate) fn color(&self) -> ColorChoice {
        self.common.color.into()
    }
}

/// The subcommand that a word is probably meant to be.
pub(crate) fn similar(word: &str) -> Option<String> {
    let command = Arguments::command();
    let names = command.get_subcommands().map(clap::Command::get_name);
    closest(word, names).map(str::to_owned)
}

impl Command {
    /// As it is typed.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Command::Ls => "ls",
            Command::Clean { .. } => "clean",
            Command::Objects { .. } => "objects",
            Command::Types { .. } => "types",
            Command::Get { .. } => "get",
            Command::Set { .. } => "set",
            Command::Demo(_) => "demo",
        }
    }
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
        assert!(matches!(parse("memglass ls").command, Some(Command::Ls)));
    }

    #[test]
    fn a_session_named_like_a_subcommand_is_reached_by_option() {
        let arguments = parse("memglass --session ls -e 1");
        assert_eq!(arguments.session_named.as_deref(), Some("ls"));
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
        assert_eq!(similar("trading_engine"), None);
    }

    #[test]
    fn a_negative_number_is_a_value() {
        let Some(Command::Set { value, .. }) = parse("memglass set t1 a.b -500").command else {
            panic!()
        };
        assert_eq!(value, "-500");
    }
}
