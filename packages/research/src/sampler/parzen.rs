//! A Parzen estimator over points of a grid: where a group of points lies thick.
//!
//! Every point of the group spreads a Gaussian over the indices of each param, cut off at the ends and scaled to sum
//! to one; a point's kernel is the product over the params. One more kernel, flat over the whole space, is the prior
//! that keeps every point possible. The density is the mean of all kernels. Taking the product inside the mean, and not
//! a density for each param, sees that good values of two params belong together (Falkner, Klein and Hutter 2018,
//! "BOHB", section 3.2).

use fastrand::Rng;

/// The width of a kernel over a param is this share of the param's length, times `count^(-1 / (params + 4))`: Scott's
/// rule (1992, "Multivariate Density Estimation", section 6.3) with the spread of a group that fills a fifth.
const WIDTH_SHARE: f64 = 0.2;

/// No kernel is narrower than this many steps: the neighbours of a good point stay worth a try.
const WIDTH_LEAST: f64 = 0.5;

/// The density of one group of points.
pub(super) struct Parzen {
    points: Vec<Vec<usize>>,
    kernels: Vec<Kernel>,
    /// The density of the flat kernel, at every point.
    flat: f64,
}

/// A Gaussian over the indices of one param.
struct Kernel {
    /// The weight at a distance of 0, 1, 2 and so on from its middle.
    weights: Vec<f64>,
    /// What the weights are multiplied with to sum to one, where the middle is index 0, 1, 2 and so on.
    scales: Vec<f64>,
}

impl Parzen {
    /// The density of these points in a space whose params have these lengths.
    pub(super) fn new(points: Vec<Vec<usize>>, lengths: &[usize]) -> Self {
        let shrink = libm::pow(points.len().max(1) as f64, -1.0 / (lengths.len() as f64 + 4.0));
        let kernel = |&length: &usize| Kernel::new(length, (WIDTH_SHARE * shrink * length as f64).max(WIDTH_LEAST));
        let flat = lengths.iter().map(|&length| 1.0 / length as f64).product();
        Self { points, kernels: lengths.iter().map(kernel).collect(), flat }
    }

    /// The density at a point.
    pub(super) fn density(&self, at: &[usize]) -> f64 {
        let near = |point: &Vec<usize>| -> f64 {
            let params = self.kernels.iter().zip(point.iter().zip(at));
            params.map(|(kernel, (&middle, &index))| kernel.at(middle, index)).product()
        };
        let sum: f64 = self.points.iter().map(near).sum();
        (sum + self.flat) / (self.points.len() + 1) as f64
    }

    /// Draws a point: a kernel by lot, then an index for each param from it.
    pub(super) fn draw(&self, rng: &mut Rng) -> Vec<usize> {
        match self.points.get(rng.usize(0..=self.points.len())) {
            Some(point) => self.kernels.iter().zip(point).map(|(kernel, &middle)| kernel.draw(middle, rng)).collect(),
            None => self.kernels.iter().map(|kernel| rng.usize(0..kernel.weights.len())).collect(),
        }
    }
}

impl Kernel {
    /// A kernel `width` steps wide (its standard deviation) over a param of this length.
    fn new(length: usize, width: f64) -> Self {
        let weight = |distance: usize| libm::exp(-0.5 * (distance as f64 / width).powi(2));
        let weights: Vec<f64> = (0..length).map(weight).collect();
        let mut sum = 0.0;
        let up_to: Vec<f64> = weights
            .iter()
            .map(|weight| {
                sum += weight;
                sum
            })
            .collect();
        // One side of a middle at `i` reaches as far as `i`, the other as far as `length - 1 - i`; both hold the middle.
        let scales = (0..length).map(|i| 1.0 / (up_to[i] + up_to[length - 1 - i] - weights[0])).collect();
        Self { weights, scales }
    }

    /// The probability of an index, from this middle.
    fn at(&self, middle: usize, index: usize) -> f64 {
        self.weights[middle.abs_diff(index)] * self.scales[middle]
    }

    /// Draws an index, from this middle.
    fn draw(&self, middle: usize, rng: &mut Rng) -> usize {
        let mut rest = rng.f64() / self.scales[middle];
        for index in 0..self.weights.len() {
            rest -= self.weights[middle.abs_diff(index)];
            if rest < 0.0 {
                return index;
            }
        }
        // Only rounding leads here.
        middle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_density_sums_to_one() {
        let lengths = [7, 1, 4];
        for points in [vec![], vec![vec![0, 0, 3]], vec![vec![6, 0, 1], vec![3, 0, 2], vec![3, 0, 2]]] {
            let parzen = Parzen::new(points, &lengths);
            let all = (0..7).flat_map(|a| (0..4).map(move |c| [a, 0, c]));
            let sum: f64 = all.map(|point| parzen.density(&point)).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{sum}");
        }
    }

    #[test]
    fn draws_follow_the_density() {
        let parzen = Parzen::new(vec![vec![1, 2], vec![5, 0]], &[6, 3]);
        let (mut rng, mut drawn, draws) = (Rng::with_seed(3), [[0_u32; 3]; 6], 100_000);
        for _ in 0..draws {
            let point = parzen.draw(&mut rng);
            drawn[point[0]][point[1]] += 1;
        }
        for (a, row) in drawn.iter().enumerate() {
            for (b, &count) in row.iter().enumerate() {
                let (share, density) = (f64::from(count) / f64::from(draws), parzen.density(&[a, b]));
                assert!((share - density).abs() < 0.006, "[{a}, {b}]: {share} drawn, density {density}");
            }
        }
    }
}
