//! The evaluation under way, and what ends it early.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rhai::EvalAltResult;

use super::error::text_of;
use super::halt::Halt;
use super::limits::Limits;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// What ends an evaluation: an interruption, an error that Rhai would drop, a limit.
pub(crate) struct Run {
    interrupt: Arc<AtomicBool>,
    /// Whether the interruption was seen, so that the evaluation ends by it.
    is_obeyed: Cell<bool>,
    is_failed: Cell<bool>,
    failed: RefCell<Option<String>>,
    pub(crate) limits: Cell<Limits>,
    /// Where its stack begins.
    stack: Cell<usize>,
    /// Who is told now and then that it still goes on.
    onlooker: RefCell<Option<Rc<dyn Fn()>>>,
    /// How often it was asked whether it is to stop.
    looks: Cell<u32>,
}

/// So often it is asked whether a script is to stop between two times at which the onlooker hears that it goes on.
const LOOKS: u32 = 1024;

impl Run {
    /// Storing true into `interrupt` ends an evaluation.
    pub(crate) fn new(interrupt: Arc<AtomicBool>) -> Self {
        Run {
            interrupt,
            is_obeyed: Cell::default(),
            is_failed: Cell::default(),
            failed: RefCell::default(),
            limits: Cell::default(),
            stack: Cell::default(),
            onlooker: RefCell::default(),
            looks: Cell::default(),
        }
    }

    /// It begins here.
    pub(crate) fn begin(&self) {
        self.stack.set(stack_pointer());
        self.is_failed.set(false);
    }

    /// It ends here. An interruption that came too late to end it is left to the next one.
    pub(crate) fn end(&self) {
        if self.is_obeyed.take() {
            self.clear_interrupt();
        }
    }

    /// Whether the script is to stop, which it then has to.
    pub(crate) fn is_interrupted(&self) -> bool {
        let looks = self.looks.get().wrapping_add(1);
        self.looks.set(looks);
        if looks.is_multiple_of(LOOKS) {
            self.go_on();
        }
        let is_interrupted = self.interrupt.load(Ordering::Relaxed);
        if is_interrupted {
            self.is_obeyed.set(true);
        }
        is_interrupted
    }

    /// From now on `onlooker` is told now and then that a script goes on.
    pub(crate) fn set_onlooker(&self, onlooker: Rc<dyn Fn()>) {
        self.onlooker.replace(Some(onlooker));
    }

    #[cold]
    fn go_on(&self) {
        let onlooker = self.onlooker.borrow().clone();
        onlooker.into_iter().for_each(|onlooker| onlooker());
    }

    /// What stops it when it is true.
    pub(crate) fn interrupt(&self) -> &Arc<AtomicBool> {
        &self.interrupt
    }

    /// Ends the script if it is to stop; for bindings that take long.
    pub(crate) fn check_interrupt(&self) -> Result<()> {
        if self.is_interrupted() {
            Err(Halt::Interrupted.error())
        } else {
            Ok(())
        }
    }

    /// What ended the script, if this did at first sight: parsing a text that is interrupted fails as if it were wrong.
    pub(crate) fn ended_by(&self, error: Box<EvalAltResult>) -> Box<EvalAltResult> {
        match Halt::of(&error) {
            Some(_) => error,
            None => self.check_interrupt().err().unwrap_or(error),
        }
    }

    /// The interruption was obeyed.
    pub(crate) fn clear_interrupt(&self) {
        self.interrupt.store(false, Ordering::Relaxed);
    }

    /// Ends the script with this error at its next step.
    ///
    /// For the text of a value inside of `"${p}"`: an error there Rhai would replace by the name of a type.
    pub(crate) fn fail(&self, error: &EvalAltResult) {
        self.failed.replace(Some(text_of(error)));
        self.is_failed.set(true);
    }

    /// Why the script is to end, if it is. Asked at each of its steps, of which there were `steps`.
    pub(crate) fn halted(&self, steps: u64) -> Option<Halt> {
        if self.is_interrupted() {
            return Some(Halt::Interrupted);
        }
        if self.is_failed.take() {
            return self.failed.take().map(Halt::Failed);
        }
        let limits = self.limits.get();
        if limits.operations > 0 && steps > limits.operations {
            return Some(Halt::TooLong);
        }
        let deep = self.stack.get().abs_diff(stack_pointer());
        (deep > limits.stack_bytes).then_some(Halt::TooDeep)
    }
}

/// About where the stack ends now.
#[inline(never)]
fn stack_pointer() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::raise;

    #[test]
    fn a_failure_that_rhai_drops_ends_the_script_at_its_next_step() {
        let run = Run::new(Arc::default());
        run.begin();
        assert_eq!(run.halted(0), None);
        run.fail(&raise("gone"));
        assert_eq!(run.halted(0), Some(Halt::Failed("gone".into())));
        assert_eq!(run.halted(0), None);
    }
}
