//! Scripts and the rules of `memglass_value` give the same answers, for random values.

use std::rc::Rc;
use std::sync::Arc;

use memglass::schema::Variant;
use memglass::{EnumValue, Value};
use memglass_syntax::COMPARISONS;
use memglass_value::compare::{Operand, Operator, compare as ruled};
use memglass_value::names::{EnumNames, FlagNames, Names};
use memglass_value::number::{Number, Operation};
use proptest::prelude::*;
use rhai::{AST, Dynamic, Engine, Scope};

use crate::convert::{Meaning, leaf};
use crate::symbols::Symbols;
use crate::{compare, flags, wide};

/// A number that the enum does not name, and that is met nowhere else: scripts have such a value as its number.
const UNNAMED: i128 = 77_777;

/// A language with the enum `Status` and the flags `Options`, as scripts and as the rules know them.
struct Both {
    engine: Engine,
    status: (Meaning, Names),
    options: (Meaning, Names),
}

fn variants(names: &[(&str, i128)]) -> Vec<Variant> {
    let variant = |&(name, value): &(&str, i128)| Variant {
        name: name.into(),
        value,
    };
    names.iter().map(variant).collect()
}

impl Both {
    fn new() -> Self {
        let symbols = Rc::new(Symbols::default());
        let mut engine = Engine::new();
        wide::register(&mut engine);
        flags::register(&mut engine, &symbols);
        compare::install(&mut engine, &symbols);
        memglass_syntax::install_tokens(&mut engine, &Rc::default(), &Arc::default());
        compare::register_library(&mut engine, &symbols);
        let values = variants(&[("A", 0), ("OPEN", 1), ("LOST", -1)]);
        let status = symbols.enumeration(1, "Status", &values);
        let options = Arc::new(FlagNames {
            name: "Options".into(),
            flags: variants(&[("A", 1), ("B", 2), ("OPEN", 4)]),
        });
        let name = "Status".into();
        let names = Arc::new(EnumNames {
            name,
            variants: values,
        });
        Both {
            engine,
            status: (Meaning::Names(status), Names::Enum(names)),
            options: (Meaning::Flags(options.clone()), Names::Flags(options)),
        }
    }

    fn meaning(&self, value: &Value) -> (Meaning, Names) {
        match value {
            Value::Enum(_) => self.status.clone(),
            Value::Flags(_) => self.options.clone(),
            _ => (Meaning::Plain, Names::None),
        }
    }

    fn compile(&self, sign: &str) -> AST {
        self.engine
            .compile(format!("a {sign} b"))
            .expect("an expression")
    }

    fn eval(&self, ast: &AST, sides: [&Value; 2]) -> Result<Dynamic, String> {
        let mut scope = Scope::new();
        for (name, value) in ["a", "b"].into_iter().zip(sides) {
            scope.push_dynamic(name, leaf(value.clone(), &self.meaning(value).0));
        }
        let result = self.engine.eval_ast_with_scope::<Dynamic>(&mut scope, ast);
        result.map_err(|error| error.to_string())
    }
}

fn number() -> impl Strategy<Value = Value> {
    let float = prop_oneof![
        any::<f64>(),
        Just(f64::NAN),
        Just(2f64.powi(64)),
        Just(-0.0)
    ];
    prop_oneof![
        (-3i64..4).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i128>().prop_map(Value::from),
        any::<u128>().prop_map(Value::from),
        prop_oneof![Just(i64::MIN), Just(i64::MAX)].prop_map(Value::from),
        prop_oneof![Just(u64::MAX), Just(1 << 63)].prop_map(Value::from),
        prop_oneof![Just(u128::MAX), Just(1 << 127)].prop_map(Value::from),
        float.prop_map(Value::from),
        any::<f32>().prop_map(Value::from),
    ]
}

fn single() -> impl Strategy<Value = Value> {
    let named = |number| Value::Enum(EnumValue { number, name: None });
    let flags = |bits| {
        let of = FlagNames {
            name: String::new(),
            flags: Vec::new(),
        };
        Value::Flags(of.value(bits))
    };
    prop_oneof![
        4 => number(),
        2 => "A|B|OPEN|LOST|A . B|x".prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        2 => prop_oneof![-1i128..2, Just(UNNAMED)].prop_map(named),
        2 => (0u64..9).prop_map(flags),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let plain = prop_oneof![number(), "A|B".prop_map(Value::from)];
    let list = prop::collection::vec(plain, 0..3).prop_map(Value::List);
    let record = (0i64..2, "a|b").prop_map(|(value, name)| {
        let members = [(name.as_str(), value.into())];
        Value::Record(memglass::Record::from(members))
    });
    prop_oneof![6 => single(), 1 => list, 1 => record]
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::with_cases(4)
    })]

    #[test]
    fn comparisons(pairs in prop::collection::vec((any_value(), any_value()), 64)) {
        let both = Both::new();
        for (operator, (sign, ..)) in Operator::ALL.into_iter().zip(COMPARISONS) {
            let ast = both.compile(sign);
            for (a, b) in &pairs {
                let operand = |value| Operand::of(value, &both.meaning(value).1);
                let rule = ruled(&operand(a), operator, &operand(b));
                let script = both.eval(&ast, [a, b]).map(|answer| answer.as_bool() == Ok(true));
                prop_assert_eq!(script.clone().ok(), rule.ok(), "{:?} {} {:?}: {:?}", a, sign, b, script);
            }
        }
    }

    #[test]
    fn arithmetic(pairs in prop::collection::vec((number(), number()), 64)) {
        let both = Both::new();
        for operation in Operation::ALL {
            let sign = operation.sign();
            let ast = both.compile(sign);
            for (a, b) in &pairs {
                let of = |value| Number::of(value).expect("a number");
                let text = |number: Number| number.value().to_string();
                let rule = operation.of(of(a), of(b)).map(text).ok();
                let script = both.eval(&ast, [a, b]);
                let script = script.ok().and_then(|result| wide::number(&result)).map(text);
                prop_assert_eq!(script, rule, "{:?} {} {:?}", a, sign, b);
            }
        }
    }
}
