//! The producer's commands.

use std::any::Any;
use std::collections::HashMap;

use memglass::{Array, Mode, Object, ProducerError, Session};
use memglass_tests::objects::{Counters, Five, gallery};

use crate::until_told::Input;
use crate::{Answer, busy, churn, clockwork, life};

/// A session and the objects that were made by name.
pub(crate) struct Producing {
    // Objects go before their session.
    objects: HashMap<String, Box<dyn Any>>,
    session: Session,
}

impl Producing {
    pub(crate) fn create(name: &str) -> Result<Producing, Box<dyn std::error::Error>> {
        Ok(Producing {
            objects: HashMap::new(),
            session: Session::create(name)?,
        })
    }

    /// A session whose segments only the owner may open, or also the group.
    pub(crate) fn create_for(
        name: &str,
        who: &str,
    ) -> Result<Producing, Box<dyn std::error::Error>> {
        let mode = match who {
            "owner" => Mode::Owner,
            "read" => Mode::GroupRead,
            "write" => Mode::GroupWrite,
            _ => return Err(format!("no such mode: {who}").into()),
        };
        Ok(Producing {
            objects: HashMap::new(),
            session: Session::builder(name).mode(mode).create()?,
        })
    }

    pub(crate) fn obey(&mut self, words: &[&str], input: &Input) -> Answer {
        match *words {
            ["make", label, number] => {
                let object = self.session.object(label, number.parse::<u64>()?)?;
                self.keep(label, object)
            }
            ["five", label, number] => {
                let object = self.session.object(label, Five::of(number.parse()?))?;
                self.keep(label, object)
            }
            ["counters", label] => {
                let object = self.session.object(label, Counters::default())?;
                self.keep(label, object)
            }
            ["array", label, elements] => {
                let array: Array<u64> = self.session.array(label, elements.parse()?)?;
                self.objects.insert(label.into(), Box::new(array));
                Ok(String::new())
            }
            ["drop", label] => match self.objects.remove(label) {
                Some(_) => Ok(String::new()),
                None => Err(format!("no object {label}").into()),
            },
            ["gallery"] => {
                gallery(&self.session)?;
                Ok(String::new())
            }
            ["churn", count, alive] => churn::churn(&self.session, count.parse()?, alive.parse()?),
            ["grow"] => life::grow(&self.session, input),
            ["busy"] => busy::busy(&self.session, input),
            ["clockwork"] => clockwork::run(&self.session, input),
            ["fork"] => self.fork(),
            ["exit", status] => std::process::exit(status.parse()?),
            _ => Err(format!("no such command: {words:?}").into()),
        }
    }

    fn keep<T: memglass::Observe + 'static>(&mut self, label: &str, object: Object<T>) -> Answer {
        self.objects.insert(label.into(), Box::new(object));
        Ok(String::new())
    }

    /// Forks a child that tries to use its parent's session and then drops everything, as one that
    /// ends in an orderly way does, and waits for it.
    #[allow(unsafe_code)]
    fn fork(&mut self) -> Answer {
        // SAFETY: L1: this process has one thread as long as it only produces, so the child finds all
        // locks free.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let refused = self.session.object("of_the_child", 1_u64);
            if !matches!(refused, Err(ProducerError::Forked { .. })) {
                // SAFETY: L1: ends the child at once.
                unsafe { libc::_exit(2) };
            }
            self.objects.clear();
            self.session = match Session::create("of_the_child") {
                Ok(session) => session,
                // SAFETY: L1: ends the child at once.
                Err(_) => unsafe { libc::_exit(1) },
            };
            // SAFETY: L1, as above.
            unsafe { libc::_exit(0) };
        }
        let mut status = 0;
        // SAFETY: L1: `status` is a place for the status of our own child.
        let waited = unsafe { libc::waitpid(child, &mut status, 0) };
        if waited == child && status == 0 {
            Ok(String::new())
        } else {
            Err(format!("the child ended with {status}").into())
        }
    }
}
