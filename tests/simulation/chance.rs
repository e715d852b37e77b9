//! Chance from a seed: every choice of a story comes from here, so that the same seed tells the same story on every
//! machine and with every version of every library. SplitMix64, which needs no more than these lines.

/// A source of choices.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The choices of one step of a story. A step's choices do not depend on the steps before it, so that a story can be
    /// told with some of them left out.
    pub fn of_step(seed: u64, step: usize) -> Self {
        let mut chance = Self(seed ^ 0x5157_4954_4348_424f);
        chance.next();
        Self(chance.next() ^ (step as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, which is above 0.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % (limit.max(1) as u64)).expect("below a usize")
    }

    /// A number from the first to the last.
    pub fn between(&mut self, first: i64, last: i64) -> i64 {
        let width = usize::try_from(last - first + 1).expect("a range");
        first + i64::try_from(self.below(width)).expect("in the range")
    }

    /// Happens in so many of a hundred cases.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these; `None` where there is none.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        if of.is_empty() { None } else { of.get(self.below(of.len())) }
    }

    /// One of these, each as often as its weight says.
    pub fn weighted<T: Copy>(&mut self, of: &[(usize, T)]) -> T {
        let mut left = self.below(of.iter().map(|(weight, _)| weight).sum());
        for (weight, choice) in of {
            if left < *weight {
                return *choice;
            }
            left -= weight;
        }
        of[0].1
    }
}

#[test]
fn the_same_seed_and_step_choose_the_same_and_others_do_not() {
    let draw = |seed, step| {
        let mut chance = Chance::of_step(seed, step);
        (0..8).map(|_| chance.below(1_000)).collect::<Vec<_>>()
    };
    assert_eq!(draw(7, 3), draw(7, 3));
    assert_ne!(draw(7, 3), draw(7, 4));
    assert_ne!(draw(7, 3), draw(8, 3));
    assert_eq!(
        draw(1, 1),
        [523, 882, 724, 457, 663, 550, 940, 642],
        "choices must not change between versions"
    );
}
