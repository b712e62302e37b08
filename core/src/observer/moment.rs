//! Several fields of a guarded value at one moment of it.

use super::error::ReadError;
use super::field::Field;
use super::sampling::Shows;
use crate::value::Value;

/// Copies of guarded values, from which their fields are read.
///
/// Two reads of two fields of a guarded value may be of two writes. Through one `Moment` all fields of a guarded value
/// are of the same write: the first read copies the whole value. Other fields are read each time.
///
/// # Examples
///
/// ```
/// # let dir = memglass::doc::directory();
/// # let session = memglass::Session::builder("example").dir(&dir).create()?;
/// use memglass::{Guarded, Moment, Observe};
///
/// #[derive(Observe, Clone, Copy, Default)]
/// struct Quote {
///     bid: i64,
///     ask: i64,
/// }
///
/// #[derive(Observe, Clone, Copy, Default)]
/// struct Market {
///     #[observe(seqlock)]
///     quote: Quote,
/// }
///
/// let market = session.object("market", Market { quote: Quote { bid: 1, ask: 2 } })?;
/// let observer = memglass::Observer::builder().dir(&dir).attach("example")?;
/// let (bid, ask) = (observer.field("market.quote.bid")?, observer.field("market.quote.ask")?);
/// let mut moment = Moment::new();
/// assert_eq!(moment.read(&bid)?, 1_i64.into());
/// market.quote.write(Quote { bid: 7, ask: 8 });
/// assert_eq!(moment.read(&ask)?, 2_i64.into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Moment {
    /// Whole guarded values, by the address of their words.
    copies: Vec<(usize, Vec<u8>)>,
}

impl Moment {
    /// Nothing is copied yet.
    pub fn new() -> Moment {
        Moment::default()
    }

    /// The value of a field: of one in a guarded value as of the first read of any field in that.
    ///
    /// # Errors
    ///
    /// As for [`Field::read`].
    pub fn read(&mut self, field: &Field) -> Result<Value, ReadError> {
        let part = match field.shows() {
            Shows::Sequence => field.guarded_part(),
            Shows::Cell(_) | Shows::Bytes => None,
        };
        let Some(part) = part else {
            return field.read();
        };
        let known = self.copies.iter().position(|(at, _)| *at == part.address);
        let at = match known {
            Some(at) => at,
            None => {
                let mut bytes = vec![0; part.whole];
                field.copy_guarded(&mut bytes)?;
                self.copies.push((part.address, bytes));
                self.copies.len() - 1
            }
        };
        let bytes = &self.copies[at].1[part.start..][..field.copied_len()];
        Ok(field.value_of(bytes))
    }
}
