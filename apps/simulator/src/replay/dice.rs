//! Random numbers that are a pure function of a seed and a number: SplitMix64, kept here so that no
//! update of a library can change a generated market.

/// A stream of random numbers.
#[derive(Debug)]
pub(crate) struct Dice {
    state: u64,
}

impl Dice {
    /// The stream number `stream` of `seed`.
    pub(crate) fn new(seed: u64, stream: i64) -> Self {
        Dice { state: mix(seed ^ mix(stream.cast_unsigned())) }
    }

    /// Sixty-four random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// About normal, mean 0 and deviation 1: the sum of four uniform numbers, which needs no
    /// function that differs between machines.
    pub(crate) fn normal(&mut self) -> f64 {
        let bits = self.bits();
        let sum: u64 = (0..4).map(|lane| (bits >> (16 * lane)) & 0xffff).sum();
        (sum as f64 / 65_535.0 - 2.0) * 3_f64.sqrt()
    }
}

fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_have_mean_zero_and_deviation_one() {
        let mut dice = Dice::new(1, 0);
        let throws: Vec<f64> = (0..100_000).map(|_| dice.normal()).collect();
        let mean = throws.iter().sum::<f64>() / 1e5;
        let variance = throws.iter().map(|throw| throw * throw).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    }

    #[test]
    fn streams_differ() {
        assert_ne!(Dice::new(1, 0).bits(), Dice::new(1, 1).bits());
        assert_ne!(Dice::new(1, 0).bits(), Dice::new(2, 0).bits());
    }
}
