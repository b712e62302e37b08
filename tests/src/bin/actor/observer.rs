//! The observer's commands.

use std::collections::HashMap;

use memglass::{Field, Observer, Value, WriteError};

use crate::until_told::Input;
use crate::{Answer, churn, cut, say, trap};

/// An attachment and the fields resolved so far.
pub(crate) struct Watching {
    observer: Observer,
    fields: HashMap<String, Field>,
}

impl Watching {
    pub(crate) fn attach(
        name: &str,
        writable: bool,
    ) -> Result<Watching, Box<dyn std::error::Error>> {
        let options = if writable {
            Observer::builder().writable()
        } else {
            Observer::builder()
        };
        Ok(Watching {
            observer: options.attach(name)?,
            fields: HashMap::new(),
        })
    }

    pub(crate) fn obey(&mut self, words: &[&str], input: &Input) -> Answer {
        match *words {
            ["read", path] => Ok(self.field(path)?.read()?.to_string()),
            ["write", path, number] => {
                let number: u64 = number.parse()?;
                self.field(path)?.write(&number.into())?;
                Ok(String::new())
            }
            ["insist", path, rounds] => self.insist(path, rounds.parse()?),
            ["presence"] => Ok(format!("{:?}", self.observer.producer())),
            ["maps"] => Ok(std::fs::read_to_string("/proc/self/maps")?.replace('\n', "|")),
            ["count", label, rounds] => self.count(label, rounds.parse()?),
            ["trap", how, path] => trap::trap(&self.field(path)?, how),
            ["hold", path, number] => self.hold(path, number.parse()?),
            ["devour", path, number] => {
                let field = self.field(path)?;
                cut::devour(&mut self.observer, &field, number.parse()?, input)
            }
            ["fill", path, number] => cut::fill(&self.field(path)?, number.parse()?, input),
            ["sign"] => churn::mark_targets(&mut self.observer, input),
            ["check"] => churn::look_at_all(&mut self.observer, input),
            _ => Err(format!("no such command: {words:?}").into()),
        }
    }

    fn field(&mut self, path: &str) -> Result<Field, Box<dyn std::error::Error>> {
        if let Some(field) = self.fields.get(path) {
            return Ok(field.clone());
        }
        self.observer.refresh()?;
        let field = self.observer.field(path)?;
        self.fields.insert(path.into(), field.clone());
        Ok(field)
    }

    /// Counts up each kind of counter, `rounds` times.
    fn count(&mut self, label: &str, rounds: u64) -> Answer {
        let hits = self.field(&format!("{label}.hits"))?;
        let total = self.field(&format!("{label}.total"))?;
        let pair = self.field(&format!("{label}.pair"))?;
        let one = Value::from(1_u64);
        for _ in 0..rounds {
            hits.add(&one)?;
            patiently(|| total.add(&one).map(drop))?;
            patiently(|| pair.update(count_pair).map(drop))?;
        }
        Ok(String::new())
    }

    /// Writes `rounds` times without pause; says `ok` before it begins, and then tells how long one write took at most.
    fn insist(&mut self, path: &str, rounds: u64) -> Answer {
        let field = self.field(path)?;
        say("ok insisting");
        let mut longest = std::time::Duration::ZERO;
        for number in 0..rounds {
            let start = std::time::Instant::now();
            field.write(&number.into())?;
            longest = longest.max(start.elapsed());
        }
        Ok(format!("{} us", longest.as_micros()))
    }

    /// Changes a number to `number` and is stopped in the middle of it: after the object was found
    /// alive and its value claimed, before the store.
    fn hold(&mut self, path: &str, number: u64) -> Answer {
        let field = self.field(path)?;
        say("ok holding");
        field.update(|value| {
            stand_still();
            *value = number.into();
        })?;
        Ok(String::new())
    }
}

/// Adds one to both members.
fn count_pair(pair: &mut Value) {
    let Value::Record(members) = pair else {
        panic!("a pair is a record, not {pair}")
    };
    for member in members.values_mut() {
        *member = Value::from(u64::try_from(&*member).expect("counters are unsigned") + 1);
    }
}

/// Tries again while another process writes.
fn patiently(mut write: impl FnMut() -> Result<(), WriteError>) -> Result<(), WriteError> {
    loop {
        match write() {
            Err(WriteError::Busy { .. }) => std::thread::yield_now(),
            done => return done,
        }
    }
}

/// Stops this process until it is told to go on.
fn stand_still() {
    let me = rustix::process::getpid();
    rustix::process::kill_process(me, rustix::process::Signal::STOP)
        .expect("a process may stop itself");
}
