//! Scripts: one Rhai engine bound to the attached session.
//!
//! Everything here lives on one thread, so that a user's code never races itself. What a script may do is in
//! `bindings`; how values cross is in `convert`; what can be compared is in `compare`.
//!
//! Bare labels (`AAPL_position.quantity`) and `obs` are answered by Rhai's variable hook. It makes each
//! variable access about 8 ns slower, and in return a label always means the object that has it now, also in
//! functions, in loops and in closures that run much later, without anything to keep up to date. Names that the
//! parser knows to be local never ask it, and a user's `let` of the same name wins.

mod ask;
mod bindings;
mod blame;
mod callbacks;
mod caret;
mod compare;
mod context;
mod convert;
mod describe;
mod duration;
mod error;
mod flags;
mod functions;
mod habits;
mod halt;
mod held;
mod holders;
mod labels;
pub mod ledger;
mod library;
mod limits;
mod log_files;
mod marks;
mod missing;
pub mod names;
mod object_list;
mod overwritten;
mod packed;
mod place;
mod present;
mod reads;
mod remarks;
mod rows;
mod run;
mod session;
mod sets;
mod sources;
mod symbols;
mod takes;
mod told;
mod variables;
mod wide;
mod witness;
mod written;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use memglass_value::shown::Shown;
use rhai::{
    AST, Dynamic, Engine, EvalAltResult, EvalContext, Expr, OptimizationLevel, Scope, Stmt,
};

pub use bindings::FUNCTIONS;
pub use callbacks::{Callbacks, Closure, Ending};
pub use describe::{declared_types, namesakes, suggested_type};
pub use duration::Ago;
pub use error::ScriptError;
pub use holders::Holders;
pub use limits::Limits;
pub use log_files::Record;
use memglass_syntax::{FunctionName, Names};
pub use packed::layout_of;
pub use present::{of_field, of_large_array};
pub use session::Attached;
pub use sets::saved as saved_sets;
pub use takes::takes;
pub use witness::Seen;

use self::bindings::{FieldNames, Obs};
use self::context::Context;
use self::functions::Known;
use self::labels::Labels;
use self::ledger::Ledger;
use self::place::Node;
use self::sources::{Source, Sources};

/// A script engine with its variables and functions.
///
/// Evaluation is recursive: its thread needs a stack of [`ScriptHost::STACK_BYTES`].
pub struct ScriptHost {
    engine: Engine,
    context: Rc<Context>,
    labels: Rc<Labels>,
    scope: Scope<'static>,
    sources: Sources,
    field_names: FieldNames,
    /// The functions that were there before the host registered its own.
    known: Known,
    /// Functions of whoever has this host, as they described them.
    given: Vec<FunctionName>,
    /// Variables of which it was said that they hide an object, and what is to be said yet.
    hiding: variables::Hiding,
    /// The names of types, and the session and epoch that they are of.
    names: RefCell<Option<((u64, u64), Names)>>,
    life: u64,
}

impl ScriptHost {
    /// The stack that the deepest script within the limits takes, in any build.
    pub const STACK_BYTES: usize = 32 << 20;

    /// An engine bound to `attached`.
    ///
    /// Storing true into `interrupt` ends the evaluation under way; it is false again when that has ended.
    /// `print` gets each line a script prints, without its end.
    pub fn new(attached: Attached, interrupt: Arc<AtomicBool>, print: Rc<dyn Fn(&str)>) -> Self {
        let life = attached.life();
        let context = Rc::new(Context::new(attached, interrupt, print));
        let labels = Rc::new(Labels::new(context.clone()));
        let engine = engine(&context, &labels);
        let mut host = Self {
            known: Known::of(&engine),
            given: Vec::new(),
            engine,
            context,
            labels,
            scope: Scope::new(),
            sources: Sources::default(),
            field_names: FieldNames::default(),
            hiding: variables::Hiding::default(),
            names: RefCell::default(),
            life,
        };
        host.take_in();
        host
    }

    /// Evaluates a line or a whole script; variables and functions stay for the next one, `_` is its result.
    ///
    /// # Errors
    ///
    /// [`ScriptError`]: the text is no program, something failed, it was interrupted, or it called `exit`.
    /// What it did before stays done.
    pub fn eval(&mut self, source: &str) -> Result<Shown, ScriptError> {
        self.eval_source(Source {
            text: source.to_owned(),
            ..Source::default()
        })
    }

    /// Evaluates a part of a script: errors name `file` and count its lines, of which `lines_before` come
    /// before this part.
    ///
    /// # Errors
    ///
    /// As [`ScriptHost::eval`].
    pub fn eval_part(
        &mut self,
        file: &str,
        lines_before: usize,
        source: &str,
    ) -> Result<Shown, ScriptError> {
        self.eval_source(Source {
            name: file.to_owned(),
            text: source.to_owned(),
            lines_before,
        })
    }

    /// Whether `text` is a script by the grammar of this engine and with its variables.
    pub fn is_program(&self, text: &str) -> bool {
        self.parsed(text).is_ok()
    }

    /// How much scripts may ask for from now on. A script may change it with `limits`.
    pub fn set_limits(&mut self, limits: Limits) {
        self.context.run.limits.set(limits.within_reach());
    }

    /// What scripts see as `args`, also inside of functions.
    pub fn set_arguments(&mut self, arguments: impl IntoIterator<Item = String>) {
        let arguments = arguments.into_iter().map(Dynamic::from).collect();
        self.context.arguments.replace(Some(arguments));
    }

    /// The record of all writes.
    pub fn ledger(&self) -> &Ledger {
        &self.context.ledger
    }

    /// The engine, to register functions, types and modules of one's own.
    ///
    /// They are completed and listed like those of memglass, with their doc comments
    /// ([`rhai::FuncRegistration::with_comments`]) where they have any.
    pub fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// Describes all functions that were registered on the engine so far, which are listed by these names only.
    pub fn describe_functions(&mut self, functions: impl IntoIterator<Item = FunctionName>) {
        self.known = Known::of(&self.engine);
        self.given.extend(functions);
    }

    /// All names that a line may contain, as of now.
    pub fn names(&mut self) -> Names {
        self.take_in();
        // Raw, because anything else copies each value: a list of a million objects, at each prompt.
        let variables = self
            .scope
            .iter_raw()
            .map(|(name, _, value)| (name.to_owned(), held::held(value)));
        Names {
            variables: variables.collect(),
            functions: Arc::new(self.functions()),
            ..self.session_names()
        }
    }

    fn eval_source(&mut self, source: Source) -> Result<Shown, ScriptError> {
        self.take_in();
        self.context.run.limits.get().set(&mut self.engine);
        self.context.begin();
        self.context.lines_before.set(source.lines_before);
        self.sources.enter(source.clone());
        let has_others = self.sources.has_others();
        self.context.has_other_texts.set(has_others);
        self.context.ledger.begin(source.author());
        let result = self
            .run(&source.name, &source.text)
            .and_then(|(value, read)| {
                let shown = present::shown(&value, read.as_ref(), &self.context)?;
                self.keep_result(value);
                Ok(shown)
            });
        self.context.end();
        prune(&mut self.scope);
        self.note_hiding();
        result.map_err(|error| self.told(*error))
    }

    /// The value, and the field it was read from if the text ends in reading one.
    fn run(
        &mut self,
        name: &str,
        source: &str,
    ) -> Result<(Dynamic, Option<Rc<Node>>), Box<EvalAltResult>> {
        let mut ast = self.parsed(source)?;
        ast.set_source(name);
        self.sources.define(&ast);
        let observer = self.context.attached.observer();
        overwritten::check(&ast, &self.scope, |label| observer.find(label).is_some())?;
        drop(observer);
        self.context.note_captured(&ast);
        let reads = ends_in_access(&ast);
        let mut library = self.context.library.borrow_mut();
        library.add(&ast);
        library.set_file(name);
        let all = library.beneath(&ast);
        drop(library);
        self.context.reads.last.replace(None);
        self.context.reads.column.replace(None);
        let value = self
            .engine
            .eval_ast_with_scope::<Dynamic>(&mut self.scope, &all);
        drop(all);
        self.context.library.borrow_mut().set_file("");
        let value = value
            .map_err(|error| self.context.run.ended_by(error))?
            .flatten();
        self.context
            .run
            .halted(0)
            .map_or(Ok(()), |halt| Err(halt.error()))?;
        let read = self
            .context
            .reads
            .last
            .take()
            .filter(|_| reads)
            .map(|read| read.node);
        Ok((value, read))
    }

    fn parsed(&self, source: &str) -> Result<AST, Box<EvalAltResult>> {
        let source = memglass_syntax::executable(source);
        self.context.source.replace(source.to_string());
        let parsed = self.engine.compile_with_scope(&self.scope, source.as_ref());
        self.context.run.check_interrupt()?;
        Ok(parsed?)
    }

    /// A text that was parsed before, to look for something in it.
    fn reparsed(&self, source: &str) -> Option<AST> {
        self.parsed(source).ok()
    }

    fn keep_result(&mut self, value: Dynamic) {
        if !value.is_unit() {
            self.scope.set_or_push("_", value);
        }
    }

    /// Takes in objects and types that are new.
    fn take_in(&mut self) {
        // A session that cannot be refreshed is readable as of before; what is wrong shows when it is read.
        let _ = self.labels.refresh();
        let life = self.context.attached.life();
        if self.life != life {
            self.life = life;
            self.field_names.start_over();
        }
        self.field_names
            .extend(&mut self.engine, &self.context.schema());
    }

    /// The names of types, gathered again only when there are others.
    fn session_names(&self) -> Names {
        let now = (self.life, self.context.attached.observer().epoch());
        let mut names = self.names.borrow_mut();
        match &*names {
            Some((then, names)) if *then == now => names.clone(),
            _ => names
                .insert((now, snapshot(&self.context.attached)))
                .1
                .clone(),
        }
    }

    /// All functions that a script can call, those of Rhai's own library apart.
    pub fn functions(&self) -> Vec<FunctionName> {
        let library = self.context.library.borrow();
        let library = library.all();
        let own = functions::of_scripts(&library);
        let host = self.known.added(&self.engine);
        let given = self.given.iter().cloned();
        let ours = functions::built_in().chain(given);
        let mut all: Vec<FunctionName> = own.chain(host).chain(ours).collect();
        all.sort();
        all
    }

    /// The known name closest to a mistyped one.
    fn near(&self, name: &str) -> Option<String> {
        let variables = self
            .scope
            .iter_raw()
            .map(|(name, ..)| name.to_owned())
            .filter(|name| name != "_");
        let observer = self.context.attached.observer();
        let labels = names::labels(&observer);
        let functions = self.functions().into_iter().map(|function| function.name);
        memglass::nearest(name, variables.chain(labels).chain(functions))
    }
}

fn snapshot(attached: &Attached) -> Names {
    let observer = attached.observer();
    Names {
        types: Arc::new(names::types(observer.schema())),
        values: Arc::new(names::values(observer.schema())),
        flags: Arc::new(names::flags(observer.schema())),
        ..Names::default()
    }
}

fn engine(context: &Rc<Context>, labels: &Rc<Labels>) -> Engine {
    let mut engine = Engine::new();
    // A text that looks like the name of an enum's value would take its place.
    engine.set_max_strings_interned(0);
    context.run.limits.get().set(&mut engine);
    // Rhai's optimizer replaces constants by their values, which for an object would be a copy of the proxy
    // that cannot be assigned through.
    engine.set_optimization_level(OptimizationLevel::None);
    bindings::register(&mut engine, context, labels);
    let watched = context.clone();
    engine.on_progress(move |steps| watched.run.halted(steps).map(Dynamic::from));
    let session = Obs(context.clone(), labels.clone());
    #[expect(deprecated, reason = "marked volatile; the version is pinned")]
    engine.on_var(move |name, index, call| variable(&session, name, index, &call));
    engine
}

/// `obs`, or the object whose label is this name; whatever the script itself calls by the name comes first.
fn variable(
    session: &Obs,
    name: &str,
    index: usize,
    call: &EvalContext<'_, '_, '_, '_, '_, '_>,
) -> Result<Option<Dynamic>, Box<EvalAltResult>> {
    if index > 0 || call.scope().contains(name) {
        return Ok(None);
    }
    match name {
        "obs" => return Ok(Some(Dynamic::from(session.clone()))),
        "args" if session.0.arguments.borrow().is_some() => {
            let arguments = session.0.arguments.borrow().clone();
            return Ok(arguments.map(Dynamic::from_array));
        }
        _ => {}
    }
    match session.1.find(name)? {
        Some(place) => Ok(Some(Dynamic::from(place))),
        None => Ok(session.0.missing(name)),
    }
}

/// Whether the last statement is an access such as `p.quantity` or `p.levels[0]`, whose result is a field's own value.
fn ends_in_access(ast: &AST) -> bool {
    match ast.statements().last() {
        Some(Stmt::Expr(expression)) => is_access(expression),
        _ => false,
    }
}

fn is_access(expression: &Expr) -> bool {
    match expression {
        Expr::Dot(chain, ..) | Expr::Index(chain, ..) => match &chain.rhs {
            Expr::MethodCall(..) => false,
            rest @ (Expr::Dot(..) | Expr::Index(..)) => is_access(rest),
            _ => true,
        },
        _ => false,
    }
}

/// Forgets variables that a later `let` of the same name hides: only the last can be named.
fn prune(scope: &mut Scope<'static>) {
    let mut seen = HashSet::new();
    // Rhai goes through them from the last to the first.
    let visible: Vec<_> = scope
        .iter_raw()
        .filter(|(name, ..)| seen.insert(*name))
        .collect();
    if visible.len() == scope.len() {
        return;
    }
    let mut kept = Scope::new();
    for (name, constant, value) in visible.into_iter().rev() {
        match constant {
            true => kept.push_constant_dynamic(name.to_owned(), value.clone()),
            false => kept.push_dynamic(name.to_owned(), value.clone()),
        };
    }
    *scope = kept;
}

#[cfg(test)]
mod host_tests {
    use std::collections::HashMap;

    use super::*;

    /// A host of an empty session.
    fn host() -> (tempfile::TempDir, memglass::Session, ScriptHost) {
        let dir = tempfile::tempdir().expect("a directory");
        let session = memglass::Session::builder("s").dir(dir.path()).create();
        let observer = memglass::Observer::builder().dir(dir.path()).attach("s");
        let attached = Attached::new(observer.expect("an observer"));
        let host = ScriptHost::new(attached, Arc::default(), Rc::new(|_: &str| {}));
        (dir, session.expect("a session"), host)
    }

    /// Counts how often it is copied.
    struct Copied(Rc<std::cell::Cell<usize>>);

    impl Clone for Copied {
        fn clone(&self) -> Self {
            self.0.set(self.0.get() + 1);
            Copied(Rc::clone(&self.0))
        }
    }

    #[test]
    fn variables_are_looked_at_and_not_copied() {
        let (_dir, _session, mut host) = host();
        let copies = Rc::default();
        let copied = || Dynamic::from(Copied(Rc::clone(&copies)));
        host.scope.push("one", copied());
        host.scope
            .push_dynamic("list", Dynamic::from_array(vec![copied(), copied()]));
        host.scope
            .push_dynamic("shared", Dynamic::from_array(vec![copied()]).into_shared());
        let names = host.names();
        let held: HashMap<_, _> = names.variables.into_iter().collect();
        assert_eq!(held["one"], memglass_syntax::Held::Other);
        assert_eq!(held["list"], memglass_syntax::Held::Plain("#array"));
        assert_eq!(held["shared"], memglass_syntax::Held::Plain("#array"));
        assert!(host.near("lisst").is_some());
        assert_eq!(copies.get(), 0);
    }

    /// What every value of ours can do, as all of Rhai's can.
    const UNLISTED: [&str; 4] = ["to_string", "to_debug", "to_int", "to_float"];

    #[test]
    fn the_functions_of_the_help_are_those_that_are_registered() {
        let (_dir, _session, host) = host();
        let of_library = |name: &str, receiver: &str| {
            let mut library = memglass_syntax::library().iter();
            library.any(|known| known.name == name && known.receiver == Some(receiver))
        };
        // What a list of objects can do because arrays can is listed with the functions of arrays, and what texts can
        // with Rhai's own library.
        let name = |info: rhai::FuncInfo| {
            let (name, types) = (&info.metadata.name, &info.metadata.param_types);
            let list = std::any::TypeId::of::<object_list::ObjectList>();
            let text = std::any::TypeId::of::<rhai::ImmutableString>();
            let is_of_texts = types.first() == Some(&text) && of_library(name, "#string");
            let is_borrowed =
                types.first() == Some(&list) && of_library(name, "#array") || is_of_texts;
            (!is_borrowed).then(|| name.to_string())
        };
        let mut registered = host.engine.collect_fn_metadata(None, name, false);
        registered.retain(|name| {
            let is_called =
                memglass_syntax::is_identifier(name) || ["print", "debug"].contains(&name.as_str());
            is_called && !UNLISTED.contains(&name.as_str())
        });
        // It is syntax.
        registered.push("explain".into());
        registered.sort();
        registered.dedup();
        let mut helped: Vec<&str> = FUNCTIONS.iter().map(|help| help.name).collect();
        helped.sort_unstable();
        helped.dedup();
        assert_eq!(registered, helped);
    }

    #[test]
    fn pitfall_17_the_deepest_script_that_limits_allow_fits_the_stack_that_is_asked_for() {
        let thread = std::thread::Builder::new()
            .stack_size(ScriptHost::STACK_BYTES)
            .spawn(|| {
                let (_dir, _session, mut host) = host();
                let (open, close) = ("[".repeat(18), "]".repeat(18));
                let source =
                    format!("fn down(n) {{ if n > 0 {{ {open}down(n - 1){close} }} }} down(63)");
                host.eval(&source).map(drop).map_err(|error| error.text())
            });
        assert_eq!(thread.expect("a thread").join().expect("no panic"), Ok(()));
    }
}
