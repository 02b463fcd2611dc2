//! Which point of a space to try next.
//!
//! A new way of searching is one file here that implements [`Sampler`].

mod grid;
mod parzen;
mod random;
mod tpe;

pub use grid::GridSampler;
pub use random::RandomSampler;
pub use tpe::TpeSampler;

/// Gives the points of a search, one after the other, each at most once.
///
/// Scores are told back when they are known. It is allowed to ask for several points before the first of them is told
/// about, so that they can run side by side. What is given next depends on the seed and on the calls so far in their
/// order, and on nothing else: a search that must repeat asks in batches of a fixed size and tells in the order in
/// which the points were given. To resume a search is to make the sampler anew and to replay those calls.
pub trait Sampler {
    /// The next point, or `None` where every point of the space was given.
    fn next(&mut self) -> Option<Vec<usize>>;

    /// What came of a point: a score of which more is better, or `None` where it gave none (the run failed, or a
    /// constraint was broken). A score that is not a number counts as none.
    fn tell(&mut self, point: &[usize], score: Option<f64>);
}

#[cfg(test)]
mod tests;
