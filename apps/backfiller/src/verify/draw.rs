//! Which places of a series are read again.

use anyhow::Result;
use db::Store;
use fastrand::Rng;

use crate::args::Target;
use crate::stored;

/// What is counted at a place: as many candles as a page has with the one behind them, and of funding nearly a year.
const BLOCK: i64 = 999;

/// A place, Unix milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) from_ms: i64,
    /// Exclusive.
    pub(super) to_ms: i64,
}

/// All places from the first to the last final row that are wanted, in order of time.
pub(super) fn blocks(
    store: &Store,
    target: &Target,
    since_ms: Option<i64>,
    until_ms: Option<i64>,
) -> Result<Vec<Block>> {
    let Some((first_ms, last_ms)) = stored::ends_ms(store, target)? else { return Ok(Vec::new()) };
    let end_ms = until_ms.unwrap_or(i64::MAX).min(target.after_ms(last_ms));
    let mut from_ms = target.grid().open_of(since_ms.unwrap_or(first_ms)).max(first_ms);
    let mut blocks = Vec::new();
    while from_ms < end_ms {
        let to_ms = target.grid().open_of(from_ms + BLOCK * target.grid().longest_ms()).min(end_ms);
        blocks.push(Block { from_ms, to_ms });
        from_ms = to_ms;
    }
    Ok(blocks)
}

/// `sample` of the places, each target with luck of its own, in order of time.
pub(super) fn draw(mut blocks: Vec<Block>, sample: u32, target: &Target, seed: u64) -> Vec<Block> {
    // So that neither another target nor the order of them changes what is drawn of this one.
    let own =
        target.to_string().bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut random = Rng::with_seed(own);
    random.shuffle(&mut blocks);
    blocks.truncate(sample as usize);
    blocks.sort_unstable_by_key(|block| block.from_ms);
    blocks
}

#[cfg(test)]
mod tests {
    use market::{Series, Timeframe};

    use super::*;

    #[test]
    fn a_seed_draws_the_same_places_without_repeating_one() {
        let target = Target::Candles(Series::new("binance", "BTC/USDT".parse().unwrap(), Timeframe::M1));
        let all: Vec<Block> = (0..100).map(|block| Block { from_ms: block, to_ms: block + 1 }).collect();
        let drawn = draw(all.clone(), 10, &target, 7);
        assert_eq!(drawn, draw(all.clone(), 10, &target, 7));
        assert_ne!(drawn, draw(all.clone(), 10, &target, 8));
        assert!(drawn.len() == 10 && drawn.windows(2).all(|pair| pair[0].from_ms < pair[1].from_ms));
        assert_eq!(draw(all.clone(), 1_000, &target, 7), all);
    }

    #[test]
    fn every_place_is_drawn_at_some_time() {
        let target = Target::Candles(Series::new("binance", "BTC/USDT".parse().unwrap(), Timeframe::M1));
        let all: Vec<Block> = (0..10).map(|block| Block { from_ms: block, to_ms: block + 1 }).collect();
        let mut seen = [0_u32; 10];
        for seed in 0..1_000 {
            let [block] = draw(all.clone(), 1, &target, seed)[..] else { panic!("one is drawn") };
            seen[usize::try_from(block.from_ms).unwrap()] += 1;
        }
        assert!(seen.iter().all(|count| (50..200).contains(count)), "{seen:?}");
    }
}
