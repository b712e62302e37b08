//! Scripts: one Rhai engine bound to the attached session.
//!
//! Everything here lives on one thread, so that a user's code never races itself. What a script may do is in
//! `bindings`; how values cross is in `convert`; what can be compared is in `compare`.
//!
//! Bare labels (`AAPL_position.quantity`) and `obs` are answered by Rhai's variable hook. It makes each
//! variable access about 8 ns slower, and in return a label always means the object that has it now, also in
//! functions, in loops and in closures that run much later, without anything to keep up to date. Names that the
//! parser knows to be local never ask it, and a user's `let` of the same name wins.

mod bindings;
mod caret;
mod compare;
mod context;
mod convert;
mod describe;
mod duration;
mod error;
mod flags;
mod halt;
mod incomplete;
mod library;
mod limits;
pub(crate) mod names;
mod place;
mod present;
mod shown;
mod sources;
mod symbols;
mod tokens;
mod wide;

use std::cell::RefCell;
use std::collections::HashSet;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rhai::{
    AST, Dynamic, Engine, EvalAltResult, EvalContext, Expr, OptimizationLevel, Scope, Stmt,
};

pub use bindings::{FUNCTIONS, FunctionHelp};
pub use caret::Excerpt;
pub use error::{Failure, ScriptError};
pub use incomplete::is_incomplete;
pub use library::{LibraryFunction, library};
pub use names::{FieldName, FunctionName, Names};
pub use shown::{Cell, Record, Row, Shown, Table, json};

use self::bindings::{FieldNames, Session};
use self::context::Context;
use self::place::{Node, Place};
use self::sources::Sources;
use crate::session::Attached;

/// A script engine with its variables and functions.
///
/// Evaluation is recursive: its thread needs a stack of [`ScriptHost::STACK_BYTES`].
pub struct ScriptHost {
    engine: Engine,
    context: Rc<Context>,
    scope: Scope<'static>,
    /// All functions and closures so far: a closure can be called only together with them.
    library: AST,
    sources: Sources,
    field_names: FieldNames,
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
        let mut host = Self {
            engine: engine(&context),
            context,
            scope: Scope::new(),
            library: AST::empty(),
            sources: Sources::default(),
            field_names: FieldNames::default(),
            names: RefCell::default(),
            life,
        };
        host.take_in();
        host
    }

    /// What is attached.
    pub fn attached(&self) -> &Attached {
        &self.context.attached
    }

    /// Evaluates a line or a whole script; variables and functions stay for the next one, `_` is its result.
    ///
    /// # Errors
    ///
    /// [`ScriptError`]: the text is no program, something failed, it was interrupted, or it called `exit`.
    /// What it did before stays done.
    pub fn eval(&mut self, source: &str) -> Result<Shown, ScriptError> {
        self.eval_named("", source)
    }

    /// Evaluates the script in a file; errors name the file.
    ///
    /// # Errors
    ///
    /// As [`ScriptHost::eval`]; also if the file cannot be read.
    pub fn eval_file(&mut self, path: &Path) -> Result<Shown, ScriptError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| ScriptError::plain(format!("cannot read {name}: {error}")))?;
        self.eval_named(&name, &text)
    }

    /// Sets a variable: script arguments, for example.
    pub fn set_variable(&mut self, name: &str, value: Vec<String>) {
        let value: rhai::Array = value.into_iter().map(Dynamic::from).collect();
        self.scope.set_value(name.to_owned(), value);
    }

    /// The engine, to register functions of one's own.
    pub fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// All names that a line may contain, as of now.
    pub fn names(&mut self) -> Names {
        self.take_in();
        let variables = self.scope.iter().map(|(name, _, value)| {
            let type_name = value.read_lock::<Place>().map(|place| place.type_name());
            let type_name = type_name.or_else(|| library::kind_of(&value).map(str::to_owned));
            (name.to_owned(), type_name)
        });
        Names {
            variables: variables.collect(),
            functions: Arc::new(self.functions()),
            ..self.session_names()
        }
    }

    fn eval_named(&mut self, name: &str, source: &str) -> Result<Shown, ScriptError> {
        self.take_in();
        self.sources.enter(name, source);
        let result = self.run(name, source).and_then(|(value, read)| {
            let shown = present::shown(&value, read.as_ref(), &self.context)?;
            self.keep_result(value);
            Ok(shown)
        });
        self.context.clear_interrupt();
        prune(&mut self.scope);
        result
            .map_err(|error| ScriptError::from_rhai(*error, &self.sources, &|name| self.near(name)))
    }

    /// The value, and the field it was read from if the text ends in reading one.
    fn run(
        &mut self,
        name: &str,
        source: &str,
    ) -> Result<(Dynamic, Option<Rc<Node>>), Box<EvalAltResult>> {
        // The first line of an executable script becomes a comment.
        let source = source
            .strip_prefix("#!")
            .map_or(source.into(), |rest| format!("// {rest}"));
        self.context.source.replace(source.clone());
        let mut ast = self.engine.compile_with_scope(&self.scope, &source)?;
        ast.set_source(name);
        self.sources.define(&ast);
        let reads = ends_in_access(&ast);
        let mut all = self.library.merge(&ast);
        all.set_source(name);
        self.library = all.clone_functions_only();
        self.context.last_read.replace(None);
        let value = self
            .engine
            .eval_ast_with_scope::<Dynamic>(&mut self.scope, &all)?
            .flatten();
        self.context
            .halted()
            .map_or(Ok(()), |halt| Err(halt.error()))?;
        let read = self
            .context
            .last_read
            .take()
            .filter(|_| reads)
            .map(|read| read.node);
        Ok((value, read))
    }

    fn keep_result(&mut self, value: Dynamic) {
        if !value.is_unit() {
            self.scope.set_or_push("_", value);
        }
    }

    /// Takes in objects and types that are new.
    fn take_in(&mut self) {
        // A session that cannot be refreshed is readable as of before; what is wrong shows when it is read.
        let _ = self.context.refresh();
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

    fn functions(&self) -> Vec<FunctionName> {
        let own = self
            .library
            .iter_functions()
            .filter(|function| !function.name.starts_with("anon$"));
        let own = own.map(|function| FunctionName {
            name: function.name.to_owned(),
            signature: function.to_string(),
        });
        let built_in = FUNCTIONS.iter().map(|help| FunctionName {
            name: help.name.into(),
            signature: help.signature.into(),
        });
        let mut all: Vec<FunctionName> = own.chain(built_in).collect();
        all.sort();
        all
    }

    /// The known name closest to a mistyped one.
    fn near(&self, name: &str) -> Option<String> {
        let variables = self
            .scope
            .iter()
            .map(|(name, ..)| name.to_owned())
            .filter(|name| name != "_");
        let observer = self.context.attached.observer();
        let labels = names::labels(&observer);
        let functions = self.functions().into_iter().map(|function| function.name);
        names::nearest(name, variables.chain(labels).chain(functions))
    }
}

/// The context holds nodes and nodes hold the context: forgetting the nodes lets both go.
impl Drop for ScriptHost {
    fn drop(&mut self) {
        self.context.forget();
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

fn engine(context: &Rc<Context>) -> Engine {
    let mut engine = Engine::new();
    limits::set(&mut engine);
    // Rhai's optimizer replaces constants by their values, which for an object would be a copy of the proxy
    // that cannot be assigned through.
    engine.set_optimization_level(OptimizationLevel::None);
    bindings::register(&mut engine, context);
    let watched = context.clone();
    engine.on_progress(move |_| watched.halted().map(Dynamic::from));
    let session = Session(context.clone());
    #[expect(deprecated, reason = "marked volatile; the version is pinned")]
    engine.on_var(move |name, index, call| variable(&session, name, index, &call));
    engine
}

/// `obs`, or the object whose label is this name; whatever the script itself calls by the name comes first.
fn variable(
    session: &Session,
    name: &str,
    index: usize,
    call: &EvalContext<'_, '_, '_, '_, '_, '_>,
) -> Result<Option<Dynamic>, Box<EvalAltResult>> {
    if index > 0 || call.scope().contains(name) {
        return Ok(None);
    }
    if name == "obs" {
        return Ok(Some(Dynamic::from(session.clone())));
    }
    Ok(session.0.find(name)?.map(Dynamic::from))
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
mod tests {
    use super::*;

    #[test]
    fn every_function_of_the_help_exists() {
        let dir = tempfile::tempdir().expect("a directory");
        let _session = memglass::Session::builder("s")
            .dir(dir.path())
            .create()
            .expect("a session");
        let observer = memglass::AttachOptions::new()
            .dir(dir.path())
            .attach("s")
            .expect("an observer");
        let host = ScriptHost::new(
            Attached::new(observer),
            Arc::default(),
            Rc::new(|_: &str| {}),
        );
        let known = host.engine.collect_fn_metadata(
            None,
            |function| Some(function.metadata.name.to_string()),
            true,
        );
        for help in FUNCTIONS.iter().filter(|help| help.name != "explain") {
            assert!(known.iter().any(|name| name == help.name), "{}", help.name);
        }
    }

    #[test]
    fn pitfall_17_the_deepest_script_that_limits_allow_fits_the_stack_that_is_asked_for() {
        let thread = std::thread::Builder::new()
            .stack_size(ScriptHost::STACK_BYTES)
            .spawn(|| {
                let dir = tempfile::tempdir().expect("a directory");
                let _session = memglass::Session::builder("s")
                    .dir(dir.path())
                    .create()
                    .expect("a session");
                let observer = memglass::AttachOptions::new()
                    .dir(dir.path())
                    .attach("s")
                    .expect("an observer");
                let mut host = ScriptHost::new(
                    Attached::new(observer),
                    Arc::default(),
                    Rc::new(|_: &str| {}),
                );
                let (open, close) = ("[".repeat(18), "]".repeat(18));
                let source =
                    format!("fn down(n) {{ if n > 0 {{ {open}down(n - 1){close} }} }} down(63)");
                host.eval(&source)
                    .map(drop)
                    .map_err(|error| error.render(false))
            });
        assert_eq!(thread.expect("a thread").join().expect("no panic"), Ok(()));
    }
}
