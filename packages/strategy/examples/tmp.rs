//! scratch
use std::time::Instant;
fn main() {
    let calls: Vec<String> = std::env::args().skip(1).collect();
    let candles = testkit::random_walk(1_000_000);
    let file = |c: &str| {
        format!(
            "name: bench\ntimeframe: 1m\nlet:\n{}long:\n  enter: close < 0\n",
            if c.is_empty() { "  x: close\n".into() } else { format!("  x: \"{c}\"\n") }
        )
    };
    let run = |c: &str, rounds: usize| {
        let mut best = f64::INFINITY;
        for _ in 0..rounds {
            let mut i = strategy::inspect(&file(c), &[]).ok().expect("good");
            let t = Instant::now();
            i.pass_over(candles.as_slice());
            best = best.min(t.elapsed().as_secs_f64() * 1e3);
        }
        best
    };
    let mut idle = f64::INFINITY;
    let mut best = vec![f64::INFINITY; calls.len()];
    for _ in 0..25 {
        idle = idle.min(run("", 5));
        for (b, c) in best.iter_mut().zip(&calls) {
            *b = b.min(run(c, 8));
        }
    }
    println!("idle {idle:.2}");
    for (b, c) in best.iter().zip(&calls) {
        println!("{c} {:.2}", b - idle);
    }
}
