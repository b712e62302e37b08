//! What expressions read of a record that is being laid out.

use super::evaluate::Evaluator;
use super::place::{self, Body, NoStep, Place, Shape};
use super::source::Source;
use super::store;
use crate::code::Surroundings;
use crate::error_kind::{Kind, Why};

impl<S: Source> Surroundings for Evaluator<'_, S> {
    type Place = Place;

    fn here(&self) -> i128 {
        (self.at - self.frame().start).into()
    }

    fn index(&self) -> Result<i128, Why> {
        self.index.map(i128::from).ok_or(Why::Fault(Kind::BadCount))
    }

    fn up(&self, levels: u8) -> Result<Place, Why> {
        let missing = if self.source.bytes().is_none() {
            Why::NeedsData
        } else {
            Kind::BadCount.into()
        };
        self.open_struct(levels).ok_or(missing)
    }

    fn name(&mut self, place: Place, name: u32) -> Result<Place, Why> {
        let Shape::Struct {
            body: Body::Open(frame),
            ..
        } = place.shape
        else {
            self.spend(1)?;
            return place::member(self.program, &self.tree, place, name, None).map_err(fault);
        };
        let frame = self.frames[frame as usize];
        let fields = &self.open[frame.first..frame.end];
        let found = fields
            .iter()
            .rev()
            .position(|placed| self.program.field(placed.field).name == name);
        let place = found.map(|behind| fields[fields.len() - 1 - behind].place(self.program));
        // A long struct whose expressions look far back costs time as well.
        self.spend(found.unwrap_or(0) as u64 / 8)?;
        place.ok_or(Why::Fault(Kind::NoVariant))
    }

    fn at(&self, place: Place, index: i128) -> Result<Place, Why> {
        let index = u64::try_from(index).map_err(|_| Kind::BadCount)?;
        place::element(self.program, &self.tree, place, index).map_err(|no| match no {
            NoStep::Absent => Kind::BadCount.into(),
            NoStep::Hidden(kind) => kind.into(),
        })
    }

    fn read(&mut self, place: Place) -> Result<i128, Why> {
        self.source.may_read(place)?;
        let bytes = self.source.bytes().ok_or(Why::NeedsData)?;
        store::integer(self.program, place, bytes).ok_or(Why::Fault(Kind::Overflow))
    }
}

fn fault(no: NoStep) -> Why {
    match no {
        // Only code from elsewhere asks for what no struct of it has.
        NoStep::Absent => Kind::NoVariant.into(),
        NoStep::Hidden(kind) => kind.into(),
    }
}
