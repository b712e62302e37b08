//! Compiled expressions and scripts give the same answers, for random expressions over random values.

use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use memglass::{EnumValue, Object, Observe, Observer, Session, Text, Value, bitflags};
use memglass_script::{Attached, ScriptHost};
use memglass_value::format;
use memglass_watch::{CompileError, Source, ToldValue};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::Value as Json;

#[derive(Observe, Clone, Copy, Default)]
struct Quote {
    bid: i64,
    size: u32,
}

#[derive(Observe, Clone, Copy, Default, PartialEq, Eq)]
#[repr(i8)]
#[allow(clippy::upper_case_acronyms)]
enum Status {
    #[default]
    A,
    OPEN,
    LOST = -1,
}

bitflags::bitflags! {
    #[derive(Observe, Clone, Copy, Default, PartialEq, Eq)]
    struct Options: u32 {
        const A = 1;
        const B = 2;
        const OPEN = 4;
    }
}

#[derive(Observe, Clone, Copy, Default)]
struct Sheet {
    i8: i8,
    i64: i64,
    u32: u32,
    u64: u64,
    i128: i128,
    u128: u128,
    f32: f32,
    f64: f64,
    truth: bool,
    other: bool,
    status: Status,
    options: Options,
    text: Text<8>,
    #[observe(enum(UNKNOWN = -1, NYSE = 1, A = 2))]
    venue: i16,
    #[observe(unit = "ms")]
    waited: i64,
    #[observe(unit = "s")]
    delay: f64,
    levels: [i64; 3],
    #[observe(seqlock)]
    quote: Quote,
    quotes: [Quote; 2],
}

/// A session with the sheets `s` and `t`, as a script and as a compiler see it.
struct Both {
    _dir: tempfile::TempDir,
    _session: Session,
    _sheets: [Object<Sheet>; 2],
    observer: Observer,
    host: ScriptHost,
}

/// What became of the expressions.
#[derive(Debug, Default)]
struct Counts {
    compiled: usize,
    answered: usize,
    wrong: usize,
    /// To scripts, which answered them.
    left: usize,
    held: usize,
}

impl Both {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let session = Session::builder("s").dir(dir.path()).create().unwrap();
        let sheet = |label| session.object(label, Sheet::default()).unwrap();
        let sheets = [sheet("s"), sheet("t")];
        let attach = || Observer::builder().dir(dir.path()).writable().attach("s");
        let attached = Attached::new(attach().unwrap());
        let host = ScriptHost::new(attached, Default::default(), Rc::new(|_: &str| {}));
        Self {
            observer: attach().unwrap(),
            _dir: dir,
            _session: session,
            _sheets: sheets,
            host,
        }
    }

    fn store(&self, values: &[(String, Value)]) {
        for (path, value) in values {
            self.observer
                .field(path)
                .unwrap()
                .write_forced(value)
                .unwrap();
        }
    }

    fn script(&mut self, text: &str) -> Result<Json, String> {
        let shown = self.host.eval(text).map_err(|error| error.text())?;
        shown.json().ok_or_else(|| "rows".to_owned())
    }

    /// Whether a condition says the same of values that it is told as of memory.
    fn held_is_the_same(&self, text: &str, counts: &mut Counts) -> bool {
        let source = Source::of_text(text);
        let condition = source.and_then(|source| source.condition(&self.observer, |_| None));
        let Ok(mut condition) = condition else {
            return true;
        };
        let held = condition.held(&self.observer, &mut |field| {
            field.read().ok().map(ToldValue::new)
        });
        counts.held += usize::from(held.is_some());
        held.is_none_or(|held| held.truth() == condition.truth(&self.observer))
    }

    /// What the two say of an expression, if it is not the same.
    fn difference(&mut self, text: &str, counts: &mut Counts) -> Option<String> {
        let expression =
            Source::of_text(text).and_then(|source| source.value(&self.observer, |_| None));
        let script = self.script(text);
        match expression {
            Ok(mut expression) => {
                let value = expression.value(&self.observer);
                counts.compiled += 1;
                counts.answered += usize::from(value.is_ok());
                let same = value.as_ref().ok().map(format::json) == script.as_ref().ok().cloned();
                let same = same && self.held_is_the_same(text, counts);
                (!same).then(|| format!("{text}\n  compiled: {value:?}\n  script: {script:?}"))
            }
            Err(CompileError::Wrong { message, .. }) => {
                counts.wrong += 1;
                // What a script did not come to is wrong all the same.
                let skips = ["&&", "||", "if", " in "]
                    .iter()
                    .any(|word| text.contains(word));
                (!skips && script.is_ok())
                    .then(|| format!("{text}\n  compiled: {message}\n  script: {script:?}"))
            }
            Err(_) => {
                // What no script answers either is no loss.
                counts.left += usize::from(script.is_ok());
                None
            }
        }
    }
}

/// A random value for each field of both sheets.
fn values() -> impl Strategy<Value = Vec<(String, Value)>> {
    // Scripts know the value of an enum without a name by its number alone, so no other field has such a number.
    let (status, venue) = (
        prop_oneof![-1i128..2, Just(77)],
        prop_oneof![-1i128..0, 1i128..3, Just(777)],
    );
    let sheet = |label: &'static str| {
        let whole = (
            any_i64(),
            prop_oneof![any::<u64>(), Just(u64::MAX), 0..9u64],
            any::<i128>(),
            any::<u128>(),
        );
        let floats = (prop_oneof![any::<f32>(), Just(0.1), Just(0.5)], any_f64());
        let small = (
            -70i8..70,
            prop_oneof![any::<u32>(), 0..9u32],
            any::<(bool, bool)>(),
            0u64..8,
        );
        let named = (status.clone(), venue.clone(), "|A|OPEN|é|A B");
        let times = (
            prop_oneof![-2i64..3, Just(1500)],
            prop_oneof![Just(1.5), Just(-0.0), any_f64()],
        );
        let levels = [any_i64(), any_i64(), any_i64()];
        (whole, floats, small, named, times, levels).prop_map(move |sheet| {
            let (
                (i64, u64, i128, u128),
                (f32, f64),
                (i8, u32, (truth, other), options),
                named,
                times,
                levels,
            ) = sheet;
            let named_value = |number| Value::Enum(EnumValue { number, name: None });
            let fields: Vec<(&str, Value)> = vec![
                ("i8", i64::from(i8).into()),
                ("i64", i64.into()),
                ("u32", u64::from(u32).into()),
                ("u64", u64.into()),
                ("i128", i128.into()),
                ("u128", u128.into()),
                ("f32", f32.into()),
                ("f64", f64.into()),
                ("truth", truth.into()),
                ("other", other.into()),
                ("status", named_value(named.0)),
                ("options", options.into()),
                ("text", named.2.into()),
                ("venue", named_value(named.1)),
                ("waited", times.0.into()),
                ("delay", times.1.into()),
                ("levels[0]", levels[0].into()),
                ("levels[1]", levels[1].into()),
                ("levels[2]", levels[2].into()),
                ("quote.bid", levels[0].into()),
                ("quotes[0].bid", levels[1].into()),
                ("quotes[1].size", u64::from(u32).into()),
            ];
            let fields = fields.into_iter();
            fields
                .map(|(name, value)| (format!("{label}.{name}"), value))
                .collect::<Vec<_>>()
        })
    };
    (sheet("s"), sheet("t")).prop_map(|(s, t)| [s, t].concat())
}

fn any_i64() -> impl Strategy<Value = i64> {
    prop_oneof![3 => -3i64..4, 1 => any::<i64>(), 1 => Just(i64::MAX), 1 => Just(i64::MIN)]
}

fn any_f64() -> impl Strategy<Value = f64> {
    prop_oneof![3 => -2.0..2.0, 1 => any::<f64>(), 1 => Just(f64::NAN), 1 => Just(-0.0), 1 => Just(2f64.powi(63))]
}

type Written = BoxedStrategy<String>;

/// One of these texts.
fn one_of(texts: &'static [&'static str]) -> Written {
    prop::sample::select(texts).prop_map(str::to_owned).boxed()
}

fn integer() -> Written {
    prop_oneof![
        4 => one_of(&["s.i8", "s.i64", "t.i64", "s.u32", "s.u64", "t.u64", "s.i128", "s.u128", "s.waited", "obs[\"t\"].i8"]),
        1 => one_of(&["s.levels[0]", "s.levels[-1]", "s[\"levels[1]\"]", "s.quote.bid", "t[\"quote.bid\"]", "s.quotes[1].size", "s.levels.len()"]),
        2 => any_i64().prop_map(|number| if number == i64::MIN { "(-9223372036854775807 - 1)".to_owned() } else { number.to_string() }),
        1 => one_of(&["0", "1", "-1", "2", "u64(\"18446744073709551615\")", "i128(\"-170141183460469231731687303715884105728\")", "0xff"]),
    ]
    .boxed()
}

fn float() -> Written {
    prop_oneof![
        3 => one_of(&["s.f32", "t.f32", "s.f64", "t.f64", "s.delay"]),
        2 => one_of(&["0.0", "0.1", "0.5", "-1.5", "1e300", "9223372036854775807.0", "(0.0 / 0.0)"]),
    ]
    .boxed()
}

fn number(inner: Written) -> Written {
    let small = one_of(&["s.i8", "t.levels[2]", "s.u64", "(s.i8 % 3)", "1"]);
    prop_oneof![
        4 => integer(),
        2 => float(),
        4 => (inner.clone(), one_of(&["+", "-", "*", "/", "%", "&", "|", "^"]), inner.clone()).prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
        1 => (inner.clone(), one_of(&["0", "1", "2", "-1", "0.5", "s.i8"])).prop_map(|(a, b)| format!("({a} ** {b})")),
        1 => inner.clone().prop_map(|a| format!("(-({a}))")),
        1 => (inner.clone(), one_of(&["abs", "sign", "to_float", "to_int", "floor", "round", "sqrt", "fraction", "len"])).prop_map(|(a, name)| format!("({a}).{name}()")),
        1 => (one_of(&["min", "max"]), inner.clone(), inner.clone()).prop_map(|(name, a, b)| format!("{name}({a}, {b})")),
        1 => small.prop_map(|index| format!("s.levels[{index}]")),
        1 => (one_of(&["s.i8", "0", "-1", "t.i8"]), one_of(&["bid", "size"])).prop_map(|(index, name)| format!("s.quotes[{index}].{name}")),
        1 => one_of(&["(s.status.value % 50)", "s.options.value", "s.text.len()", "s.text.len", "(s.waited).value"]),
        1 => (inner.clone(), one_of(&["ms", "s", "min"])).prop_map(|(a, unit)| format!("({a}).{unit}.ms")),
        1 => (one_of(&["s.truth", "t.other"]), inner.clone(), inner).prop_map(|(c, a, b)| format!("(if {c} {{ {a} }} else {{ {b} }})")),
    ]
    .boxed()
}

fn named() -> Written {
    one_of(&[
        "s.status",
        "t.status",
        "s.venue",
        "t.venue",
        "s.options",
        "t.options",
        "s.text",
        "t.text",
        "\"A\"",
        "\"OPEN\"",
        "\"open\"",
        "\"B\"",
        "\"A | B\"",
        "\"x\"",
        "\"NYSE\"",
        "(s.options - \"A\")",
        "(t.options | s.options)",
        "(s.options & t.status)",
        "[\"A\", \"OPEN\"]",
        "s.text.to_upper()",
        "s.label()",
        "s.type_name()",
    ])
}

fn duration() -> Written {
    prop_oneof![
        one_of(&[
            "1500.ms", "1.5.s", "2.min", "1.h", "60.hz", "0.s", "s.i8.ms", "s.waited", "t.waited",
            "s.delay", "s.f64.s"
        ]),
        (
            one_of(&["1500.ms", "s.i8.s"]),
            one_of(&["+", "-"]),
            one_of(&["1.s", "t.i8.ms"])
        )
            .prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
        (one_of(&["1500.ms", "1.s"]), one_of(&["s.i8", "2", "s.i64"]))
            .prop_map(|(a, b)| format!("({a} * {b})")),
    ]
    .boxed()
}

fn anything(inner: Written) -> Written {
    prop_oneof![
        3 => number(inner.clone()),
        2 => named(),
        1 => duration(),
        1 => one_of(&["s.truth", "true", "()", "s.quote", "s.levels", "s", "zz", "s.missing", "[1, 2.0]"]),
        1 => inner,
    ]
    .boxed()
}

fn truth(inner: Written) -> Written {
    let numbers = integer().prop_recursive(3, 12, 2, number).boxed();
    let any = integer().prop_recursive(2, 8, 2, anything).boxed();
    let sign = || one_of(&["==", "!=", "<", "<=", ">", ">="]);
    let compared = |a: Written, b: Written| {
        (a, sign(), b).prop_map(|(a, sign, b)| format!("({a} {sign} {b})"))
    };
    prop_oneof![
        1 => one_of(&["s.truth", "t.truth", "s.other", "true", "false", "s.is_alive()"]),
        5 => compared(numbers.clone(), numbers.clone()),
        3 => compared(named(), named()),
        2 => compared(duration(), duration()),
        2 => compared(any.clone(), any),
        1 => (named(), one_of(&["s.options", "s.text", "[\"A\", \"OPEN\"]", "[\"A\"]", "[]"])).prop_map(|(a, b)| format!("({a} in {b})")),
        1 => (integer(), one_of(&["[1, 2, 0]", "[s.i64, -1]", "[u64(\"18446744073709551615\"), 3]"])).prop_map(|(a, b)| format!("({a} in {b})")),
        1 => (one_of(&["s.text", "t.text", "\"AB\""]), one_of(&["contains", "starts_with", "ends_with"]), one_of(&["\"A\"", "t.text", "\"\""])).prop_map(|(a, name, b)| format!("{a}.{name}({b})")),
        1 => (numbers, one_of(&["is_nan", "is_finite", "is_zero", "is_odd", "is_even"])).prop_map(|(a, name)| format!("({a}).{name}()")),
        2 => (inner.clone(), one_of(&["&&", "||", "==", "!=", "&", "|", "^"]), inner.clone()).prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
        1 => inner.clone().prop_map(|a| format!("!{a}")),
        1 => (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("(if {a} {{ {b} }} else {{ {c} }})")),
    ]
    .boxed()
}

/// Expressions of every kind.
fn expression() -> Written {
    let truths = one_of(&["s.truth", "t.other"]).prop_recursive(3, 16, 3, truth);
    let numbers = integer().prop_recursive(4, 16, 2, number);
    prop_oneof![5 => truths, 3 => numbers, 1 => named()].boxed()
}

/// Expressions to one set of values, and sets of values.
const EXPRESSIONS: usize = 60;
const SETS: usize = 20;

#[test]
fn compiled_expressions_give_what_scripts_give() {
    let config = Config::default();
    let seed = match config.rng_seed {
        RngSeed::Fixed(seed) => seed,
        _ => SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_nanos() as u64,
    };
    let rng_seed = RngSeed::Fixed(seed);
    let mut runner = TestRunner::new(Config { rng_seed, ..config });
    let (mut counts, mut both, mut differences) = (Counts::default(), Both::new(), Vec::new());
    let (values, expression) = (values(), expression());
    for _ in 0..SETS {
        both.store(&values.new_tree(&mut runner).expect("values").current());
        // A time below zero is a time ago.
        for text in [
            "(() != s.i8.ms)",
            "(s.i8.ms == ())",
            "([()] == [s.i8.ms])",
            "(s.i8.ms in [()])",
        ] {
            differences.extend(both.difference(text, &mut Counts::default()));
        }
        for _ in 0..EXPRESSIONS {
            let text = expression
                .new_tree(&mut runner)
                .expect("an expression")
                .current();
            differences.extend(both.difference(&text, &mut counts));
        }
    }
    assert!(
        differences.is_empty(),
        "PROPTEST_RNG_SEED={seed}\n{}",
        differences.join("\n")
    );
    assert!(
        counts.left * 20 < counts.compiled + counts.left,
        "{counts:?}"
    );
    assert!(counts.answered * 3 > counts.compiled, "{counts:?}");
    assert!(counts.held * 10 > counts.compiled, "{counts:?}");
}

#[test]
fn times_ago_are_left_to_scripts() {
    let mut both = Both::new();
    for text in ["-(1.s)", "-(s.i8.ms)"] {
        assert_eq!(both.difference(text, &mut Counts::default()), None);
        let compiled =
            Source::of_text(text).and_then(|source| source.value(&both.observer, |_| None));
        assert!(
            matches!(compiled, Err(CompileError::Unsupported { .. })),
            "{text}"
        );
    }
}
