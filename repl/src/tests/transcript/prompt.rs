//! A prompt without a terminal: what is typed goes the way of the program's own lines, results and errors
//! are written as it writes them.

use std::cell::RefCell;
use std::rc::Rc;

use memglass::Observer;
use memglass_script::Attached;
use memglass_script::{ScriptError, ScriptHost};
use memglass_terminal::look::Look;
use memglass_value::format;

use crate::automation::{Automation, Listed};
use crate::output::{Encoding, Form, Output, Rendering};
use crate::tests::market::Market;

pub(crate) struct Prompt {
    market: Option<Market>,
    host: ScriptHost,
    automation: Automation,
    attached: Attached,
    rendering: Rendering,
    printed: Rc<RefCell<String>>,
}

impl Prompt {
    /// A prompt of 80 columns that may write.
    pub(crate) fn new() -> Self {
        let market = Market::open();
        let rendering = Rendering {
            form: Form::default(),
            look: Look {
                color: false,
                width: Some(80),
            },
        };
        let printed = Rc::new(RefCell::new(String::new()));
        let options = Observer::builder()
            .dir(market.producer.dir.path())
            .writable();
        let attached = Attached::new(options.attach("market").unwrap());
        let (host, automation) = host(attached.clone(), &printed);
        Self {
            host,
            automation,
            attached,
            market: Some(market),
            rendering,
            printed,
        }
    }

    /// What comes back for a line.
    pub(crate) fn typed(&mut self, line: &str) -> String {
        if line == ":triggers" {
            let table = Output::from(self.automation.table(Listed::All).0);
            return self.cleaned(&table.render(self.rendering).data);
        }
        self.automation.begin_line();
        let result = self.host.eval(line);
        match &result {
            Ok(_) => {}
            Err(ScriptError::Failed(_)) => self.automation.forget_line(),
            Err(_) => self.automation.forget_unsaid(),
        }
        let ended = self.automation.end_line(&mut self.host);
        let result = result.and_then(|shown| ended.map(|()| shown));
        let mut text = self.printed.take();
        match result {
            Ok(shown) => {
                let written = Output::Result(shown).render(self.rendering);
                text += &written.data;
                text += &written.message;
            }
            Err(ScriptError::Exit(code)) => text += &format!("(ends with exit code {code})\n"),
            Err(error) => {
                text += &error.text();
                text.push('\n');
            }
        }
        self.cleaned(&text)
    }

    /// Something outside: the terminal is another one, or the producer does something.
    pub(crate) fn happens(&mut self, what: &str) {
        let (verb, object) = what.split_once(' ').unwrap_or((what, ""));
        let market = self.market.as_mut();
        match verb {
            "width" => self.rendering.look.width = Some(object.parse().unwrap()),
            "piped" => self.rendering.look.width = None,
            "format" => self.rendering.form.encoding = named(object),
            "create" => market.unwrap().create(object, 7),
            "destroy" => market.unwrap().destroy(object),
            "end" => self.market = None,
            "readonly" => {
                let attached = self.attached.clone().read_only();
                (self.host, self.automation) = host(attached, &self.printed);
            }
            other => panic!("nothing of the name {other:?} can happen"),
        }
    }

    /// Without what differs from run to run.
    fn cleaned(&self, text: &str) -> String {
        let text = without_times(text);
        match &self.market {
            Some(market) => text.replace(
                &market.producer.dir.path().display().to_string(),
                "DIRECTORY",
            ),
            None => text,
        }
    }
}

/// Without how long ago something was: `100 at -3ms`.
fn without_times(text: &str) -> String {
    const AGO: &str = " at -";
    let mut parts = text.split(AGO);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        let end = part.find([',', ')', '\n']).unwrap_or(part.len());
        format!("{all}{AGO}…{}", &part[end..])
    })
}

fn host(attached: Attached, printed: &Rc<RefCell<String>>) -> (ScriptHost, Automation) {
    let lines = printed.clone();
    let print: Rc<dyn Fn(&str)> = Rc::new(move |line: &str| {
        let mut lines = lines.borrow_mut();
        lines.push_str(&format::printable(line));
        lines.push('\n');
    });
    let mut host = ScriptHost::new(attached, Default::default(), Rc::clone(&print));
    let automation = Automation::install(&mut host, print);
    (host, automation)
}

fn named(name: &str) -> Encoding {
    match name {
        "text" => Encoding::Text,
        "json" => Encoding::Json,
        "csv" => Encoding::Csv,
        other => panic!("there is not a format {other:?}"),
    }
}
