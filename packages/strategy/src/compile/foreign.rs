//! Functions as other systems name them, and what to write here.

/// What to write for a function of another system, or of another name.
pub(super) enum Instead {
    /// One of these functions.
    Function(&'static [&'static str]),
    /// Something else.
    Words(&'static str),
}

const AGO: Instead = Instead::Words("the value one candle ago is `close[1]`");
const UNKNOWN: Instead = Instead::Words(
    "leave it out: a value that is not known is unknown by itself, and a rule that reads it does not fire",
);
const ELSEWHERE: Instead = Instead::Words("to read candles of a higher timeframe write `close @ 4h`");
const POWER: Instead = Instead::Words("there is no power function: for a square write `x * x`");

/// Names without `_` and in small letters, and what they stand for.
const FOREIGN: &[(&str, Instead)] = &[
    ("ma", Instead::Function(&["sma", "ema"])),
    ("avg", Instead::Function(&["sma"])),
    ("average", Instead::Function(&["sma"])),
    ("mean", Instead::Function(&["sma"])),
    ("movingaverage", Instead::Function(&["sma"])),
    ("simplemovingaverage", Instead::Function(&["sma"])),
    ("exponentialmovingaverage", Instead::Function(&["ema"])),
    ("smma", Instead::Function(&["rma"])),
    ("wilder", Instead::Function(&["rma"])),
    ("wilders", Instead::Function(&["rma"])),
    ("relativestrengthindex", Instead::Function(&["rsi"])),
    ("macdext", Instead::Function(&["macd"])),
    ("macdsignal", Instead::Function(&["macd_signal"])),
    ("macdhist", Instead::Function(&["macd_hist"])),
    ("macdhistogram", Instead::Function(&["macd_hist"])),
    ("stoch", Instead::Function(&["stoch_k", "stoch_d"])),
    ("stochf", Instead::Function(&["stoch_k", "stoch_d"])),
    ("stochastic", Instead::Function(&["stoch_k", "stoch_d"])),
    ("momentum", Instead::Function(&["mom"])),
    ("rateofchange", Instead::Function(&["roc"])),
    ("wpr", Instead::Function(&["willr"])),
    ("williamsr", Instead::Function(&["willr"])),
    ("dmi", Instead::Function(&["adx", "plus_di", "minus_di"])),
    ("aroon", Instead::Function(&["aroon_up", "aroon_down"])),
    ("trange", Instead::Function(&["tr"])),
    ("truerange", Instead::Function(&["tr"])),
    ("averagetruerange", Instead::Function(&["atr"])),
    ("std", Instead::Function(&["stdev"])),
    ("stddev", Instead::Function(&["stdev"])),
    ("standarddeviation", Instead::Function(&["stdev"])),
    ("var", Instead::Function(&["variance"])),
    ("bb", Instead::Function(&["bb_upper", "bb_middle", "bb_lower"])),
    ("bbands", Instead::Function(&["bb_upper", "bb_middle", "bb_lower"])),
    ("bollinger", Instead::Function(&["bb_upper", "bb_middle", "bb_lower"])),
    ("bollingerbands", Instead::Function(&["bb_upper", "bb_middle", "bb_lower"])),
    ("kc", Instead::Function(&["kc_upper", "kc_lower"])),
    ("keltner", Instead::Function(&["kc_upper", "kc_lower"])),
    ("donchian", Instead::Function(&["highest", "lowest"])),
    ("psar", Instead::Function(&["sar"])),
    ("parabolicsar", Instead::Function(&["sar"])),
    ("chaikin", Instead::Function(&["adosc", "cmf"])),
    ("accdist", Instead::Function(&["ad"])),
    ("hh", Instead::Function(&["highest"])),
    ("hhv", Instead::Function(&["highest"])),
    ("rollingmax", Instead::Function(&["highest"])),
    ("ll", Instead::Function(&["lowest"])),
    ("llv", Instead::Function(&["lowest"])),
    ("rollingmin", Instead::Function(&["lowest"])),
    ("rollingsum", Instead::Function(&["sum"])),
    ("linearreg", Instead::Function(&["linreg"])),
    ("linearregslope", Instead::Function(&["linreg_slope"])),
    ("corr", Instead::Function(&["correlation"])),
    ("correl", Instead::Function(&["correlation"])),
    ("rank", Instead::Function(&["percentrank"])),
    ("diff", Instead::Function(&["change"])),
    ("cross", Instead::Function(&["crossover", "crossunder"])),
    ("crosses", Instead::Function(&["crossover", "crossunder"])),
    ("crossabove", Instead::Function(&["crossover"])),
    ("crossesabove", Instead::Function(&["crossover"])),
    ("crossup", Instead::Function(&["crossover"])),
    ("crossbelow", Instead::Function(&["crossunder"])),
    ("crossesbelow", Instead::Function(&["crossunder"])),
    ("crossdown", Instead::Function(&["crossunder"])),
    ("since", Instead::Function(&["bars_since"])),
    ("dayofweek", Instead::Function(&["weekday"])),
    ("ln", Instead::Function(&["log"])),
    ("ceiling", Instead::Function(&["ceil"])),
    ("iff", Instead::Words("write `if(condition, a, b)`")),
    ("ifelse", Instead::Words("write `if(condition, a, b)`")),
    ("iif", Instead::Words("write `if(condition, a, b)`")),
    ("where", Instead::Words("write `if(condition, a, b)`")),
    ("ref", AGO),
    ("shift", AGO),
    ("lag", AGO),
    ("prev", AGO),
    ("previous", AGO),
    ("delay", AGO),
    ("offset", AGO),
    ("nz", UNKNOWN),
    ("na", UNKNOWN),
    ("isnan", UNKNOWN),
    ("fillna", UNKNOWN),
    ("security", ELSEWHERE),
    ("resample", ELSEWHERE),
    ("pow", POWER),
    ("power", POWER),
    ("square", POWER),
];

/// What to write instead of calling `name`, where that is known.
pub(super) fn instead(name: &str) -> Option<&'static Instead> {
    let plain: String = name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect();
    FOREIGN.iter().find(|(foreign, _)| *foreign == plain).map(|(_, instead)| instead)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::FUNCTIONS;

    #[test]
    fn what_is_offered_exists_and_what_exists_is_not_foreign() {
        for (name, instead) in FOREIGN {
            assert!(FUNCTIONS.iter().all(|function| function.name != *name), "{name} is a function");
            assert!(!name.contains('_'), "{name} is compared without `_`");
            let Instead::Function(offered) = instead else { continue };
            for offered in *offered {
                assert!(FUNCTIONS.iter().any(|function| function.name == *offered), "{offered} is no function");
            }
        }
    }
}
