//! A compiled expression whose value is followed.

use std::sync::Arc;

use memglass::{Observer, ReadError, Value};
use memglass_watch::{EvalError, Expression, Sample};

/// An expression and the value that it had last.
pub(super) struct Watched {
    pub(super) id: u64,
    pub(super) watch: usize,
    pub(super) text: Arc<str>,
    expression: Expression,
    last: Option<Sample>,
}

/// What a look at it showed.
pub(super) enum Look {
    Appeared(Value),
    Changed(Value, Value),
    /// It has no value; the last that it had, and why it has none. The reason is missing where a name means another
    /// object now.
    Vanished(Value, Option<String>),
}

impl Watched {
    pub(super) fn new(id: u64, watch: usize, text: Arc<str>, expression: Expression) -> Self {
        Watched {
            id,
            watch,
            text,
            expression,
            last: None,
        }
    }

    /// The value that it had last.
    pub(super) fn last(&self) -> Option<&Value> {
        self.last.as_ref().map(|Sample(value)| value)
    }

    /// Looks at it; calls `see` with what that showed.
    pub(super) fn look(&mut self, observer: &Observer, mut see: impl FnMut(Look)) {
        if self.expression.refresh(observer)
            && let Some(Sample(last)) = self.last.take()
        {
            see(Look::Vanished(last, None));
        }
        match (self.expression.value(observer), self.last.take()) {
            (Ok(now), last) => {
                let now = Sample(now);
                match last {
                    Some(last) if last == now => {}
                    Some(Sample(old)) => see(Look::Changed(old, now.0.clone())),
                    None => see(Look::Appeared(now.0.clone())),
                }
                self.last = Some(now);
            }
            // It is being written without a pause: the next look may have more luck.
            (Err(EvalError::Read(ReadError::Contended { .. })), last) => self.last = last,
            (Err(why), Some(Sample(last))) => see(Look::Vanished(last, Some(why.to_string()))),
            (Err(_), None) => {}
        }
    }
}
