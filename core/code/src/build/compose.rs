//! Checked parts into text, which is then parsed and printed like any other.

use super::code::{Code, CodeBody, CodeParam, Make, Part};
use super::place_check::is_record;
use super::type_text::with_name;

pub(super) fn compose(code: &Code) -> String {
    let mut text = String::new();
    if code.make == Make::File {
        items(&mut text, code);
    } else {
        item(&mut text, code);
        text.push('\n');
    }
    text
}

/// The items of a body. Those of files and namespaces are apart if either has a body or is a template.
fn items(out: &mut String, owner: &Code) {
    let is_apart = !is_record(owner.make) && owner.make != Make::Enum;
    let mut before: Option<&Code> = None;
    for code in owner.items() {
        if before.is_some_and(|before| is_apart && (is_large(before) || is_large(code))) {
            out.push('\n');
        }
        item(out, code);
        if code.make == Make::Enumerator {
            out.push(',');
        }
        if let Some(comment) = &code.comment {
            out.push_str(&format!("  // {}", comment.text().replace('\n', " ")));
        }
        out.push('\n');
        before = Some(code);
    }
}

fn is_large(code: &Code) -> bool {
    let is_equals =
        matches!(&code.body, Some(CodeBody::Text(text)) if text.trim_start().starts_with('='));
    code.make == Make::Template
        || code.body.is_some() && !is_equals
        || code.item.as_deref().is_some_and(is_large)
}

fn text_of(part: &Option<Part>) -> &str {
    part.as_ref().map(Part::text).unwrap_or_default()
}

fn item(out: &mut String, code: &Code) {
    let name = text_of(&code.name);
    match code.make {
        Make::File => items(out, code),
        Make::Comment => comment(out, text_of(&code.text), code.block),
        Make::Include => out.push_str(&format!("#include {}", text_of(&code.target))),
        Make::Define => out.push_str(format!("#define {name} {}", text_of(&code.text)).trim_end()),
        Make::Pragma => out.push_str(&format!("#pragma {}", text_of(&code.text))),
        Make::Conditional => out.push_str(&format!("#{}", text_of(&code.text).trim())),
        Make::Execution => out.push_str(text_of(&code.text)),
        Make::Untyped => out.push_str(code.untyped.as_deref().unwrap_or_default()),
        Make::Access => out.push_str(&format!("{name}:")),
        Make::Module => out.push_str(&format!(
            "{} {name};",
            code.text.as_ref().map_or("module", Part::text)
        )),
        Make::UsingNamespace => out.push_str(&format!("using namespace {name};")),
        Make::Using => match &code.r#type {
            Some(target) => out.push_str(&format!("using {name} = {};", target.text())),
            None => out.push_str(&format!("using {name};")),
        },
        Make::Typedef => out.push_str(&format!(
            "typedef {};",
            with_name(text_of(&code.r#type), name)
        )),
        Make::Enumerator => enumerator(out, code, name),
        Make::Variable => variable(out, code, name),
        Make::Namespace => {
            let inline = code.inline || code.specifiers.iter().any(|word| word == "inline");
            out.push_str(if inline {
                "inline namespace "
            } else {
                "namespace "
            });
            words(out, &code.attributes);
            out.push_str(name);
            braces(out, code);
        }
        Make::Extern => scope(
            out,
            code,
            &format!("extern \"{}\"", text_of(&code.language)),
        ),
        Make::Export => scope(out, code, "export"),
        Make::Friend => prefixed(out, code, "friend "),
        Make::Template => template(out, code),
        Make::Struct | Make::Class | Make::Union => record(out, code, name),
        Make::Enum => enumeration(out, code, name),
        Make::Function
        | Make::Constructor
        | Make::Destructor
        | Make::Operator
        | Make::OperatorCast => {
            function(out, code, name);
        }
    }
}

fn comment(out: &mut String, text: &str, block: bool) {
    if block {
        out.push_str(&format!("/* {} */", text.trim()));
        return;
    }
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| format!("// {line}").trim_end().to_owned())
        .collect();
    out.push_str(&lines.join("\n"));
}

fn words(out: &mut String, parts: &[Part]) {
    for part in parts {
        out.push_str(part.text());
        out.push(' ');
    }
}

fn specifiers(out: &mut String, code: &Code) {
    words(out, &code.attributes);
    for word in &code.specifiers {
        out.push_str(word);
        out.push(' ');
    }
}

fn enumerator(out: &mut String, code: &Code, name: &str) {
    out.push_str(name);
    out.push(' ');
    words(out, &code.attributes);
    value(out, code);
}

fn value(out: &mut String, code: &Code) {
    if let Some(value) = &code.value {
        let is_braced = value.text().trim_start().starts_with('{')
            && code.make == Make::Variable
            && code.bits.is_none();
        out.push_str(if is_braced { "" } else { " = " });
        out.push_str(value.text());
    }
}

fn variable(out: &mut String, code: &Code, name: &str) {
    specifiers(out, code);
    let array = text_of(&code.array);
    let sizes = if array.is_empty() || array.starts_with('[') {
        array.to_owned()
    } else {
        format!("[{array}]")
    };
    out.push_str(&with_name(text_of(&code.r#type), &format!("{name}{sizes}")));
    if let Some(bits) = &code.bits {
        out.push_str(&format!(" : {}", bits.text()));
    }
    value(out, code);
    out.push(';');
}

fn scope(out: &mut String, code: &Code, head: &str) {
    if code.item.is_some() {
        prefixed(out, code, &format!("{head} "));
    } else {
        out.push_str(head);
        braces(out, code);
    }
}

fn prefixed(out: &mut String, code: &Code, head: &str) {
    out.push_str(head);
    if let Some(inner) = &code.item {
        item(out, inner);
    }
}

fn template(out: &mut String, code: &Code) {
    let params: Vec<String> = code.params.iter().flatten().map(template_param).collect();
    out.push_str(&format!("template <{}>\n", params.join(", ")));
    if let Some(requires) = &code.requires {
        out.push_str(&format!("requires {}\n", requires.text()));
    }
    prefixed(out, code, "");
}

fn template_param(param: &CodeParam) -> String {
    let kind = param
        .kind
        .as_deref()
        .or(param.r#type.as_ref().map(Part::text))
        .unwrap_or_default();
    let pack = if param.variadic { "..." } else { "" };
    let name = param.name.as_deref().unwrap_or_default();
    let declared = match kind {
        "typename" | "class" => format!("{kind}{pack} {name}"),
        _ => with_name(&format!("{kind}{pack}"), name),
    };
    with_default(declared, param)
}

fn with_default(declared: String, param: &CodeParam) -> String {
    match &param.value {
        Some(value) => format!("{declared} = {}", value.text()),
        None => declared,
    }
}

fn record(out: &mut String, code: &Code, name: &str) {
    out.push_str(super::place_check::word(code.make));
    out.push(' ');
    words(out, &code.attributes);
    out.push_str(name);
    if code.r#final {
        out.push_str(" final");
    }
    let bases: Vec<&str> = code.bases.iter().map(Part::text).collect();
    if !bases.is_empty() {
        out.push_str(&format!(" : {}", bases.join(", ")));
    }
    if code.body.is_some() {
        braces(out, code);
    }
    out.push(';');
}

fn enumeration(out: &mut String, code: &Code, name: &str) {
    out.push_str(if code.scoped { "enum class " } else { "enum " });
    words(out, &code.attributes);
    out.push_str(name);
    if let Some(underlying) = &code.underlying {
        out.push_str(&format!(" : {}", underlying.text()));
    }
    if code.body.is_some() {
        braces(out, code);
    }
    out.push(';');
}

fn function(out: &mut String, code: &Code, name: &str) {
    specifiers(out, code);
    let params: Vec<String> = code.params.iter().flatten().map(function_param).collect();
    let params = format!("({})", params.join(", "));
    let head = match code.make {
        Make::Destructor => destructor_name(name),
        Make::Operator => format!(
            "{name}{}operator{}",
            if name.is_empty() { "" } else { "::" },
            symbol(code)
        ),
        Make::OperatorCast => format!("operator {}", text_of(&code.r#type)),
        _ => name.to_owned(),
    };
    match code.make {
        Make::Function | Make::Operator => out.push_str(&with_name(
            text_of(&code.r#type),
            &format!("{head}{params}"),
        )),
        _ => out.push_str(&format!("{head}{params}")),
    }
    for word in &code.qualifiers {
        out.push_str(&format!(" {word}"));
    }
    if let Some(init) = &code.init {
        out.push_str(&format!(" : {}", init.text()));
    }
    function_body(out, code);
}

fn symbol(code: &Code) -> String {
    let symbol = text_of(&code.operator).trim();
    if symbol.starts_with(char::is_alphabetic) {
        format!(" {symbol}")
    } else {
        symbol.to_owned()
    }
}

/// `A` and `~A` both name the destructor of `A`.
fn destructor_name(name: &str) -> String {
    let plain = name.replace('~', "");
    match plain.rsplit_once("::") {
        Some((outer, last)) => format!("{outer}::~{last}"),
        None => format!("~{plain}"),
    }
}

fn function_param(param: &CodeParam) -> String {
    let name = param.name.as_deref().unwrap_or_default();
    match (&param.r#type, param.variadic) {
        (None, true) => "...".to_owned(),
        (Some(part), true) => format!("{}... {name}", part.text()),
        _ => with_default(with_name(text_of(&param.r#type), name), param),
    }
}

fn function_body(out: &mut String, code: &Code) {
    match &code.body {
        None => out.push(';'),
        Some(CodeBody::Text(text)) if text.trim_start().starts_with('=') => {
            out.push_str(&format!(" {};", text.trim()))
        }
        Some(CodeBody::Text(text) | CodeBody::Untyped { untyped: text }) => statements(out, text),
        Some(CodeBody::Items(_) | CodeBody::Of { .. }) => {
            let mut inside = String::new();
            items(
                &mut inside,
                &Code {
                    make: Make::Struct,
                    ..code.clone()
                },
            );
            statements(out, &inside);
        }
    }
}

/// Statements in braces, each line a step in.
fn statements(out: &mut String, text: &str) {
    if text.trim().is_empty() {
        out.push_str(" {}");
        return;
    }
    out.push_str(" {\n");
    for line in text.trim_end().lines() {
        out.push_str(format!("    {line}").trim_end());
        out.push('\n');
    }
    out.push('}');
}

fn braces(out: &mut String, code: &Code) {
    out.push_str(" {\n");
    match &code.body {
        Some(CodeBody::Text(text) | CodeBody::Untyped { untyped: text }) => {
            out.push_str(text);
            out.push('\n');
        }
        _ => items(out, code),
    }
    out.push('}');
}
