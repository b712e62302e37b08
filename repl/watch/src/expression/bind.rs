//! From what was written to code over resolved fields, with the mistakes in it.
//!
//! A mistake does not end the work: what is wrong anywhere is to be told although another part of the expression is
//! left to the script. So each part becomes code, of unknown type if need be, and the first mistake is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use memglass::schema::named;
use memglass::{Field, ObjectId, Observer, Packing};
use memglass_value::compare::{Operand, Operator};
use memglass_value::index;
use memglass_value::number::{Number, Operation};
use rhai::Position;

use super::Captured;
use super::arithmetic::{NoResult, computation, negation};
use super::bounds;
use super::code::{Code, Run};
use super::compare::comparison;
use super::error::{CompileError, EvalError, Fault, Warning, fault};
use super::functions::{function, property};
use super::held::{Holding, ToldValue};
use super::leaf::leaf;
use super::logic;
use super::site::{NoChoice, Site};
use super::term::{Term, What};

/// Methods that store.
const WRITES: [&str; 3] = ["add", "force", "set"];

/// An object that an expression names.
pub(super) struct Root {
    pub(super) label: String,
    pub(super) at: Position,
    /// The object that has the label, if there is one.
    pub(super) found: Option<Field>,
    /// The value that is meant, where the word is compared with an enum or flags that have a value of this name.
    pub(super) meant: Option<String>,
}

/// Compiles one expression.
pub(super) struct Binder<'a> {
    observer: &'a Observer,
    captured: &'a BTreeMap<String, Captured>,
    /// The objects that it names.
    pub(super) roots: Vec<Root>,
    /// What it reads.
    pub(super) fields: Vec<Field>,
    /// How often it reads something of a guarded value.
    guarded_reads: usize,
    /// Comparisons that never hold.
    pub(super) never: Vec<Warning>,
    /// Takes the place of memory, if the values are to be told.
    holding: Option<Holding<'a>>,
    wrong: Option<CompileError>,
    unsupported: Option<CompileError>,
}

impl<'a> Binder<'a> {
    pub(super) fn new(observer: &'a Observer, captured: &'a BTreeMap<String, Captured>) -> Self {
        Self {
            observer,
            captured,
            roots: Vec::new(),
            fields: Vec::new(),
            guarded_reads: 0,
            never: Vec::new(),
            holding: None,
            wrong: None,
            unsupported: None,
        }
    }

    /// Compiles it for values that are told; `first` gives those of now.
    pub(super) fn holding(self, first: &'a mut dyn FnMut(&Field) -> Option<ToldValue>) -> Self {
        Self {
            holding: Some(Holding::new(first)),
            ..self
        }
    }

    /// Whether what is told is all that the expression depends on.
    pub(super) fn is_held(&self) -> bool {
        self.holding.as_ref().is_some_and(Holding::is_whole)
    }

    /// What has to hold still meanwhile, so that all reads of a guarded value are of one write of it.
    pub(super) fn guarded(&self) -> Vec<Field> {
        let guarded = self
            .fields
            .iter()
            .filter(|field| field.sequence().is_some());
        match self.guarded_reads {
            0 | 1 => Vec::new(),
            _ => guarded.cloned().collect(),
        }
    }

    /// Fails with the first mistake, or with what only a script can do.
    pub(super) fn finish(&self) -> Result<(), CompileError> {
        match self.wrong.as_ref().or(self.unsupported.as_ref()) {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    /// The code of an expression that must be true or false.
    pub(super) fn truth(&mut self, term: &Term) -> Run<bool> {
        match self.bind(term) {
            Code::Bool(run) => run,
            Code::Unknown(why) => Run::never(why),
            other => {
                let noun = other.noun();
                let message = format!("a condition is true or false, and this is {noun}");
                Run::never(self.wrong(term.at, message))
            }
        }
    }

    /// The code of an expression.
    pub(super) fn bind(&mut self, term: &Term) -> Code {
        let at = term.at;
        match &term.what {
            What::Constant(value) => match constant(value) {
                Some(code) => code,
                None => self.unsupported(at, "a value of this kind"),
            },
            What::Name(name) => self.name(name, at),
            What::Member(base, name) => self.member(base, name, at),
            What::Index(two) => self.index(two, at),
            What::Call(name, arguments) => self.call(name, arguments, at),
            What::And(parts) => Code::Bool(logic::all(self.truths(parts))),
            What::Or(parts) => Code::Bool(logic::any(self.truths(parts))),
            What::Not(part) => Code::Bool(self.truth(part).map(|truth| Ok(!truth))),
            What::Negate(part) => self.negation(part, at),
            What::Compare(operator, two) => self.comparison(*operator, two, at),
            What::Compute(operation, two) => self.computation(*operation, two, at),
            What::In(two) => self.membership(two, at),
            What::If(three) => self.choice(three, at),
            What::List(parts) => Code::List(parts.iter().map(|part| self.bind(part)).collect()),
            What::Assign(two) => self.assignment(two, at),
            What::Other { why, parts } => {
                for part in parts {
                    self.bind(part);
                }
                self.unsupported(at, why.clone())
            }
        }
    }

    fn wrong(&mut self, position: Position, message: impl Into<String>) -> Fault {
        let message = message.into();
        let error = CompileError::Wrong { message, position };
        self.wrong.get_or_insert(error.clone());
        fault(EvalError::Changed(error))
    }

    fn unsupported(&mut self, position: Position, why: impl Into<String>) -> Code {
        let why = why.into();
        let error = CompileError::Unsupported { why, position };
        self.unsupported.get_or_insert(error.clone());
        Code::Unknown(fault(EvalError::Changed(error)))
    }

    fn wrong_code(&mut self, at: Position, message: impl Into<String>) -> Code {
        Code::Unknown(self.wrong(at, message))
    }

    /// The value of a place that was reached, or the place itself.
    fn reached(&mut self, site: Site) -> Code {
        let whole = site.whole();
        let is_new = self.fields.iter().all(|field| field.path() != whole.path());
        self.guarded_reads += usize::from(!site.is_structured() && whole.sequence().is_some());
        if !site.is_structured() && is_new {
            self.fields.push(whole.clone());
        }
        match &mut self.holding {
            Some(holding) if !site.is_structured() => leaf(holding.hold(site)),
            _ => leaf(site),
        }
    }

    fn name(&mut self, name: &str, at: Position) -> Code {
        match self.captured.get(name) {
            // Its memory is still there, but nobody writes it any more.
            Some(Captured::Object(field) | Captured::Part(field))
                if field.object_id().session != self.observer.session().id =>
            {
                let path = field.path().to_owned();
                self.holding.iter_mut().for_each(Holding::spoil);
                return Code::Unknown(fault(EvalError::OtherSession { path }));
            }
            Some(Captured::Object(field)) => return Code::Place(Site::Fixed(field.clone())),
            Some(Captured::Part(field)) => return self.reached(Site::Fixed(field.clone())),
            Some(Captured::Constant(value)) => {
                let code = constant(value);
                return code.unwrap_or_else(|| self.unsupported(at, "such a captured value"));
            }
            Some(Captured::Variable) => {
                return self.unsupported(at, format!("the variable {name:?}, which may change,"));
            }
            None => {}
        }
        match name {
            "obs" => Code::Session,
            "args" => self.unsupported(at, "`args`"),
            label => self.root(label, at),
        }
    }

    /// The object that has a label now.
    fn root(&mut self, label: &str, at: Position) -> Code {
        let known = self.roots.iter().position(|root| root.label == label);
        let index = known.unwrap_or_else(|| {
            self.roots.push(Root::find(self.observer, label, at));
            self.roots.len() - 1
        });
        match &self.roots[index].found {
            Some(field) => Code::Place(Site::Fixed(field.clone())),
            None => {
                let label = label.to_owned();
                Code::Unknown(fault(EvalError::NoObject { label }))
            }
        }
    }

    fn member(&mut self, base: &Term, name: &str, at: Position) -> Code {
        match self.bind(base) {
            Code::Unknown(why) => Code::Unknown(why),
            Code::Place(site) => self.step(site, name, at),
            other => property(name, other)
                .unwrap_or_else(|| self.unsupported(at, format!("the property `{name}`"))),
        }
    }

    /// The member of this name, or what a path below leads to.
    fn step(&mut self, site: Site, name: &str, at: Position) -> Code {
        let is_path = name.contains(['.', '[']);
        let lacks_it = !is_path && site.model().member(name).is_err();
        if lacks_it && has_column(site.model(), name) {
            return self.unsupported(at, "a field of all elements");
        }
        let packed = site
            .model()
            .packing()
            .map(|_| site.model().path().to_owned());
        let part = site.part(|field| match field.member(name) {
            Err(_) if is_path => field.at(name),
            other => other,
        });
        match (part, packed) {
            (Ok(site), _) => self.reached(site),
            (Err(_), Some(record)) => self.absent(at, &format!("`{name}`"), &record),
            (Err(error), None) => self.wrong_code(at, error.to_string()),
        }
    }

    fn index(&mut self, [base, index]: &[Term; 2], at: Position) -> Code {
        let (base, index) = (self.bind(base), self.bind(index));
        match (base, index) {
            (Code::Unknown(why), _) | (_, Code::Unknown(why)) => Code::Unknown(why),
            (Code::Session, Code::Text(Run::Constant(label))) => self.root(&label, at),
            (Code::Place(site), Code::Text(Run::Constant(name))) => self.step(site, &name, at),
            (Code::Place(site), Code::Narrow(index, _)) => self.element(site, index, at),
            (Code::Place(_), index @ (Code::Float(..) | Code::Bool(_) | Code::Nothing)) => {
                let noun = index.noun();
                self.wrong_code(at, format!("an index is an integer or a name, not {noun}"))
            }
            _ => self.unsupported(at, "such an index"),
        }
    }

    fn element(&mut self, site: Site, index: Run<i64>, at: Position) -> Code {
        if let Some(Packing::Array(count)) = site.model().packing() {
            return self.packed_element(site, index, count, at);
        }
        let Some(count) = site.model().element_count() else {
            let noun = site.noun();
            return self.wrong_code(at, format!("{noun} is not an array"));
        };
        let element = match index {
            Run::Constant(index) => match index::find("index", index, count) {
                Ok(index) => site.part(|array| array.element(index)),
                Err(why) => {
                    let path = site.model().path().to_owned();
                    return self.wrong_code(at, format!("{path}: {why}"));
                }
            },
            index => match site.element(index) {
                Ok(site) => Ok(site),
                Err(NoChoice::TooMany) => {
                    return self.unsupported(at, "an index into so many elements");
                }
                Err(NoChoice::Empty) => return self.wrong_code(at, "this array has no elements"),
            },
        };
        match element {
            Ok(site) => self.reached(site),
            Err(error) => self.wrong_code(at, error.to_string()),
        }
    }

    /// The element of an array in a packed record, which may have more or fewer after the next write.
    fn packed_element(&mut self, site: Site, index: Run<i64>, count: u64, at: Position) -> Code {
        let Run::Constant(index) = index else {
            return self.unsupported(at, "a computed index into a packed record");
        };
        // From the end, it is another element when there are more.
        if index < 0 {
            return self.unsupported(at, "an index from the end of an array in a packed record");
        }
        let array = site.model().path().to_owned();
        let element = u64::try_from(index).ok().filter(|index| *index < count);
        let part = element.and_then(|index| site.part(|array| array.element(index)).ok());
        match part {
            Some(site) => self.reached(site),
            None => self.absent(at, &format!("[{index}]"), &array),
        }
    }

    /// A part that a packed record does not have now. The next write may bring it, so the script looks for it each time.
    fn absent(&mut self, at: Position, part: &str, record: &str) -> Code {
        self.unsupported(at, format!("{part}, which {record} does not have now,"))
    }

    fn call(&mut self, name: &str, arguments: &[Term], at: Position) -> Code {
        let arguments: Vec<Code> = arguments.iter().map(|part| self.bind(part)).collect();
        if let Some(Code::Place(site)) = arguments.first() {
            if WRITES.contains(&name) {
                let path = site.model().path();
                let message = format!("a condition only asks: `{name}` would write {path}");
                return self.wrong_code(at, message);
            }
            if let Some(code) = question(name, site, &arguments[1..]) {
                // Whether an object lives is no value of a field.
                if let (Some(holding), false) = (&mut self.holding, code.is_constant()) {
                    holding.spoil();
                }
                return code;
            }
        }
        if let Some(why) = first_unknown(&arguments) {
            return Code::Unknown(why);
        }
        function(name, arguments)
            .unwrap_or_else(|| self.unsupported(at, format!("the function `{name}`")))
    }

    fn truths(&mut self, parts: &[Term]) -> Vec<Run<bool>> {
        parts.iter().map(|part| self.truth(part)).collect()
    }

    fn negation(&mut self, part: &Term, at: Position) -> Code {
        let code = self.bind(part);
        let noun = code.noun();
        match code {
            Code::Unknown(why) => Code::Unknown(why),
            // A value without a name is a number to scripts.
            Code::Enum(..) => self.unsupported(at, "an operation on an enum"),
            // `-5.s` is five seconds ago.
            Code::Duration(..) => self.unsupported(at, "a time ago"),
            code => negation(code)
                .unwrap_or_else(|| self.wrong_code(at, format!("there is no - for {noun}"))),
        }
    }

    /// What is compared of a part: of an object that is a single value, the value.
    fn compared(&mut self, term: &Term) -> Code {
        match self.bind(term) {
            Code::Place(site) => self.reached(site),
            other => other,
        }
    }

    fn comparison(&mut self, operator: Operator, terms: &[Term; 2], at: Position) -> Code {
        let [left, right] = terms;
        let (left, right) = (self.compared(left), self.compared(right));
        self.note_name(&left, &terms[1]);
        self.note_name(&right, &terms[0]);
        if let Some(why) = first_unknown([&left, &right]) {
            return Code::Unknown(why);
        }
        // The names of flags may come from an array, too.
        let is_place = |code: &Code| matches!(code, Code::Place(_));
        let takes_place =
            |code: &Code| matches!(code, Code::Place(_) | Code::List(_) | Code::Flags(..));
        if is_place(&left) && takes_place(&right) || takes_place(&left) && is_place(&right) {
            return self.unsupported(at, "a comparison of whole structures");
        }
        if is_nothing_beside_time([&left, &right]) {
            return self.unsupported(at, NOTHING_BESIDE_TIME);
        }
        self.note_never(operator, terms, [&left, &right], at);
        let help = [&left, &right].into_iter().find_map(fields_of);
        comparison(operator, left, right).unwrap_or_else(|error| {
            self.wrong_code(at, format!("{error}{}", help.unwrap_or_default()))
        })
    }

    /// Notes that a word is no label but names a value of what it is compared with; whether it does.
    fn note_name(&mut self, code: &Code, word: &Term) -> bool {
        let What::Name(word) = &word.what else {
            return false;
        };
        let variants = match code {
            Code::Enum(_, names) => &names.variants,
            Code::Flags(_, names) => &names.flags,
            _ => return false,
        };
        let mut missing = self.roots.iter_mut().filter(|root| root.found.is_none());
        let root = missing.find(|root| root.label == *word);
        let variant = named(word, variants, |variant| &variant.name);
        let (Some(root), Some(variant)) = (root, variant) else {
            return false;
        };
        root.meant = Some(variant.name.to_string());
        true
    }

    /// Notes that no value of a field makes a comparison true.
    fn note_never(
        &mut self,
        operator: Operator,
        terms: &[Term; 2],
        codes: [&Code; 2],
        at: Position,
    ) {
        let sides = [
            (operator, &terms[0], codes[1]),
            (bounds::turned(operator), &terms[1], codes[0]),
        ];
        let never = sides.into_iter().find_map(|(operator, term, constant)| {
            bounds::never(operator, &self.field(term)?, constant)
        });
        self.never.extend(never.map(|message| Warning {
            message,
            position: at,
            label: None,
        }));
    }

    /// The field that a part of the expression names, if it names one.
    fn field(&self, term: &Term) -> Option<Field> {
        match &term.what {
            What::Name(name) => match self.captured.get(name) {
                Some(Captured::Object(field) | Captured::Part(field)) => Some(field.clone()),
                Some(Captured::Constant(_) | Captured::Variable) => None,
                None => {
                    let root = self.roots.iter().find(|root| root.label == *name)?;
                    root.found.clone()
                }
            },
            What::Member(base, name) => self.field(base)?.member(name).ok(),
            What::Index(two) => match &two[1].what {
                What::Constant(Operand::Number(Number::Integer(index), _)) => {
                    self.field(&two[0])?.element(index.as_u64()?).ok()
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn computation(
        &mut self,
        operation: Operation,
        [left, right]: &[Term; 2],
        at: Position,
    ) -> Code {
        let (left, right) = (self.bind(left), self.bind(right));
        if let Some(why) = first_unknown([&left, &right]) {
            return Code::Unknown(why);
        }
        match computation(operation, left, right) {
            Ok(code) => code,
            Err(NoResult::Wrong(message)) => self.wrong_code(at, message),
            Err(NoResult::Unsupported(why)) => self.unsupported(at, why),
        }
    }

    fn membership(&mut self, terms: &[Term; 2], at: Position) -> Code {
        let (element, container) = (self.bind(&terms[0]), self.bind(&terms[1]));
        if let (What::List(parts), Code::List(codes)) = (&terms[1].what, &container) {
            let named = parts.iter().filter(|part| self.note_name(&element, part));
            if let (true, Some(why)) = (named.count() > 0, first_unknown(codes)) {
                return Code::Unknown(why);
            }
        }
        if let Some(why) = first_unknown([&element, &container]) {
            return Code::Unknown(why);
        }
        if is_nothing_beside_time([&element, &container]) {
            return self.unsupported(at, NOTHING_BESIDE_TIME);
        }
        let code = match container {
            Code::List(list) => match logic::is_among(element, list) {
                Ok(code) => code,
                Err(error) => return self.wrong_code(at, error.to_string()),
            },
            container => function("contains", vec![container, element]),
        };
        code.unwrap_or_else(|| self.unsupported(at, "such an `in`"))
    }

    fn choice(&mut self, [condition, then, otherwise]: &[Term; 3], at: Position) -> Code {
        let condition = self.truth(condition);
        let (then, otherwise) = (self.bind(then), self.bind(otherwise));
        logic::either(condition, then, otherwise)
            .unwrap_or_else(|| self.unsupported(at, "an `if` with values of two kinds"))
    }

    fn assignment(&mut self, [target, value]: &[Term; 2], at: Position) -> Code {
        self.bind(value);
        let is_part = matches!(target.what, What::Member(..) | What::Index(..));
        let mut root = target;
        loop {
            match &root.what {
                What::Member(base, _) => root = base,
                What::Index(two) => root = &two[0],
                _ => break,
            }
        }
        match self.bind(root) {
            Code::Place(_) | Code::Session if is_part => {
                self.wrong_code(at, "a condition only asks and cannot write; `==` compares")
            }
            _ => self.unsupported(at, "an assignment"),
        }
    }
}

impl Root {
    pub(super) fn find(observer: &Observer, label: &str, at: Position) -> Self {
        let found = observer.find(label);
        let found = found.and_then(|object| observer.root(&object).ok());
        let label = label.to_owned();
        Self {
            label,
            at,
            found,
            meant: None,
        }
    }

    pub(super) fn object_id(&self) -> Option<ObjectId> {
        self.found.as_ref().map(Field::object_id)
    }
}

/// A value that is known already.
fn constant(value: &Operand<String>) -> Option<Code> {
    Some(match value {
        Operand::Nothing => Code::Nothing,
        Operand::Bool(truth) => Code::bool(*truth),
        Operand::Number(Number::Float(number), unit) => Code::Float(Run::Constant(*number), *unit),
        Operand::Number(Number::Integer(number), unit) => match number.as_i64() {
            Some(number) => Code::Narrow(Run::Constant(number), *unit),
            None => Code::Wide(Run::Constant(*number), *unit),
        },
        Operand::Text(text) => Code::Text(Run::Constant(text.clone())),
        Operand::Enum(number, names) => Code::Enum(Run::Constant(*number), names.clone()),
        Operand::Flags(bits, names) => Code::Flags(Run::Constant(*bits), names.clone()),
        Operand::Duration(length) => Code::Duration(Run::Constant(*length)),
        Operand::List(elements) => {
            Code::List(elements.iter().map(constant).collect::<Option<_>>()?)
        }
        Operand::Record(_) | Operand::Other(_) => return None,
    })
}

/// What a place says of itself without being read.
fn question(name: &str, site: &Site, arguments: &[Code]) -> Option<Code> {
    let Site::Fixed(field) = site else {
        return None;
    };
    let text = |text: &str| Some(Code::Text(Run::Constant(text.to_owned())));
    match (name, arguments) {
        ("label" | "path", []) => text(field.path()),
        ("type_name", []) => text(&field.info().type_name),
        ("is_alive", []) => {
            let field = field.clone();
            Some(Code::Bool(Run::each(move || Ok(field.is_alive()))))
        }
        ("len", []) => {
            let members = field.members().map_or(0, <[_]>::len) as u64;
            let count = field.element_count().unwrap_or(members);
            Some(Code::Narrow(Run::Constant(count as i64), None))
        }
        ("contains", [Code::Text(Run::Constant(name))]) => Some(Code::bool(
            field.member(name).or_else(|_| field.at(name)).is_ok(),
        )),
        _ => None,
    }
}

/// Whether a place is an array of structs with such a field, of which scripts make an array.
fn has_column(place: &Field, name: &str) -> bool {
    place.element_count().is_some_and(|count| count > 0)
        && place
            .element(0)
            .is_ok_and(|first| first.member(name).is_ok())
}

/// How to go on from a struct that was taken for a value.
fn fields_of(code: &Code) -> Option<String> {
    let Code::Place(site) = code else {
        return None;
    };
    let members = site.model().members()?;
    let names: Vec<&str> = members.iter().take(8).map(|member| &*member.name).collect();
    Some(format!("; name a field of it: {}", names.join(", ")))
}

const NOTHING_BESIDE_TIME: &str = "a comparison of () with a time";

/// Whether one of them is or has `()` and the other a time that is not known yet: one below zero is a time ago in a
/// script, which differs from `()`, and has no code here.
fn is_nothing_beside_time(codes: [&Code; 2]) -> bool {
    fn has(code: &Code, is_meant: fn(&Code) -> bool) -> bool {
        match code {
            Code::List(parts) => parts.iter().any(|part| has(part, is_meant)),
            code => is_meant(code),
        }
    }
    let has_nothing = |code| has(code, |code| matches!(code, Code::Nothing));
    let has_time = |code| {
        has(code, |code| {
            matches!(code, Code::Duration(_)) && !code.is_constant()
        })
    };
    let [a, b] = codes;
    has_nothing(a) && has_time(b) || has_time(a) && has_nothing(b)
}

fn first_unknown<'c>(codes: impl IntoIterator<Item = &'c Code>) -> Option<Fault> {
    codes.into_iter().find_map(|code| match code {
        Code::Unknown(why) => Some(Arc::clone(why)),
        _ => None,
    })
}
