//! `:help`: the commands, made from their table, and whatever else has a name.

use memglass::schema::{Field as Member, Kind, Protection, Schema};
use memglass::{Field, Observer};
use memglass_script::names;
use memglass_syntax::{FunctionName, LibraryFunction, is_identifier, library};
use memglass_value::shown::{Cell, Document, Shown, Table};

use super::{COMMANDS, Command, CommandError, Takes, describe_type, fields, find, types};
use crate::output::Output;
use crate::runtime::Runtime;

pub(super) struct Help;

/// What a line may be, told with an object and a field that are there.
struct Sample {
    label: String,
    field: String,
    type_name: String,
}

impl Sample {
    /// The first object that has a number to write, and a label to write it by.
    fn of(observer: &Observer) -> Option<Self> {
        let schema = observer.schema();
        observer.objects().take(LOOKED_AT).find_map(|object| {
            let members = schema[schema.bare(object.type_id)].members()?;
            let is_sample = |member: &&Member| {
                let kind = &schema[schema.bare(member.type_id)].kind;
                !member.metadata.readonly && matches!(kind, Kind::Int { .. } | Kind::Float)
            };
            let field = members.iter().find(is_sample)?.name.to_string();
            let is_one = object.count.is_none() && is_identifier(&object.label);
            is_one.then(|| Sample {
                label: object.label.to_string(),
                field,
                type_name: schema.type_name(object.type_id),
            })
        })
    }

    /// For a session that has none yet.
    fn made_up() -> Self {
        Sample {
            label: "AAPL_position".into(),
            field: "quantity".into(),
            type_name: "Position".into(),
        }
    }

    fn lines(&self) -> [(String, &'static str); 8] {
        let Sample {
            label,
            field,
            type_name,
        } = self;
        [
            (format!("{label}.{field}"), "read a field"),
            (format!("{label}.{field} = …"), "write it"),
            (
                "obs[\"any label\"].field".into(),
                "an object whose label is not a name",
            ),
            (
                format!("obs.all(\"{type_name}\")"),
                "every object of a type",
            ),
            (":help when".into(), "act when a condition becomes true"),
            (
                "NAME?".into(),
                "explain a name: a field, type, function or command",
            ),
            (
                ":help commands".into(),
                "all commands, which begin with a colon",
            ),
            (":help functions".into(), "all functions"),
        ]
    }
}

/// Objects that are looked at for a sample: a session may have a million.
const LOOKED_AT: usize = 100;

/// In lines of 80 columns at most, so that they are broken here and not where a screen ends.
const KEYS: &str = "Tab completes, Up and Ctrl-R search the history,\n\
    Ctrl-C drops the line or stops the script, Ctrl-D leaves";

/// The same in the line of the view.
const KEYS_OF_VIEW: &str =
    "Tab completes, Up brings earlier lines, Ctrl-C stops the script, Esc leaves the line";

impl Command for Help {
    fn name(&self) -> &'static str {
        "help"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["h", "?"]
    }

    fn usage(&self) -> &'static str {
        ":help [NAME]"
    }

    fn summary(&self) -> &'static str {
        "list what can be typed, or explain NAME"
    }

    fn examples(&self) -> &'static [&'static str] {
        &[
            ":help",
            ":help commands",
            ":help objects",
            ":help functions",
            ":help obs.all",
            ":help quantity",
            ":help AAPL_position.quantity",
            "Position?",
        ]
    }

    fn takes(&self) -> Takes {
        Takes::Names
    }

    fn run(&self, runtime: &mut Runtime, rest: &str) -> Result<Output, CommandError> {
        let name = rest.trim_start_matches(':');
        match name {
            "" => return Ok(overview(runtime)),
            "commands" => return Ok(all_commands(runtime)),
            "functions" => return Ok(functions(&runtime.host.functions())),
            "obs" => return Ok(about_obs(&runtime.host.functions())),
            _ => {}
        }
        if let Some(own) = runtime.own.iter().find(|own| own.name() == name) {
            return Ok(text(&format!("{}\n  {}", own.usage(), own.summary())));
        }
        let functions = runtime.host.functions();
        runtime.attached.refresh()?;
        let observer = runtime.attached.observer();
        // A command typed with its colon is meant and nothing else.
        if rest.starts_with(':') {
            return find(name)
                .map(explain)
                .ok_or_else(|| CommandError::unknown(name));
        }
        let command = find(name).map(explain);
        let found: Vec<Output> = command
            .into_iter()
            .chain(function(&functions, name))
            .collect();
        if !found.is_empty() {
            return Ok(Output::all(found));
        }
        if let Some(found) = of_rhai(name) {
            return Ok(found);
        }
        if starts_with_a_label(&observer, name) {
            match observer.field(name) {
                Ok(field) => return about(&field),
                // The object is there, so that it is the rest that was mistyped.
                Err(error) if name.contains(['.', '[']) => return Err(error.into()),
                Err(_) => {}
            }
        }
        if let Ok(described) = describe_type(&observer, name) {
            return Ok(described);
        }
        members(observer.schema(), name).ok_or_else(|| unknown(&observer, &functions, name))
    }
}

/// A path that leads nowhere makes the observer look at every label for one that is near; a name
/// that is not a path must not cost that.
fn starts_with_a_label(observer: &Observer, name: &str) -> bool {
    let end = name.find(['.', '[']).unwrap_or(name.len());
    name.starts_with('"') || observer.find(&name[..end]).is_some() || observer.find(name).is_some()
}

/// What is declared about a place, and what is in it.
fn about(field: &Field) -> Result<Output, CommandError> {
    let info = field.info();
    let value = fields::read(field)?;
    let declared = info.metadata.annotations().to_string();
    let is_bare = declared.is_empty() && info.protection == Protection::Plain && !info.readonly;
    if is_bare && matches!(value, Shown::Record(_)) {
        // Its heading says as much.
        return Ok(value.into());
    }
    let mut text = format!(
        "{}: {}  @{}",
        field.path(),
        info.type_name,
        info.protection.name()
    );
    if info.readonly && !info.metadata.readonly {
        text += "  @readonly";
    }
    if field.bears_layout() {
        text += "  [layout]";
    }
    text += &format!("  {declared}");
    let declared = Document::text(text.trim_end());
    Ok(Output::all([declared.into(), value.into()]))
}

/// The functions called `name`, or `receiver.name`: those of memglass, of its host and of scripts.
fn function(functions: &[FunctionName], name: &str) -> Option<Output> {
    let (receiver, bare) = name.rsplit_once('.').unwrap_or(("", name));
    let called = format!("{receiver}.{bare}(");
    let found: String = functions
        .iter()
        .filter(|function| function.name == bare)
        .filter(|function| receiver.is_empty() || function.signature.contains(&called))
        .map(described)
        .collect();
    (!found.is_empty()).then(|| text(&found))
}

/// Those of Rhai's own library.
fn of_rhai(name: &str) -> Option<Output> {
    let of_rhai: Vec<&LibraryFunction> = library()
        .iter()
        .filter(|function| function.name == name)
        .collect();
    let lines = of_rhai.iter().map(|function| {
        let receiver = function.receiver.map_or("", |kind| &kind[1..]);
        let dot = if receiver.is_empty() { "" } else { "." };
        format!("{receiver}{dot}{}\n", function.signature())
    });
    let lines: String = lines.collect();
    (!lines.is_empty()).then(|| text(&format!("{lines}  a function of Rhai's own library\n")))
}

fn described(function: &FunctionName) -> String {
    let mut about = format!("{}\n", function.signature);
    if !function.summary.is_empty() {
        about += &format!("  {}\n", function.summary);
    }
    for example in &function.examples {
        about += &format!("  e.g. {example}\n");
    }
    let width = function.methods.iter().map(|(call, _)| call.len()).max();
    for (call, what) in &function.methods {
        about += &format!(
            "  {call:width$}  {what}\n",
            width = width.unwrap_or_default()
        );
    }
    about
}

/// The fields called `name`, whatever types have one.
fn members(schema: &Schema, name: &str) -> Option<Output> {
    let mut table = Table::new(["field", "type", "annotations"]);
    for (_, ty) in schema.iter() {
        for member in ty.members().unwrap_or_default() {
            if &*member.name == name {
                table.push([
                    Some(Cell::name(format!("{}.{name}", ty.name))),
                    Some(Cell::name(schema.type_name(member.type_id))),
                    Cell::prose(types::notes(schema, member)),
                ]);
            }
        }
    }
    (!table.is_empty()).then(|| table.into())
}

fn unknown(observer: &Observer, functions: &[FunctionName], name: &str) -> CommandError {
    let schema = observer.schema();
    let commands = COMMANDS.iter().map(|command| command.name());
    let functions = functions.iter().map(|function| function.name.as_str());
    let members = schema
        .iter()
        .flat_map(|(_, ty)| ty.members().unwrap_or_default());
    let types = memglass_script::declared_types(schema).map(|(_, ty)| &*ty.name);
    let labels: Vec<String> = names::labels(observer).collect();
    let known = commands
        .chain(functions)
        .chain(types)
        .chain(members.map(|member| &*member.name))
        .chain(labels.iter().map(String::as_str));
    CommandError::unknown_name(name, known)
}

/// What fits the smallest screen: lines to type, and the names of the commands.
fn overview(runtime: &Runtime) -> Output {
    let own = runtime.own.iter().map(|own| own.name());
    let sample = Sample::of(&runtime.attached.observer()).unwrap_or_else(Sample::made_up);
    let keys = match runtime.has_view {
        true => KEYS_OF_VIEW,
        false => KEYS,
    };
    overview_with(own, &sample, keys)
}

fn overview_with<'c>(
    own: impl Iterator<Item = &'c str>,
    sample: &Sample,
    keys: &'static str,
) -> Output {
    let mut lines = Table::new(["line", "what it does"]);
    for (line, does) in sample.lines() {
        push(&mut lines, &line, does);
    }
    let ours = COMMANDS.iter().map(|command| command.name());
    let names: Vec<String> = own.chain(ours).map(|name| format!(":{name}")).collect();
    let names = names.join(" ");
    let apart = Document {
        json: names.as_str().into(),
        ..Document::text(&format!("\n{names}\n "))
    };
    Output::all([lines.into(), apart.into(), Output::Note(keys.into())])
}

fn all_commands(runtime: &Runtime) -> Output {
    let own = runtime.own.iter().map(|own| (own.usage(), own.summary()));
    let ours = COMMANDS
        .iter()
        .map(|command| (command.usage(), command.summary()));
    let mut table = Table::new(["command", "what it does"]);
    own.chain(ours)
        .for_each(|(usage, summary)| push(&mut table, usage, summary));
    table.into()
}

fn functions(functions: &[FunctionName]) -> Output {
    let mut table = Table::new(["function", "what it does"]);
    functions
        .iter()
        .for_each(|function| push(&mut table, &function.signature, &function.summary));
    table.into()
}

/// What the session itself can do.
fn about_obs(functions: &[FunctionName]) -> Output {
    let mut table = Table::new(["obs", "what it does"]);
    push(&mut table, "obs[\"label\"]", "one object");
    let own = |function: &&FunctionName| function.receiver() == Some("obs");
    functions
        .iter()
        .filter(own)
        .for_each(|function| push(&mut table, &function.signature, &function.summary));
    table.into()
}

fn push(table: &mut Table, typed: &str, does: &str) {
    table.push([Some(Cell::name(typed)), Cell::prose(does)]);
}

fn explain(command: &dyn Command) -> Output {
    let mut about = format!("{}\n  {}\n", command.usage(), command.summary());
    if !command.aliases().is_empty() {
        let aliases: Vec<String> = command
            .aliases()
            .iter()
            .map(|alias| format!(":{alias}"))
            .collect();
        about += &format!("  also: {}\n", aliases.join(" "));
    }
    if !command.details().is_empty() {
        about += &format!("  {}\n", command.details());
    }
    for example in command.examples() {
        about += &format!("  e.g. {example}\n");
    }
    text(&about)
}

fn text(text: &str) -> Output {
    Document::text(text).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Rendering;

    #[test]
    fn the_overview_names_every_command() {
        let text = overview_with(std::iter::empty(), &Sample::made_up(), KEYS)
            .render(Rendering::PLAIN)
            .data;
        for command in COMMANDS {
            let name = format!(":{}", command.name());
            assert!(
                text.split_whitespace().any(|word| word == name),
                "{name}\n{text}"
            );
        }
    }

    #[test]
    fn the_overview_fits_a_screen_of_80_columns_and_24_rows() {
        let look = memglass_terminal::look::Look {
            color: false,
            width: Some(80),
        };
        let rendering = Rendering {
            look,
            ..Rendering::PLAIN
        };
        let shown = overview_with(std::iter::empty(), &Sample::made_up(), KEYS).render(rendering);
        let lines: Vec<&str> = shown.data.lines().chain(shown.message.lines()).collect();
        assert!(lines.len() < 22, "{lines:#?}");
        for line in lines {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn an_explanation_shows_aliases_and_examples() {
        let text = explain(&crate::commands::session::Quit)
            .render(Rendering::PLAIN)
            .data;
        assert_eq!(
            text,
            ":q\n  leave; the producer does not notice\n  also: :quit :exit\n  e.g. :q\n"
        );
    }

    #[test]
    fn functions_are_found_with_and_without_what_they_belong_to() {
        let all = FunctionName {
            name: "all".into(),
            signature: "obs.all(\"Type\")".into(),
            ..FunctionName::default()
        };
        let shown = |name: &str| {
            function(std::slice::from_ref(&all), name)
                .or_else(|| of_rhai(name))
                .map(|found| found.render(Rendering::PLAIN).data)
        };
        assert!(shown("obs.all").is_some_and(|text| text.starts_with("obs.all(")));
        assert_eq!(shown("all"), shown("obs.all"));
        assert_eq!(shown("nobody.all"), None);
        assert!(shown("push").is_some_and(|text| text.starts_with("array.push(")));
    }
}
