//! Everything that some types need.

use crate::kind::TypeId;
use crate::symbol::Symbol;
use crate::types::Types;

impl Types {
    /// The types, and all that they refer to: what is needed to know them. In the order of the set.
    ///
    /// # Panics
    ///
    /// If a root is not of this set.
    pub fn closure(&self, roots: &[TypeId]) -> Vec<TypeId> {
        let mut seen = vec![false; self.len()];
        let mut waiting = roots.to_vec();
        while let Some(id) = waiting.pop() {
            if !std::mem::replace(&mut seen[id.index()], true) {
                self[id].each_reference(|to, _| waiting.push(to));
            }
        }
        let found = self.iter().filter(|(id, _)| seen[id.index()]);
        found.map(|(id, _)| id).collect()
    }

    /// A set of the types, of all that they refer to, and of the functions and variables that need nothing else.
    ///
    /// # Panics
    ///
    /// If a root is not of this set.
    #[must_use]
    pub fn subset(&self, roots: &[TypeId]) -> Types {
        let kept = self.closure(roots);
        let place = |id: &TypeId| kept.binary_search(id).ok().map(|at| TypeId(at as u32));
        let types = kept.iter().map(|&id| {
            let mut ty = self[id].clone();
            ty.map_references(|to| place(&to).expect("a closure has what its types refer to"));
            ty
        });
        let symbols = self.symbols().iter().filter_map(|symbol| {
            let ty = place(&symbol.ty)?;
            Some(Symbol {
                ty,
                ..symbol.clone()
            })
        });
        let units = self.units().iter().filter_map(|unit| {
            let types: Vec<TypeId> = unit.types.iter().filter_map(place).collect();
            let unit = crate::symbol::Unit {
                types,
                ..unit.clone()
            };
            (!unit.types.is_empty()).then_some(unit)
        });
        Types::from_parts(types.collect(), symbols.collect(), units.collect())
    }
}
