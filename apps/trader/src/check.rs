//! `trader check`: reads config and strategy, and tells what would be traded.

use anyhow::Result;
use execution::FeeChargedIn;

use crate::args::CheckArgs;
use crate::feed::Feed;
use crate::number::{money, plain};
use crate::{account, config, strategy_file};

/// Runs the subcommand.
pub(crate) fn run(args: &CheckArgs) -> Result<()> {
    let config = config::read(&args.config)?;
    let loaded = strategy_file::load(&config)?;
    let feed = Feed::new(&config, loaded.description())?;
    let settings = &loaded.settings;
    let (description, quote) = (loaded.description(), config.symbol.quote());
    let charged = match settings.fee_charged_in {
        FeeChargedIn::Quote => "charged in quote",
        FeeChargedIn::Received => "charged in what is received",
    };
    let step = |step: f64| if step > 0.0 { plain(step) } else { "none".to_owned() };
    let row = |what: &str, value: String| vec![what.to_owned(), value];
    let mut rows = vec![
        row("account", account::name(&config, &loaded)),
        row("strategy", format!("{} ({})", description.name, config.strategy.display())),
        row("trades", format!("{} {}, at the close of each {}", config.exchange, config.symbol, description.timeframe)),
        row("store", config.db.display().to_string()),
        row("cash", format!("{} {quote}, {} of it in a position", money(settings.cash), settings.size)),
        row("fees", format!("taker {}, maker {}, {charged}", settings.taker_fee, settings.maker_fee)),
        row("slippage", settings.slippage.to_string()),
        row("steps", format!("tick {}, lot {}", step(settings.tick), step(settings.lot))),
        row(
            "least order",
            format!("quantity {}, notional {}", step(settings.min_quantity), step(settings.min_notional)),
        ),
    ];
    for tracked in &feed.tracked {
        rows.push(row("reads", format!("{}, {} candles before it begins", tracked.series, tracked.warm_up)));
    }
    if !description.params.is_empty() {
        let params = description.params.iter().map(|(name, value)| format!("{name} = {value}"));
        rows.push(row("params", params.collect::<Vec<_>>().join(", ")));
    }
    terminal::print(&terminal::table(&["it would trade on paper", ""], rows, &[]))?;
    Ok(())
}
