//! What people type after `:set`, and formats that come with a type: a prompt without a terminal takes them
//! as its users' and as a producer's.
#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use memglass::schema::{Kind, Type};
use memglass::{Object, Observe, Session, Text};
use memglass_repl::Repl;

/// The number of inputs after which everything is rebuilt: a session keeps its types and history for its
/// whole life.
const INPUTS: u32 = 256;

thread_local! {
    static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    STAGE.with_borrow_mut(|stage| {
        stage.take_if(|stage| stage.inputs == INPUTS);
        let stage = stage.get_or_insert_with(Stage::new);
        stage.inputs += 1;
        stage.set(text);
        stage.show(text);
    });
});

/// A field for each kind of value that can be written as a literal.
#[derive(Observe, Clone, Copy, Default)]
struct Written {
    wide: u128,
    float: f64,
    text: Text<16>,
    list: [i32; 3],
    pair: Pair,
}

#[derive(Observe, Clone, Copy, Default)]
struct Pair {
    left: u8,
    right: f32,
}

/// Numbers at their ends, which a format makes the most of.
#[derive(Observe, Clone, Copy, Default)]
struct Shown {
    least: i64,
    most: u64,
    widest: i128,
    huge: f64,
    truth: bool,
}

const SET: &str = ":set shown #{ least: -9223372036854775808, most: 18446744073709551615, \
    widest: -170141183460469231731687303715884105728, huge: -1.5e300, truth: true }";
const GET: &str = ":get shown.least shown.most shown.widest shown.huge shown.truth";

/// A producer and a prompt in one process.
struct Stage {
    session: Session,
    _written: Object<Written>,
    /// The type to which each input adds its format.
    shown: Type,
    repl: Repl,
    inputs: u32,
    _dir: tempfile::TempDir,
}

impl Stage {
    fn new() -> Stage {
        let dir = tempfile::tempdir().expect("a directory");
        let session = Session::builder("s").dir(dir.path()).create();
        let session = session.expect("a session");
        let written = session.object("written", Written::default());
        let plain = session.object("plain", Shown::default());
        drop(plain.expect("there is room"));
        let schema = session.schema();
        let shown = schema.iter().find(|(_, ty)| *ty.name == *"Shown");
        let (_, shown) = shown.expect("an object of it was made");
        let repl = Repl::builder().session("s").dir(dir.path()).build();
        Stage {
            session,
            _written: written.expect("there is room"),
            shown: Type::clone(shown),
            repl: repl.expect("it can be attached to"),
            inputs: 0,
            _dir: dir,
        }
    }

    /// Checks that a literal is accepted, or refused with a reason, for every type.
    fn set(&mut self, literal: &str) {
        for place in ["wide", "float", "text", "list", "pair"] {
            let line = format!(":set written.{place} {literal}");
            if let Err(error) = self.repl.eval(&line) {
                assert!(!error.to_string().is_empty());
            }
        }
        let answer = self.repl.eval("written").expect("it can be read");
        assert!(answer.to_string().starts_with("written"));
    }

    /// Checks that a value is shown in any format, with a bounded width.
    fn show(&mut self, format: &str) {
        let ty = formatted(&self.shown, format);
        let Ok(id) = self.session.add_type(ty) else {
            return;
        };
        let memory = self.session.allocate_typed(id, None).expect("there is room");
        let object = self.session.register("shown", memory);
        let _object = object.expect("the label is free");
        self.repl.eval(SET).expect("the values fit");
        let answer = self.repl.eval(GET).expect("they can be read");
        let printed = answer.to_string();
        assert!(
            printed.len() <= 5 * 64 * (format.len() + 64),
            "{} bytes",
            printed.len()
        );
        assert!(!answer.json().is_empty());
        let whole = self.repl.eval("shown").expect("it can be read as a whole");
        assert!(whole.to_string().starts_with("shown"));
    }
}

/// The type with this format for each of its fields.
fn formatted(plain: &Type, format: &str) -> Type {
    let mut ty = plain.clone();
    let Kind::Struct { fields } = &mut ty.kind else {
        unreachable!("a struct was derived");
    };
    for field in fields {
        field.metadata.format = Some(format.into());
    }
    ty
}
