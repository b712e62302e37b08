//! Prices that walk.

/// A small generator of numbers that look random (xorshift64*); the same seed gives the same day.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Dice(seed | 1)
    }

    /// A number in `0 .. sides`.
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % sides
    }
}

/// The price of one symbol, in ticks.
#[derive(Clone, Debug)]
pub(crate) struct Price {
    start: i64,
    now: i64,
}

impl Price {
    pub(crate) fn new(start: i64) -> Self {
        Price { start, now: start }
    }

    pub(crate) fn now(&self) -> i64 {
        self.now
    }

    /// One step up or down, the way back to the start a little likelier; wilder with `volatility`.
    pub(crate) fn walk(&mut self, volatility: f64, dice: &mut Dice) {
        let widest = (4.0 * volatility) as u64;
        let step = dice.roll(2 * widest + 1) as i64 - widest as i64;
        let pull = (self.start - self.now) / 200;
        self.now = (self.now + step + pull).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_moves_and_stays_near_where_it_began() {
        let (mut price, mut dice) = (Price::new(15_000), Dice::new(7));
        let walk: Vec<i64> = (0..10_000)
            .map(|_| {
                price.walk(1.0, &mut dice);
                price.now()
            })
            .collect();
        assert!(walk.windows(2).any(|pair| pair[0] != pair[1]));
        assert!(walk.iter().all(|price| (10_000..20_000).contains(price)));
    }

    #[test]
    fn without_volatility_a_price_stands_still() {
        let (mut price, mut dice) = (Price::new(15_000), Dice::new(7));
        (0..100).for_each(|_| price.walk(0.0, &mut dice));
        assert_eq!(price.now(), 15_000);
    }
}
