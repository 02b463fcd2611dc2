//! One strategy file with many sets of params, run side by side: what they have in common is computed once.

use market::CandleSlice;
use yaml::Problems;

use crate::file::read_variants;
use crate::plan::{Context, Plan, Readers};
use crate::rules::{Block, Rules};
use crate::strategy::{Act, Description};

/// The strategies of one file that differ in their params.
///
/// Each decides what it decides alone, bit for bit, when it is given the candles that it would read alone.
pub struct Variants {
    descriptions: Vec<Description>,
    rules: Vec<Rules>,
    plan: Plan,
    readers: Readers,
    contexts: Vec<Context>,
    /// Candles that run through the plan at once: fewer where there are many columns, so that they stay in the cache.
    block: usize,
    seen: usize,
}

/// Bytes of columns that stay in the cache nearest to a processor but one.
const CACHE: usize = 768 << 10;
/// Fewest candles that run at once: below that the calls cost more than what they do.
const LEAST: usize = 128;
/// Most candles that run at once: what a variant writes stays in the nearest cache until it is read.
const MOST: usize = 2_048;

impl Variants {
    /// Reads and compiles a strategy file once for each set of params.
    ///
    /// # Errors
    /// Every mistake of the file, with its place; and where its rules are Rust, or all sets together ask for too
    /// many steps.
    pub fn load(source: &str, sets: &[Vec<(String, f64)>]) -> Result<Self, Problems> {
        let (drafts, shared) = read_variants(source, sets)?;
        if drafts.iter().any(|draft| draft.rust.is_some()) {
            let mut problems = Problems::default();
            let help = Some("only strategies out of expressions share what they compute".to_owned());
            problems.push(0..0, "the rules of this strategy are Rust", help);
            return Err(problems);
        }
        let mut compiled = shared.finish();
        let rules: Vec<_> = drafts.iter().map(|draft| Rules::new(&draft.expressions)).collect();
        let reads: Vec<_> = rules.iter().map(Rules::reads).collect();
        let mut readers = Readers::new(&mut compiled.plan, &reads);
        let block = (CACHE / (8 * readers.columns().max(1))).clamp(LEAST, MOST);
        readers.make_room(&mut compiled.plan, block);
        Ok(Variants {
            rules,
            readers,
            descriptions: drafts.into_iter().map(|draft| draft.description).collect(),
            plan: compiled.plan,
            contexts: compiled.contexts,
            block,
            seen: 0,
        })
    }

    /// What each of them is, in the order of the sets.
    #[must_use]
    pub fn descriptions(&self) -> &[Description] {
        &self.descriptions
    }

    /// As [`crate::Strategy::push_other`].
    pub fn push_other(&mut self, index: usize, candles: CandleSlice<'_>) {
        self.contexts[index].push(candles);
    }

    /// Takes the next closed candles. Of each variant, block by block, `take` is told the decisions that want
    /// something: the variant's number, the block's candles, and the decisions with their candle's number in it.
    pub fn act(&mut self, candles: CandleSlice<'_>, mut take: impl FnMut(usize, CandleSlice<'_>, &[Act])) {
        let Some(timeframe) = self.descriptions.first().map(|description| description.timeframe) else { return };
        let mut acts = Vec::new();
        let mut start = 0;
        while start < candles.len() {
            let end = (start + self.block).min(candles.len());
            let candles = candles.slice(start..end);
            for context in &mut self.contexts {
                context.align(candles.open_time_ms.iter().map(|&open_time_ms| timeframe.next_open(open_time_ms)));
            }
            self.readers.run_shared(&mut self.plan, candles, &self.contexts);
            for (index, rules) in self.rules.iter_mut().enumerate() {
                acts.clear();
                let (contexts, seen) = (&self.contexts[..], self.seen);
                self.readers.read(index, &mut self.plan, (candles, contexts), |plan| {
                    rules.act(Block { plan, contexts, candles, seen }, 0, &mut acts);
                });
                take(index, candles, &acts);
            }
            self.seen += candles.len();
            start = end;
        }
    }
}
