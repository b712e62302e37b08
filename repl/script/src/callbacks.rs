//! Closures that scripts leave behind, for whoever keeps and calls them: triggers, timers, hosts.
//!
//! A closure can be called only together with the functions of its script, so [`Callbacks`] keeps all of them.
//! It may be used inside of functions that scripts call, where the host itself is busy evaluating.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use memglass::{Change, Field, Value};
use memglass_syntax::about;
use memglass_value::shown::Table;
use rhai::{
    AST, Dynamic, Engine, EvalAltResult, FnPtr, ImmutableString, ParseError, Position, Scope,
    ScriptFuncDef, Shared,
};

use super::ScriptHost;
use super::bindings::{Rows, csv_text};
use super::context::Context;
use super::convert;
use super::describe;
use super::duration;
use super::error::{raise, text_of};
use super::halt::Halt;
use super::labels::Labels;
use super::ledger::Author;
use super::log_files::Record;
use super::missing::Missing;
use super::place::{Node, Place};
use super::session::Attached;
use super::sources::closure_in_call;
use super::told::parse_told;
use super::witness::Seen;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Calls closures of scripts, and gives them values of memory.
#[derive(Clone)]
pub struct Callbacks {
    context: Rc<Context>,
    labels: Rc<Labels>,
}

/// A closure that is kept, in which bare labels go on being names.
///
/// Rhai lets a closure capture whatever it names from outside, at the moment when it is made. For a label that
/// would be the object which has it then. So each call gives it the object that has the label now.
#[derive(Clone, Debug)]
pub struct Closure {
    pointer: FnPtr,
    /// Which of the captured values are labels.
    labels: Vec<(usize, ImmutableString)>,
    /// How many arguments it takes, beside what it has captured; `None` if it is no function of a script.
    parameters: Option<usize>,
    /// Its function, if it is one of a script: what it captures comes first of the parameters.
    function: Option<Shared<ScriptFuncDef>>,
    /// That function alone, if it was made of a text: no script has that one.
    own: Option<AST>,
}

impl Closure {
    /// Whether it captured a label under this name, and no variable.
    pub fn is_label(&self, name: &str) -> bool {
        self.labels.iter().any(|(_, label)| label == name)
    }

    /// What a script passed.
    pub fn pointer(&self) -> &FnPtr {
        &self.pointer
    }

    /// Its function, if it is one of a script: what it captures comes first of the parameters.
    pub fn function(&self) -> Option<&Shared<ScriptFuncDef>> {
        self.function.as_ref()
    }

    /// How many arguments it takes, beside what it has captured; `None` if it is no function of a script.
    pub fn parameters(&self) -> Option<usize> {
        self.parameters
    }
}

/// Why an evaluation ended that no `try` can hold up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// `exit(n)` was called.
    Exit(i32),
    /// Somebody asked it to stop.
    Interrupted,
}

/// Arguments of a closure that nobody calls with more.
const MOST_ARGUMENTS: usize = 8;

impl ScriptHost {
    /// What closures that are kept are called with.
    pub fn callbacks(&self) -> Callbacks {
        Callbacks {
            context: Rc::clone(&self.context),
            labels: Rc::clone(&self.labels),
        }
    }

    /// Does `work` with the engine as an evaluation of its own: what it calls may be interrupted, and is
    /// limited as lines are.
    pub fn perform<T>(&mut self, work: impl FnOnce(&Engine) -> T) -> T {
        self.take_in();
        self.context.run.limits.get().set(&mut self.engine);
        self.context.begin();
        let result = work(&self.engine);
        self.context.end();
        result
    }

    /// An error of a closure, as those of lines are told.
    pub fn tell(&self, error: EvalAltResult) -> super::ScriptError {
        self.told(error)
    }
}

impl Callbacks {
    /// Calls a closure with the functions of its script.
    ///
    /// # Errors
    ///
    /// What the closure fails with.
    pub fn call(
        &self,
        engine: &Engine,
        closure: &Closure,
        arguments: Vec<Dynamic>,
    ) -> Result<Dynamic> {
        let pointer = self.with_labels(closure)?;
        let mut global = engine.new_global_runtime_state();
        // The last is asked first.
        global.lib.push(self.library().shared_lib().clone());
        global
            .lib
            .extend(closure.own.as_ref().map(|own| own.shared_lib().clone()));
        let context = (engine, pointer.fn_name(), None, &global, Position::NONE);
        let result = pointer.call_raw(&context.into(), None, arguments);
        self.context.reads.last.replace(None);
        result.map(Dynamic::flatten)
    }

    /// Asks a closure, which must not change anything; tells what it looked at. With `is_blind` all that it
    /// reads of memory has no value.
    pub fn look(
        &self,
        engine: &Engine,
        closure: &Closure,
        arguments: Vec<Dynamic>,
        asking: &'static str,
        is_blind: bool,
    ) -> (Result<Dynamic>, Seen) {
        let ask = || self.call(engine, closure, arguments);
        let looking = || self.context.only_looking(asking, ask);
        self.context.witness.during(is_blind, looking)
    }

    /// Whether something is being asked that must not change anything, and by whom.
    pub fn asking(&self) -> Option<&'static str> {
        self.context.asking()
    }

    /// A closure that evaluates a text. Its function is its own, so that nothing is left of the text when it is dropped.
    ///
    /// # Errors
    ///
    /// The text is no expression.
    pub fn closure_of(&self, engine: &Engine, text: &str) -> Result<Closure> {
        self.compiled_closure(engine, text, |text| format!("|| {{ {text} }}"))
    }

    /// The same of a text about any object, which names its fields without the object; the closure takes the object.
    ///
    /// A name is a field's if `is_field` knows it, or if it means nothing else; `label` is the object's.
    ///
    /// # Errors
    ///
    /// The text is no expression.
    pub fn closure_about(
        &self,
        engine: &Engine,
        text: &str,
        is_field: impl Fn(&str) -> bool,
    ) -> Result<Closure> {
        let means_nothing = |name: &str| engine.eval_expression::<Dynamic>(name).is_err();
        let schema = self.context.schema();
        let part = |name: &str| match name {
            "it" => None,
            name if is_field(name) => Some(format!("it.{name}")),
            "label" => Some("it.label()".to_owned()),
            // As in a closure: it is told that the name of a value is a text.
            name if describe::is_name_of_value(&schema, name) => None,
            name => means_nothing(name).then(|| format!("it.{name}")),
        };
        self.compiled_closure(engine, text, |text| {
            format!("|it| {{ {} }}", about(text, part))
        })
    }

    fn compiled_closure(
        &self,
        engine: &Engine,
        text: &str,
        closure: impl Fn(&str) -> String,
    ) -> Result<Closure> {
        let outer = self.context.source.borrow().clone();
        let compiled = self.compile_closure(engine, text, closure);
        self.context.source.replace(outer);
        let ast = compiled?;
        self.context.note_captured(&ast);
        let made = engine.eval_ast::<FnPtr>(&ast);
        let closure = made.map_err(|mut error| {
            // The place in the text is none in the script.
            error.clear_position();
            error
        })?;
        Ok(self.kept(closure, Some(ast.clone_functions_only())))
    }

    /// The closure that is the argument of this number, from 0, of a call of `function` at a position of the present text: as
    /// it is written, in one line.
    pub fn closure_in_call(
        &self,
        position: Position,
        function: &str,
        argument: usize,
    ) -> Option<String> {
        let source = self.context.source.borrow();
        closure_in_call(&source, position, function, argument)
    }

    /// A closure that a script passed, to be kept.
    ///
    /// An object that it has captured stays the one that it is now, whatever the variable holds later: all turns of
    /// a loop have one variable.
    pub fn keep(&self, pointer: FnPtr) -> Closure {
        self.kept(pointer, None)
    }

    fn kept(&self, mut pointer: FnPtr, own: Option<AST>) -> Closure {
        let captured = pointer.curry().len();
        let function = match &own {
            Some(own) => function_of(own, &pointer),
            None => {
                let library = self.context.library.borrow();
                let function = library.function(pointer.fn_name(), captured);
                function.map(Shared::clone)
            }
        };
        let names = function.iter().flat_map(|function| &function.params);
        let parameters = function
            .as_ref()
            .and_then(|function| function.params.len().checked_sub(captured));
        let captured = pointer.curry().iter().zip(names).enumerate();
        let labels = captured.filter(|(_, (value, name))| is_label(value, name));
        let labels: Vec<(usize, ImmutableString)> = labels
            .map(|(index, (_, name))| (index, name.clone()))
            .collect();
        // Each call gives it the object of that time. One of now would keep the memory of its session.
        for (index, label) in &labels {
            if let Some(captured) = pointer.iter_curry_mut().nth(*index) {
                *captured = Missing::named(label);
            }
        }
        let shared = pointer.iter_curry_mut().filter(|value| value.is_shared());
        for value in shared {
            let now = value.flatten_clone();
            if now.is::<Place>() {
                *value = now;
            }
        }
        Closure {
            pointer,
            labels,
            parameters: parameters.filter(|count| *count <= MOST_ARGUMENTS),
            function,
            own,
        }
    }

    /// The closure with the objects that have its labels now.
    fn with_labels(&self, closure: &Closure) -> Result<FnPtr> {
        let mut pointer = closure.pointer.clone();
        for (index, label) in &closure.labels {
            let found = self.labels.find(label)?;
            let now = found.map_or_else(|| Missing::named(label), Dynamic::from);
            if let Some(captured) = pointer.iter_curry_mut().nth(*index) {
                *captured = now;
            }
        }
        Ok(pointer)
    }

    fn compile_closure(
        &self,
        engine: &Engine,
        text: &str,
        closure: impl Fn(&str) -> String,
    ) -> Result<AST> {
        let text = memglass_syntax::executable(text);
        self.context.source.replace(text.to_string());
        // By itself first: then an error is about it, and not about what is put around it.
        engine
            .compile_expression_with_scope(&Scope::new(), text.as_ref())
            .map_err(|error| self.unparsed(&text, &error))?;
        let closure = closure(&text);
        self.context.source.replace(closure.clone());
        let script = engine.compile(closure);
        // It is whole by itself, so the place is one of what was put around it.
        script.map_err(|ParseError(kind, _)| ParseError(kind, Position::NONE).into())
    }

    /// Why a text is no expression. The text is part of a line, so a caret cannot stand under it: the message says
    /// where.
    fn unparsed(&self, text: &str, error: &ParseError) -> Box<EvalAltResult> {
        let (kind, at) = (error.err_type(), error.position());
        let (what, help) = parse_told(kind, text, at);
        let column = at.position().map(|column| format!(" at column {column}"));
        let message = format!("{what}{} of {text:?}", column.unwrap_or_default());
        let is_assignment = at.position().is_some_and(|column| {
            let mut rest = text.chars().skip(column - 1);
            rest.next() == Some('=') && rest.next() != Some('=')
        });
        match is_assignment {
            true => self.refusal(message, "`==` asks whether two values are equal"),
            false => self.refusal(message, help.as_deref().unwrap_or_default()),
        }
    }

    /// All functions and closures of scripts so far.
    pub(crate) fn library(&self) -> AST {
        self.context.library.borrow().all()
    }

    /// What is attached.
    pub fn attached(&self) -> &Attached {
        &self.context.attached
    }

    /// The object or part of one that a field is, as scripts have it.
    pub fn place(&self, field: &Field) -> Dynamic {
        let node = Node::found(field.clone(), Rc::clone(&self.context));
        Dynamic::from(Place::new(node))
    }

    /// The field of an object or part of one that a script has.
    pub fn field(&self, value: &Dynamic) -> Option<Field> {
        let place = value.read_lock::<Place>()?;
        Some(place.node.field.clone())
    }

    /// A value that was read from a field, as scripts have it.
    pub fn value(&self, field: &Field, value: Value) -> Dynamic {
        let node = Node::found(field.clone(), Rc::clone(&self.context));
        node.copied(value)
    }

    /// Whether `label` is an object's.
    pub fn is_label(&self, label: &str) -> bool {
        matches!(self.labels.find(label), Ok(Some(_)))
    }

    /// A duration argument.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn duration(&self, value: &Dynamic) -> Result<Duration> {
        duration::argument(value)
    }

    /// What a value is called in a message.
    pub fn noun(&self, value: &Dynamic) -> String {
        convert::noun(value)
    }

    /// Calls a closure that is the action of a trigger, `author` of what it writes, and `written` with each field
    /// that it writes.
    ///
    /// # Errors
    ///
    /// As for [`Callbacks::call`].
    pub fn act(
        &self,
        engine: &Engine,
        (closure, author): (&Closure, Author),
        arguments: Vec<Dynamic>,
        written: impl Fn(&Field, &Change) + 'static,
    ) -> Result<Dynamic> {
        let before = self.context.ledger.author();
        self.context.ledger.begin(author);
        let outer = self.context.on_write.replace(Some(Rc::new(written)));
        let result = self.call(engine, closure, arguments);
        self.context.on_write.replace(outer);
        self.context.ledger.begin(before);
        result
    }

    /// The same of a field that is not there any more.
    pub fn plain(&self, value: Value) -> Dynamic {
        convert::leaf(value, &convert::Meaning::Plain)
    }

    /// A number of a script, whatever its type.
    pub fn number(&self, value: &Dynamic) -> Option<f64> {
        convert::from_script(value)?.as_f64()
    }

    /// A table as scripts have it.
    pub fn table(&self, table: Table) -> Dynamic {
        Dynamic::from(Rows::new(table))
    }

    /// A table as the text of a CSV file.
    ///
    /// # Errors
    ///
    /// It was interrupted.
    pub fn csv(&self, table: &Table) -> Result<String> {
        csv_text(table, &self.context)
    }

    /// Writes a table to a CSV file.
    ///
    /// # Errors
    ///
    /// The file is not to be had, it was interrupted, or something is being asked that must not change anything.
    pub fn store_csv(&self, path: &str, table: &Table) -> Result<()> {
        self.context.refuse_to_write("csv")?;
        let text = csv_text(table, &self.context)?;
        self.context.store(path, &text)
    }

    /// Appends a record to a file.
    ///
    /// # Errors
    ///
    /// The file does not take it, or something is being asked that must not change anything.
    pub fn log(&self, path: &str, record: &Record) -> Result<()> {
        self.context.log(path, record)
    }

    /// Opens a file that will be logged to, and makes it if it is not there.
    ///
    /// # Errors
    ///
    /// It is not to be had.
    pub fn open_log(&self, path: &str) -> Result<()> {
        self.context.open_log(path)
    }

    /// Closes a file that was logged to. Who logs to it again opens it again.
    pub fn close_log(&self, path: &str) {
        self.context.log_files.close(path);
    }

    /// From now on `text` gives values of types of its own their texts.
    pub fn give_texts(&self, text: impl Fn(&Dynamic) -> Option<String> + 'static) {
        self.context.texts.replace(Some(Rc::new(text)));
    }

    /// From now on scripts take the time of day from `clock`.
    pub fn set_clock(&self, clock: impl Fn() -> SystemTime + 'static) {
        self.context.clock.replace(Rc::new(clock));
    }

    /// From now on `onlooker` is called now and then while a script evaluates something long. What it does must be short.
    pub fn set_onlooker(&self, onlooker: impl Fn() + 'static) {
        self.context.run.set_onlooker(Rc::new(onlooker));
    }

    /// Takes in what the producer did since.
    ///
    /// # Errors
    ///
    /// The session cannot be read.
    pub fn refresh(&self) -> Result<()> {
        self.labels.refresh().map(drop)
    }

    /// What stops whoever evaluates when it is true.
    pub fn interrupt(&self) -> &Arc<AtomicBool> {
        self.context.run.interrupt()
    }

    /// Whether whoever evaluates is to stop.
    pub fn is_interrupted(&self) -> bool {
        self.context.run.is_interrupted()
    }

    /// The interruption was obeyed.
    pub fn clear_interrupt(&self) {
        self.context.run.clear_interrupt();
    }

    /// The error that ends an evaluation because somebody asked for it.
    pub fn interrupted(&self) -> Box<EvalAltResult> {
        Halt::Interrupted.error()
    }

    /// Whether an error is an end that no `try` holds up.
    pub fn ending(&self, error: &EvalAltResult) -> Option<Ending> {
        match Halt::of(error)? {
            Halt::Exit(code) => Some(Ending::Exit(code)),
            Halt::Interrupted => Some(Ending::Interrupted),
            Halt::TooLong | Halt::TooDeep | Halt::Failed(_) => None,
        }
    }

    /// An error with a text, and what to do about it.
    pub fn refusal(&self, message: String, help: &str) -> Box<EvalAltResult> {
        match help {
            "" => raise(message),
            help => self.context.remarks.advise(message, help),
        }
    }

    /// What an error says, in one line.
    pub fn brief(&self, error: &EvalAltResult) -> String {
        match error {
            EvalAltResult::ErrorInFunctionCall(_, _, inner, _)
            | EvalAltResult::ErrorInModule(_, inner, _) => self.brief(inner),
            EvalAltResult::ErrorVariableNotFound(name, _) => {
                format!("no variable, object or function is named {name:?}")
            }
            other => text_of(other),
        }
    }
}

/// The function of a closure that was made of a text.
fn function_of(text: &AST, pointer: &FnPtr) -> Option<Shared<ScriptFuncDef>> {
    let mut functions = text.shared_lib().iter_script_fn_info();
    let function = functions.find(|(_, _, name, ..)| *name == pointer.fn_name());
    function.map(|(.., function)| Shared::clone(function))
}

/// Whether a captured value is what a bare label gave, and not a variable: those are shared.
fn is_label(value: &Dynamic, name: &str) -> bool {
    if value.is_shared() {
        return false;
    }
    match value.read_lock::<Place>() {
        Some(place) => place.path() == name,
        None => value.is::<Missing>(),
    }
}
