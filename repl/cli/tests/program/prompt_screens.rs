//! Whole screens at several widths, row by row.

use super::support::World;
use super::terminal::Terminal;

/// A session whose values do not move.
fn world() -> (World, memglass::Session, memglass_trading_engine::Engine) {
    let world = World::new();
    let sessions = world.sessions();
    std::fs::create_dir_all(&sessions).unwrap();
    let other = memglass::Session::builder("other")
        .dir(&sessions)
        .create()
        .unwrap();
    let engine = memglass_trading_engine::Engine::start("t1", Some(&sessions)).unwrap();
    (world, other, engine)
}

#[track_caller]
fn screen(columns: u16, lines: &[&str], rows: &[&str]) {
    let (world, _other, _engine) = world();
    let mut terminal = Terminal::open_sized(&world, &["t1"], columns, 40);
    terminal.ends_with("t1>");
    for line in lines {
        terminal.press(line);
        terminal.press("\r");
        terminal.ends_with("t1>");
    }
    terminal.becomes(rows);
}

#[test]
fn forty_columns() {
    screen(
        40,
        &[":help hex", ":hex AAPL_quote", "AAPL_quote", ":obejcts"],
        &[
            "t1> :help hex",
            ":hex PATH",
            "  show bytes, and the field that each",
            "  belongs to",
            "  Each field has its colour; without",
            "  colours the fields are named below the",
            "  rows. The bytes of a guarded field",
            "  come from one write. If no two",
            "  readings in a row agree, the title",
            "  says that the bytes were read at",
            "  different moments.",
            "  e.g. :hex AAPL_position",
            "  e.g. :hex AAPL_quote.bid_price",
            "",
            "t1> :hex AAPL_quote",
            "AAPL_quote  Quote  32 bytes",
            "0000  93 3a 00 00 00 00 00 00  .:......",
            "0008  9d 3a 00 00 00 00 00 00  .:......",
            "0010  00 00 00 00 00 00 00 00  ........",
            "0018  00 00 00 00 00 00 00 00  ........",
            "0000 bid_price  0008 ask_price",
            "0010 timestamp_ns  0018 bid_size",
            "001c ask_size",
            "",
            "t1> AAPL_quote",
            "AAPL_quote  Quote",
            "bid_price     14995 ticks  i64",
            "ask_price     15005 ticks  i64",
            "bid_size      0            u32",
            "ask_size      0            u32",
            "timestamp_ns  0 ns         u64",
            "",
            "t1> :obejcts",
            "error: there is no command :obejcts; did",
            "  you mean :objects?",
            "t1>",
        ],
    );
}

#[test]
fn eighty_columns() {
    screen(
        80,
        &[":type Quote", "AAPL_quote", ":regions", ":help hex"],
        &[
            "t1> :type Quote",
            "struct Quote  32 bytes, aligned to 8",
            "offset  bytes  field         type  annotations",
            "─────────────────────────────────────────────────────────────────────────────",
            "     0      8  bid_price     i64   @unit(\"ticks\")  \"What buyers pay\"",
            "     8      8  ask_price     i64   @unit(\"ticks\")  \"What sellers ask\"",
            "    16      8  timestamp_ns  u64   @unit(\"ns\")  \"Nanoseconds since the engine",
            "                                   started\"",
            "    24      4  bid_size      u32   \"How many are bought at that price\"",
            "    28      4  ask_size      u32   \"How many are sold at that price\"",
            "",
            "t1> AAPL_quote",
            "AAPL_quote  Quote",
            "bid_price     14995 ticks  i64  What buyers pay",
            "ask_price     15005 ticks  i64  What sellers ask",
            "bid_size      0            u32  How many are bought at that price",
            "ask_size      0            u32  How many are sold at that price",
            "timestamp_ns  0 ns         u64  Nanoseconds since the engine started",
            "",
            "t1> :regions",
            "region      bytes    used  full",
            "────────────────────────────────────────────────────────",
            "     1  1,048,576  87,808    8.4 %  ██░░░░░░░░░░░░░░░░░░",
            "5,704 of the 87,808 used bytes are live objects; the rest is types, labels, the",
            "  directory, and freed memory for later objects",
            "",
            "t1> :help hex",
            ":hex PATH",
            "  show bytes, and the field that each belongs to",
            "  Each field has its colour; without colours the fields are named below the",
            "  rows. The bytes of a guarded field come from one write. If no two readings in",
            "  a row agree, the title says that the bytes were read at different moments.",
            "  e.g. :hex AAPL_position",
            "  e.g. :hex AAPL_quote.bid_price",
            "",
            "t1>",
        ],
    );
}

#[test]
fn two_hundred_columns() {
    screen(
        200,
        &[":type Order", ":hex AAPL_quote", "obs.all(\"Quote\")"],
        &[
            "t1> :type Order",
            "struct Order  48 bytes, aligned to 8",
            "offset  bytes  field       type        annotations",
            "───────────────────────────────────────────────────────────────────────────────────────────────────────────",
            "     0      8  order_id    u64         @readonly  \"Its number\"",
            "     8      8  symbol      text[8]     @regex(\"[A-Z]{1,8}\")  \"What is traded: one to eight capital letters\"",
            "    16      1  side        Side        \"Which way\"",
            "    17      1  status      Status      \"Where it is in its life\"",
            "    18      1  priority    i8          @range(-5, 5)  \"How urgent it is: -5 waits, 5 goes first\"",
            "    19      1  retries     u8          \"How often it was sent again\"",
            "    20      2  flags       Conditions  \"With what conditions\"",
            "    22      2  (hole)",
            "    24      8  price       f64         @min(0.01) @format(\"%.2f\") @unit(\"USD\")  \"The limit\"",
            "    32      4  quantity    u32         @range(1, 1000000) @step(1) @unit(\"shares\")  \"How many shares\"",
            "    36      4  filled_qty  u32         @readonly @unit(\"shares\")  \"How many of them are done\"",
            "    40      1  venue       u8          @enum(NYSE=1, NASDAQ=2, ARCA=3)  \"On which exchange\"",
            "    41      7  (hole)",
            "",
            "t1> :hex AAPL_quote",
            "AAPL_quote  Quote  32 bytes",
            "0000  93 3a 00 00 00 00 00 00  9d 3a 00 00 00 00 00 00  .:.......:......",
            "0010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  ................",
            "0000 bid_price  0008 ask_price  0010 timestamp_ns  0018 bid_size  001c ask_size",
            "",
            "t1> obs.all(\"Quote\")",
            "object      bid_price ticks  ask_price ticks  bid_size  ask_size  timestamp_ns ns",
            "─────────────────────────────────────────────────────────────────────────────────",
            "AAPL_quote            14995            15005         0         0                0",
            "MSFT_quote            30995            31005         0         0                0",
            "GOOG_quote            13995            14005         0         0                0",
            "AMZN_quote            13495            13505         0         0                0",
            "META_quote            32995            33005         0         0                0",
            "",
            "t1>",
        ],
    );
}

#[test]
fn an_explanation_is_broken_between_words() {
    screen(
        40,
        &[":explain order_12345.flags"],
        &[
            "t1> :explain order_12345.flags",
            "order_12345.flags",
            "  type       Conditions, plain, 2 bytes",
            "             at offset 20",
            "  region     1",
            "  allowed    any of IMMEDIATE |",
            "             POST_ONLY | HIDDEN |",
            "             REDUCE_ONLY",
            "  what       With what conditions",
            "  now        POST_ONLY",
            "  verdict    can be written",
            "",
            "t1>",
        ],
    );
}

#[test]
fn a_window_that_is_resized_is_used_as_it_is_now() {
    let (world, _other, _engine) = world();
    let mut terminal = Terminal::open_sized(&world, &["t1"], 100, 40);
    terminal.ends_with("t1>");
    terminal.press("AAPL_quote.bid_price + AAPL_quote.ask_price ");
    terminal.shows("ask_price ");
    terminal.resize(40, 40);
    terminal.press("+ 1");
    terminal.shows("t1> AAPL_quote.bid_price + AAPL_quote.as");
    terminal.press("\r");
    terminal.shows("30001");
    terminal.ends_with("t1>");
    terminal.resize(200, 40);
    terminal.press(":clear\r");
    terminal.becomes(&["t1>"]);
    terminal.press(":type Quote\r");
    terminal.shows("How many are bought at that price\"\n");
}
