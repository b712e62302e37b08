//! How often triggers are to fire in a run: what makes a script a test.

use rhai::{Engine, EvalAltResult, INT, NativeCallContext};

use super::Automation;
use super::drive::Outcome;
use super::functions::origin;
use super::trigger::Trigger;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// What was said of a trigger.
pub(super) struct Expected {
    trigger: Trigger,
    /// How often it is to fire; if not said, at least once.
    times: Option<u64>,
    /// Where that stands.
    origin: String,
}

/// Registers `expect_fired`.
pub(super) fn register(engine: &mut Engine, automation: &Automation) {
    let shared = automation.clone();
    engine.register_fn(
        "expect_fired",
        move |call: NativeCallContext, trigger: Trigger| shared.expect(&call, trigger, None),
    );
    let shared = automation.clone();
    engine.register_fn(
        "expect_fired",
        move |call: NativeCallContext, trigger: Trigger, times: INT| {
            let refused = || {
                let message = format!("a trigger cannot fire {times} times");
                shared.callbacks().refusal(message, "0 is never")
            };
            let times = u64::try_from(times).map_err(|_| refused())?;
            shared.expect(&call, trigger, Some(times))
        },
    );
}

impl Automation {
    fn expect(
        &self,
        call: &NativeCallContext<'_>,
        trigger: Trigger,
        times: Option<u64>,
    ) -> Result<()> {
        self.settle(call.engine())?;
        if trigger.status().is_none() {
            let message = "this trigger is not defined yet, so it never fires".to_owned();
            let help = "its last setting is `.run(…)`";
            return Err(self.callbacks().refusal(message, help));
        }
        let origin = origin(call);
        self.0.expected.borrow_mut().push(Expected {
            trigger,
            times,
            origin,
        });
        Ok(())
    }

    /// How many expectations there are.
    pub(crate) fn expectations(&self) -> usize {
        self.0.expected.borrow().len()
    }

    /// Tells the expectations that were not met; the run has failed then. False if there are such.
    pub(crate) fn check_expectations(&self) -> bool {
        let mut are_met = true;
        for expected in &*self.0.expected.borrow() {
            let Some(text) = expected.unmet() else {
                continue;
            };
            are_met = false;
            let outcome = self.0.outcome.get();
            self.0.outcome.set(Outcome {
                has_failed: true,
                ..outcome
            });
            self.tell(&text);
        }
        are_met
    }
}

impl Expected {
    /// What to say if it was not met.
    fn unmet(&self) -> Option<String> {
        let status = self.trigger.status();
        let fired = status.map_or(0, |status| status.counters.fired);
        let is_met = match self.times {
            Some(times) => fired == times,
            None => fired > 0,
        };
        if is_met {
            return None;
        }
        let wanted = match self.times {
            None => "at least once".to_owned(),
            Some(times) => counted(times),
        };
        let title = self.trigger.entry.title();
        let place = match self.origin.is_empty() {
            true => String::new(),
            false => format!("{}: ", self.origin),
        };
        let fired = counted(fired);
        Some(format!(
            "{place}expected the trigger ({title}) to fire {wanted}, and it fired {fired}"
        ))
    }
}

fn counted(times: u64) -> String {
    match times {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        times => format!("{times} times"),
    }
}
