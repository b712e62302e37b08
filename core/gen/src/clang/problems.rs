//! What libclang found wrong.

use clang_sys::*;

use super::Unit;
use crate::fault::Place;

/// An error of the compiler.
pub(crate) struct Problem {
    pub(crate) place: Place,
    pub(crate) text: String,
}

impl Unit {
    /// Everything that is an error, in order.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        // SAFETY: Y1.
        let count = unsafe { clang_getNumDiagnostics(self.unit) };
        (0..count).filter_map(|index| self.problem(index)).collect()
    }

    fn problem(&self, index: u32) -> Option<Problem> {
        // SAFETY: Y1: there are more diagnostics than `index`.
        let diagnostic = unsafe { clang_getDiagnostic(self.unit, index) };
        // SAFETY: Y1.
        let severity = unsafe { clang_getDiagnosticSeverity(diagnostic) };
        // SAFETY: Y1.
        let location = unsafe { clang_getDiagnosticLocation(diagnostic) };
        // SAFETY: Y1.
        let text = self.text(unsafe { clang_getDiagnosticSpelling(diagnostic) });
        // SAFETY: Y1: it was not disposed before, and is not used afterwards.
        unsafe { clang_disposeDiagnostic(diagnostic) };
        let (file, at) = self.point(location);
        let place = Place::new(file, at..at + 1);
        (severity >= CXDiagnostic_Error).then_some(Problem { place, text })
    }
}
