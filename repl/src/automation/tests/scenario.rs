//! One scenario: what is said, what happens, and what must come of it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use memglass_script::{ScriptError, ScriptHost};
use rhai::Dynamic;
use serde_json::{Value as Json, json};

use super::values::{is_same, millis, of_script};
use super::world::World;
use crate::automation::{Automation, Surroundings};
use crate::stack;

/// A scenario of the file.
pub(super) struct Scenario<'s> {
    pub(super) name: &'s str,
    json: &'s Json,
}

/// A scenario that runs.
struct Course {
    world: Rc<World>,
    host: ScriptHost,
    automation: Automation,
    notes: Rc<RefCell<Vec<Json>>>,
    is_run: bool,
}

impl<'s> Scenario<'s> {
    pub(super) fn of(json: &'s Json) -> Self {
        let name = json["name"].as_str().expect("a scenario has a name");
        Scenario { name, json }
    }

    /// Runs it; says what came out otherwise than it is written.
    pub(super) fn run(&self) -> Result<(), String> {
        stack::deep(|| self.run_deep())
    }

    fn run_deep(&self) -> Result<(), String> {
        let mut course = Course::new(self.json);
        let dir = course.world.dir().to_owned();
        let outcome = self.compare(&mut course);
        drop(course);
        if dir.exists() {
            return Err("something of it still lives after its end".to_owned());
        }
        outcome
    }

    fn compare(&self, course: &mut Course) -> Result<(), String> {
        let exit = course.run(self.json);
        let expected = self.json["expect"].clone();
        let notes = Json::Array(course.notes.borrow().clone());
        if !is_same(&notes, &expected) {
            return Err(format!("\n  noted    {notes}\n  expected {expected}"));
        }
        let wanted = self.json.get("expect_exit").cloned();
        let wanted = wanted.unwrap_or(Json::Null);
        if !is_same(&exit, &wanted) && self.json.get("mode").is_some() {
            return Err(format!("ended {exit}, expected {wanted}"));
        }
        course.check_states(self.json.get("expect_state"))
    }
}

impl Course {
    fn new(json: &Json) -> Self {
        let time = |name: &str| {
            let time = json[name].as_f64().expect("a time in milliseconds");
            Duration::from_secs_f64(time / 1e3)
        };
        let timeline = json["timeline"].as_array().expect("a timeline");
        let world = World::new(timeline, time("until_ms"));
        let interrupt = world.interrupt.clone();
        let print = Rc::new(|_: &str| {});
        let mut host = ScriptHost::new(world.attached(), interrupt, print);
        let tell = Rc::new(|message: &str| {
            if std::env::var_os("SCENARIO").is_some() {
                memglass_terminal::streams::write_message(&format!("{message}\n"));
            }
        });
        let automation = Automation::install(&mut host, tell);
        automation.set_surroundings(world.clone(), time("tick_ms"));
        let ends = automation.clone();
        *world.at_end.borrow_mut() = Some(Box::new(move || ends.end_when_interrupted()));
        let notes = Rc::new(RefCell::new(Vec::new()));
        register_note(&mut host, &notes, &world);
        Course {
            world,
            host,
            automation,
            notes,
            is_run: json["mode"] == "run",
        }
    }

    /// Runs it to its end; gives when a run ended by itself, and its code.
    fn run(&mut self, json: &Json) -> Json {
        let define = json["define"].as_array().expect("lines");
        for line in define {
            if let Some(code) = self.line(line.as_str().expect("a line is a text")) {
                return self.ended(code);
            }
        }
        if self.is_run {
            self.automation.end_when_interrupted();
        }
        loop {
            if let Some(code) = self.instant() {
                return self.ended(code);
            }
            if self.world.is_over.get() {
                return Json::Null;
            }
            if self.is_run && self.automation.is_over() {
                let outcome = self.automation.outcome();
                return self.ended(i32::from(outcome.is_broken || outcome.has_failed));
            }
            self.automation.wait();
            if self.world.is_over.get() {
                return Json::Null;
            }
            // At a prompt nothing runs that it could end.
            let is_interrupted = self.world.interrupt.swap(false, Ordering::Relaxed);
            if is_interrupted && self.is_run {
                return self.ended(130);
            }
        }
    }

    fn ended(&self, code: i32) -> Json {
        json!([millis(self.world.now()), code])
    }

    /// One instant at the prompt: the sample, what was typed, what is due.
    fn instant(&mut self) -> Option<i32> {
        self.automation.look(&mut self.host);
        loop {
            let line = self.world.lines.borrow_mut().pop_front();
            let Some(line) = line else { break };
            if let Some(code) = self.line(&line) {
                return Some(code);
            }
        }
        match self.automation.run_due(&mut self.host) {
            Err(ScriptError::Exit(code)) => Some(code),
            Err(ScriptError::Interrupted) if !self.world.is_over.get() => Some(130),
            _ => None,
        }
    }

    /// A line; the code of an `exit`.
    fn line(&mut self, line: &str) -> Option<i32> {
        self.automation.begin_line();
        let result = self.host.eval(line).map(drop);
        let ended = self.automation.end_line(&mut self.host);
        match result.and(ended) {
            Ok(()) => None,
            Err(ScriptError::Exit(code)) => Some(code),
            Err(_) if self.world.is_over.get() => None,
            Err(error) => {
                if std::env::var_os("SCENARIO").is_some() {
                    memglass_terminal::streams::write_message(&format!("{}\n", error.text()));
                }
                let now = millis(self.world.now());
                self.notes.borrow_mut().push(json!([now, "error", null]));
                None
            }
        }
    }

    fn check_states(&mut self, expected: Option<&Json>) -> Result<(), String> {
        for (variable, properties) in expected.and_then(Json::as_object).into_iter().flatten() {
            for (property, wanted) in properties.as_object().expect("properties") {
                let found = self.property(variable, property);
                if !is_same(&found, wanted) {
                    return Err(format!(
                        "{variable}.{property} is {found}, expected {wanted}"
                    ));
                }
            }
        }
        Ok(())
    }

    fn property(&mut self, variable: &str, property: &str) -> Json {
        let found = Rc::new(RefCell::new(Json::Null));
        let into = found.clone();
        self.host
            .engine_mut()
            .register_fn("found", move |value: Dynamic| {
                *into.borrow_mut() = of_script(&value);
            });
        let line = format!("found({variable}.{property})");
        self.world.interrupt.store(false, Ordering::Relaxed);
        if let Err(error) = self.host.eval(&line) {
            return json!(error.text());
        }
        found.take()
    }
}

impl Drop for Course {
    /// Ends it as the program does. The world knows the automation and is known to it: that would keep both, and their files.
    fn drop(&mut self) {
        self.world.at_end.take();
        self.automation.end();
    }
}

fn register_note(host: &mut ScriptHost, notes: &Rc<RefCell<Vec<Json>>>, world: &Rc<World>) {
    let (into, clock) = (notes.clone(), world.clone());
    let note = move |name: &str, value: Json| {
        let now = millis(clock.now());
        into.borrow_mut().push(json!([now, name, value]));
    };
    let alone = note.clone();
    host.engine_mut()
        .register_fn("note", move |name: &str| alone(name, Json::Null))
        .register_fn("note", move |name: &str, value: Dynamic| {
            note(name, of_script(&value));
        });
}
