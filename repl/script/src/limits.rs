//! How much a script may ask of the engine, the same in every build: Rhai's own defaults are much
//! smaller in debug builds, and a script that a test accepts must not fail in use.
//!
//! While one of the limits of size is set, Rhai measures a whole array after each call of a method on it. So filling
//! an array with `push` takes time with the square of its length. There is no way around it: Rhai has no hook for
//! sizes, and without its limits a text that is doubled in a loop would take all memory of the host. `map`, `filter`
//! and a range make long arrays in linear time.

use memglass_syntax::EXPRESSION_DEPTHS;
use rhai::{Engine, INT, Map};

/// What of the stack is left to functions that a script calls.
const STACK_RESERVE: usize = 4 << 20;

/// What scripts may take of it.
const MOST_STACK: usize = super::ScriptHost::STACK_BYTES - STACK_RESERVE;

/// How much a script may ask for. What goes beyond ends it with an error; time is another matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Steps of one evaluation: statements and parts of expressions. 0 is any number.
    pub operations: u64,
    /// Calls of functions within calls. Whatever it says, a script ends before the stack does.
    pub calls: usize,
    /// Bytes in one text.
    pub text_bytes: usize,
    /// Elements in one array, nested ones included.
    pub elements: usize,
    /// Entries in one map, nested ones included.
    pub entries: usize,
    /// Bytes of stack that scripts may take: at most 28 MiB, of which they are given a stack.
    pub stack_bytes: usize,
}

impl Default for Limits {
    /// Enough for a list of ten million objects, and for functions that call themselves to some depth.
    fn default() -> Self {
        Self {
            operations: 0,
            calls: 512,
            text_bytes: 64 << 20,
            elements: 16 << 20,
            entries: 1 << 20,
            stack_bytes: MOST_STACK,
        }
    }
}

impl Limits {
    /// The same without asking for more stack than there is.
    pub(crate) fn within_reach(self) -> Self {
        let stack_bytes = self.stack_bytes.min(MOST_STACK);
        Limits {
            stack_bytes,
            ..self
        }
    }

    /// Those that the engine itself keeps; the others are kept by [`super::run::Run::halted`].
    pub(crate) fn set(self, engine: &mut Engine) {
        let (top, inside) = EXPRESSION_DEPTHS;
        engine
            .set_max_call_levels(self.calls)
            .set_max_expr_depths(top, inside)
            .set_max_string_size(self.text_bytes)
            .set_max_array_size(self.elements)
            .set_max_map_size(self.entries);
    }

    /// For a script: those that scripts may set.
    pub(crate) fn map(self) -> Map {
        let entries = NAMES.map(|name| (name.into(), self.named(name).into()));
        entries.into_iter().collect()
    }

    /// The same with one of them changed by a script.
    ///
    /// # Errors
    ///
    /// That there is none of this name, or that it cannot be so much.
    pub(crate) fn with(mut self, name: &str, value: INT) -> Result<Self, String> {
        let least = if name == "operations" { 0 } else { 1 };
        let number = usize::try_from(value)
            .ok()
            .filter(|number| *number >= least)
            .ok_or_else(|| {
                format!("{value} cannot be the limit for {name}: it must be {least} or more")
            })?;
        match name {
            "operations" => self.operations = number as u64,
            "calls" => self.calls = number,
            "text_bytes" => self.text_bytes = number,
            "elements" => self.elements = number,
            "entries" => self.entries = number,
            _ => {
                return Err(format!(
                    "there is no limit {name:?}; there are {}",
                    NAMES.join(", ")
                ));
            }
        }
        Ok(self)
    }

    fn named(self, name: &str) -> INT {
        let number = match name {
            "operations" => self.operations as usize,
            "calls" => self.calls,
            "text_bytes" => self.text_bytes,
            "elements" => self.elements,
            _ => self.entries,
        };
        INT::try_from(number).unwrap_or(INT::MAX)
    }
}

/// The limits that scripts may set.
const NAMES: [&str; 5] = ["operations", "calls", "text_bytes", "elements", "entries"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_set_by_its_name() {
        for name in NAMES {
            let limits = Limits::default().with(name, 1234).expect("a limit");
            assert_eq!(limits.named(name), 1234, "{name}");
            assert_ne!(Limits::default().named(name), 1234, "{name}");
        }
    }

    #[test]
    fn there_is_no_more_stack_than_there_is() {
        let with = |stack_bytes| Limits {
            stack_bytes,
            ..Limits::default()
        };
        assert_eq!(with(usize::MAX).within_reach(), Limits::default());
        assert_eq!(with(1 << 20).within_reach(), with(1 << 20));
    }

    #[test]
    fn what_is_no_limit_is_refused() {
        let error = |name, value| Limits::default().with(name, value).expect_err("no limit");
        assert!(error("cals", 5).contains("there are operations, calls"));
        assert_eq!(
            error("calls", 0),
            "0 cannot be the limit for calls: it must be 1 or more"
        );
        assert!(Limits::default().with("operations", 0).is_ok());
    }
}
