//! A condition that somebody waits for.

use std::time::Duration;

use memglass::{Observer, Presence};
use memglass_watch::{Condition, Counters, Expression, Observed, Settings, State};

use super::meaning;
use crate::commands::CommandError;

/// A condition that is to become true, and to stay so for a while.
pub struct Awaited {
    observer: Observer,
    expression: Expression,
    condition: Condition,
    settings: Settings,
    counters: Counters,
    presence: Presence,
    ask_at: Duration,
}

/// How often it is asked whether the producer is there: that costs some microseconds.
const ASK_EVERY: Duration = Duration::from_millis(50);

impl Awaited {
    /// The condition of a text, looked at each `period`; it is to be true for `lasting`. The second is what is worth
    /// telling although it is a condition.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: what is wrong with the text, and where.
    pub fn new(
        observer: Observer,
        text: &str,
        lasting: Option<Duration>,
        period: Duration,
    ) -> Result<(Awaited, Vec<String>), CommandError> {
        let (expression, warnings) = meaning::condition(&observer, text)?;
        let awaited = Awaited {
            presence: observer.producer(),
            observer,
            expression,
            condition: Condition::new(),
            settings: Settings {
                lasting,
                period,
                ..Settings::default()
            },
            counters: Counters::default(),
            ask_at: Duration::ZERO,
        };
        Ok((awaited, warnings))
    }

    /// When it will have been true for long enough, if it stays so.
    pub(super) fn due(&self) -> Option<Duration> {
        match self.condition.state(&self.settings) {
            State::Pending { since } => Some(since.saturating_add(self.settings.lasting?)),
            _ => None,
        }
    }

    /// Looks at it at `time`; whether it is true now, and was for long enough.
    ///
    /// What the producer wrote last counts, and only once: the memory of a dead one makes nothing last.
    pub fn look(&mut self, time: Duration) -> bool {
        // What cannot be refreshed is known as of before.
        let _ = self.observer.refresh();
        if time >= self.ask_at {
            self.ask_at = time + ASK_EVERY;
            self.presence = self.observer.producer();
        }
        if self.expression.refresh(&self.observer) {
            self.condition.start_anew(&mut self.counters);
        }
        let truth = self.expression.truth(&self.observer);
        let observed = Observed::at(time, truth);
        let rise = self
            .condition
            .observe(&self.settings, observed, &mut self.counters);
        rise.is_some()
    }

    /// What became of the producer, as of a moment ago.
    pub fn producer(&self) -> Presence {
        self.presence
    }

    /// What the condition is now, in words.
    pub fn state(&mut self) -> String {
        match self.expression.holds(&self.observer) {
            Err(why) => format!("unknown: {why}"),
            Ok(true) if self.settings.lasting.is_some() => "true, not for long enough".to_owned(),
            Ok(true) => "true".to_owned(),
            Ok(false) => "false".to_owned(),
        }
    }
}
