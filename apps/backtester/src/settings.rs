//! From the command line and a strategy to the settings of a run.

use anyhow::{anyhow, bail};
use execution::{Ambiguity, Margin, Market, Settings, Tiers};
use market::Symbol;
use strategy::{Description, Size};

use crate::args::{AccountArgs, FeeChargedIn, MarketKind};
use crate::brackets;

/// The maintenance margin rate where none is said, as the venues ask it of middling symbols: 0.5 %.
const USUAL_MAINTENANCE: f64 = 0.005;

/// The settings of a run of the described strategy.
pub(crate) fn of(args: &AccountArgs, symbol: &Symbol, description: &Description) -> anyhow::Result<Settings> {
    let size = args.size.unwrap_or(description.orders.size);
    if matches!(size, Size::Risk(_)) && description.orders.protection.stop.is_none() {
        bail!("--size {} needs a stop, and {} has none", size, description.name);
    }
    let market = market(args, symbol, description)?;
    if market == Market::Spot && !description.long {
        bail!("{} only goes short, which a spot market does not allow", description.name);
    }
    let settings = Settings {
        cash: args.cash,
        size,
        taker_fee: args.taker_fee,
        maker_fee: args.maker_fee,
        slippage: args.slippage,
        fee_charged_in: match args.fee_charged_in {
            FeeChargedIn::Quote => execution::FeeChargedIn::Quote,
            FeeChargedIn::Received => execution::FeeChargedIn::Received,
        },
        market,
        tick: args.tick,
        lot: args.lot,
        min_quantity: args.min_quantity,
        min_notional: args.min_notional,
        ambiguity: Ambiguity::Loss,
    };
    settings.check()?;
    Ok(settings)
}

fn market(args: &AccountArgs, symbol: &Symbol, description: &Description) -> anyhow::Result<Market> {
    let follows = if symbol.is_spot() { MarketKind::Spot } else { MarketKind::Perpetual };
    if args.market.unwrap_or(follows) == MarketKind::Spot {
        let of_perpetuals = [
            ("--leverage", args.leverage.is_some_and(|leverage| leverage != 1.0)),
            ("--maintenance-margin-rate", args.maintenance_margin_rate.is_some_and(|rate| rate != 0.0)),
            ("--leverage-brackets", args.leverage_brackets.is_some()),
        ];
        if let Some((flag, _)) = of_perpetuals.iter().find(|(_, is_given)| *is_given) {
            bail!(
                "{flag} is for perpetuals, and {symbol} is traded on spot; a perpetual is {symbol}:{}",
                symbol.quote()
            );
        }
        return Ok(Market::Spot);
    }
    let tiers = match (&args.maintenance_tiers, &args.leverage_brackets) {
        (Some(list), _) => Tiers::new(list)?,
        (None, Some(path)) => brackets::read(path, symbol)?,
        (None, None) => {
            let rate = args.maintenance_margin_rate.unwrap_or(USUAL_MAINTENANCE);
            Tiers::single(rate).map_err(|error| anyhow!("--maintenance-margin-rate {rate}: {error}"))?
        }
    };
    Ok(Market::Perpetual(Margin { leverage: args.leverage.unwrap_or(description.orders.leverage), tiers }))
}

/// What the reader must know of rules that take no part.
pub(crate) fn warnings(settings: &Settings, description: &Description) -> Vec<String> {
    let mut warnings = Vec::new();
    if settings.market != Market::Spot {
        return warnings;
    }
    if description.short {
        warnings.push("The rules of `short` take no part: a spot market cannot be sold short.".to_owned());
    }
    if description.orders.leverage != 1.0 {
        warnings.push("`leverage` takes no part: a spot market has none.".to_owned());
    }
    warnings
}
