//! A search as a page: a heat map over two params, and parallel coordinates over all.

use serde_json::json;

use super::found::Found;
use crate::prepared::Prepared;

/// The page; the data goes where [`PLACE`] stands.
const TEMPLATE: &str = include_str!("page.html");
const PLACE: &str = "{{data}}";
/// Trials that are drawn, the best ones; the page stays quick.
const DRAWN: usize = 20_000;

pub(crate) fn page(prepared: &Prepared, found: &Found) -> String {
    let drawn = found.ranked.iter().take(DRAWN);
    let data = json!({
        "title": format!("{} on {}", prepared.description.name, prepared.series),
        "goal": found.goal,
        "names": found.names,
        "values": found.values,
        "tried": found.trials.len(),
        "best": found.best().map(|trial| found.params(trial)),
        "plateau": found.plateau.map(|trial| found.params(trial)),
        "deflated_sharpe": found.deflated_sharpe,
        "overfitting": found.overfitting.as_ref().map(|one| one.probability),
        "points": drawn.clone().map(|&trial| &found.trials[trial].point).collect::<Vec<_>>(),
        "scores": drawn.clone().map(|&trial| found.trials[trial].outcome.figure(&found.goal)).collect::<Vec<_>>(),
        "returns": drawn.map(|&trial| found.trials[trial].outcome.figure("total_return")).collect::<Vec<_>>(),
    });
    let data = data.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    TEMPLATE.replacen(PLACE, &data, 1)
}
