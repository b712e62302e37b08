//! Code from parts: every part is checked before a line is written.

mod code;
mod compose;
mod error;
mod item_check;
mod name_check;
mod operator_check;
mod place_check;
pub mod predefined;
mod scope_check;
mod specifier_check;
mod text_check;
mod type_text;

pub use code::{Code, CodeBody, CodeParam, Make, Part};
pub use error::{BuildError, BuildFault};
pub use name_check::Ident;
pub(crate) use type_text::with_name as type_with_name;

use crate::{File, Style};

impl Code {
    /// Checks all parts, and what is in the body; the first fault in the order of the text counts.
    ///
    /// # Errors
    ///
    /// [`BuildError`] names the fault and the item.
    pub fn check(&self) -> Result<(), BuildError> {
        item_check::check(self)
    }

    /// Checks all parts and gives the code as a file, in the default style.
    ///
    /// # Errors
    ///
    /// As for [`Code::check`]; besides [`BuildFault::WrongKind`] if a text among the parts makes the whole something else.
    ///
    /// ```
    /// use memglass_code::build::Code;
    ///
    /// let row = Code::structure("Row").with([Code::variable("long", "px").comment("@atomic")]);
    /// let file = Code::file([row]).build()?;
    /// assert_eq!(file.source().text(), "struct Row {\n    long px;  // @atomic\n};\n");
    /// # Ok::<(), memglass_code::build::BuildError>(())
    /// ```
    pub fn build(&self) -> Result<File, BuildError> {
        self.check()?;
        let text = compose::compose(self);
        let file = File::parse(&text);
        if !self.has_untyped()
            && let Some(diagnostic) = file.diagnostics().first()
        {
            let place = format!(
                "line {} of the built text ({})",
                diagnostic.line, diagnostic.text
            );
            return Err(BuildError {
                fault: BuildFault::WrongKind,
                place,
            });
        }
        Ok(File::parse(&Style::default().print(&file)))
    }
}
