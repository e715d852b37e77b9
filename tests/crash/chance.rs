//! Chance from a seed: the same seed makes the same choices (SplitMix64). Nothing else in this harness chooses.

/// Choices still to be made.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// Another seed, for a part whose choices must not move when those of others do.
    pub fn part(seed: u64, part: u64) -> Self {
        let mut chance = Self(seed ^ part.wrapping_mul(0xd6e8_feb8_6659_fd93));
        chance.next();
        chance
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From `from` up to, and not, `to`.
    pub fn within(&mut self, from: u64, to: u64) -> u64 {
        from + self.next() % (to - from)
    }

    pub fn one_in(&mut self, number: u64) -> bool {
        self.next().is_multiple_of(number)
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let index = self.within(0, from.len() as u64);
        &from[usize::try_from(index).expect("below a length")]
    }
}
