//! Closures that a list calls for its elements: what they are called with, and what they may do.
//!
//! A function that asks (`filter`, `map`, `order_by`, …) must not change the program that is looked at: with
//! `filter(|o| o.status = "OPEN")` one lost character would store into every order. So writes inside are
//! refused, and an answer that is neither true nor false is an error where one of the two is needed.

use rhai::{Dynamic, EvalAltResult, FnPtr, INT, NativeCallContext};

use super::context::Context;
use super::convert::noun;
use super::place::Place;

/// Arguments of a closure that nobody calls with more.
const MOST_ARGUMENTS: usize = 8;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// A closure and who calls it.
pub(crate) struct Ask<'c> {
    call: &'c NativeCallContext<'c>,
    context: &'c Context,
    /// The function that asks.
    name: &'static str,
    closure: FnPtr,
    /// How many arguments it takes.
    count: usize,
    /// Whether an element that is gone has no answer instead of an error.
    skips_gone: bool,
}

impl<'c> Ask<'c> {
    /// A closure that is called with one of `counts` arguments; `forms` tells of which ones.
    ///
    /// # Errors
    ///
    /// It takes another number of arguments.
    pub(crate) fn new(
        call: &'c NativeCallContext<'c>,
        context: &'c Context,
        name: &'static str,
        closure: FnPtr,
        counts: &[usize],
        forms: &str,
    ) -> Result<Self> {
        let count = match arguments(call, &closure, counts) {
            Ok(count) => count,
            Err(found) => {
                return Err(context.remarks.advise(
                    format!("`{name}` cannot call a closure of {found} arguments"),
                    format!("it calls {forms}"),
                ));
            }
        };
        Ok(Self {
            call,
            context,
            name,
            closure,
            count,
            skips_gone: false,
        })
    }

    /// A closure that is called with an element, which may be `this`, and its index.
    pub(crate) fn of_element(
        call: &'c NativeCallContext<'c>,
        context: &'c Context,
        name: &'static str,
        closure: FnPtr,
    ) -> Result<Self> {
        let forms = "|x| … with an element, or |x, index| …";
        Self::new(call, context, name, closure, &[0, 1, 2], forms)
    }

    /// The same where objects that are destroyed meanwhile are left out.
    pub(crate) fn skipping_gone(self, skips_gone: bool) -> Self {
        Self { skips_gone, ..self }
    }

    /// How many arguments the closure takes.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Calls it with just these arguments.
    pub(crate) fn call<const N: usize>(&self, arguments: [Dynamic; N]) -> Result<Dynamic> {
        self.closure.call_raw(self.call, None, arguments)
    }

    /// Calls it with these arguments, an element and its index, as far as it takes them.
    pub(crate) fn fold(
        &self,
        sum: Dynamic,
        element: &mut Dynamic,
        index: usize,
    ) -> Result<Dynamic> {
        match self.count {
            1 => self.closure.call_raw(self.call, Some(element), [sum]),
            2 => self.call([sum, element.clone()]),
            _ => self.call([sum, element.clone(), number(index)]),
        }
    }

    /// The answer for an element; `None` if the element is an object that is gone and such are left out.
    pub(crate) fn answer(&self, element: &mut Dynamic, index: usize) -> Result<Option<Dynamic>> {
        let answer = match self.count {
            0 => self.closure.call_raw(self.call, Some(element), []),
            1 => self.call([element.clone()]),
            _ => self.call([element.clone(), number(index)]),
        };
        match answer {
            Err(error) if self.skips_gone && self.is_gone(element, &error) => Ok(None),
            answer => answer.map(|answer| Some(answer.flatten())),
        }
    }

    /// Whether it holds for an element.
    pub(crate) fn holds(&self, element: &mut Dynamic, index: usize) -> Result<bool> {
        match self.answer(element, index)? {
            Some(answer) => self.truth(&answer),
            None => Ok(false),
        }
    }

    /// The answer as true or false.
    ///
    /// # Errors
    ///
    /// It is neither.
    pub(crate) fn truth(&self, answer: &Dynamic) -> Result<bool> {
        answer.as_bool().map_err(|_| {
            let help = match answer.is_unit() {
                true => "`==` compares; `=` stores, and has no answer",
                false => "compare the answer with something: `|x| x.quantity > 0`",
            };
            let name = self.name;
            let message = match answer.is_unit() {
                true => format!("`{name}` asks for true or false, and the closure gave nothing"),
                false => format!(
                    "`{name}` asks for true or false, and the closure gave {}",
                    noun(answer)
                ),
            };
            self.context.remarks.advise(message, help)
        })
    }

    /// Whether the error says that just this element is gone.
    fn is_gone(&self, element: &Dynamic, error: &EvalAltResult) -> bool {
        element.read_lock::<Place>().is_some_and(|place| {
            !place.node.is_alive() && self.context.remarks.is_about_gone(error, place.path())
        })
    }
}

fn number(index: usize) -> Dynamic {
    Dynamic::from_int(INT::try_from(index).unwrap_or(INT::MAX))
}

/// Which of `counts` arguments the closure takes, or how many it takes instead. What is no function of a script
/// tells nothing, and is called with the fewest that are not none.
fn arguments(
    call: &NativeCallContext,
    closure: &FnPtr,
    counts: &[usize],
) -> std::result::Result<usize, usize> {
    let captured = closure.curry().len();
    let takes = |count: usize| {
        call.iter_namespaces().any(|module| {
            module
                .get_script_fn(closure.fn_name(), captured + count)
                .is_some()
        })
    };
    if let Some(count) = counts.iter().find(|count| takes(**count)) {
        return Ok(*count);
    }
    match (0..=MOST_ARGUMENTS).find(|count| takes(*count)) {
        Some(found) => Err(found),
        None => Ok(counts.iter().copied().find(|count| *count > 0).unwrap_or(0)),
    }
}
