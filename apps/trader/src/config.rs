//! The config file: read strictly, every mistake at once.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use execution::{FeeChargedIn, Market, Settings};
use market::{Symbol, parse_duration_ms};
use strategy::Size;
use yaml::{Fields, Node, Problems, Value};

/// What to trade, where, and with what.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Config {
    /// As ccxt names it.
    pub(crate) exchange: String,
    /// What is traded.
    pub(crate) symbol: Symbol,
    /// The strategy's file.
    pub(crate) strategy: PathBuf,
    /// The store.
    pub(crate) db: PathBuf,
    /// The folder of the logs.
    pub(crate) logs: PathBuf,
    /// Name of the account, where the file gives one.
    pub(crate) account: Option<String>,
    /// Overrides the strategy's size.
    pub(crate) size: Option<Size>,
    /// Cash, fees and steps; `size` is only a place until the strategy is known.
    pub(crate) settings: Settings,
    /// Base candles to fetch at the first start.
    pub(crate) warm_up: Option<usize>,
    /// How long a stream may say nothing.
    pub(crate) silence: Duration,
    /// Other addresses than the exchange's own.
    pub(crate) base_url: Option<String>,
    pub(crate) ws_url: Option<String>,
    /// Other values for the strategy's params.
    pub(crate) params: Vec<(String, f64)>,
}

const KEYS: [&str; 21] = [
    "exchange",
    "symbol",
    "strategy",
    "db",
    "logs",
    "mode",
    "account",
    "cash",
    "size",
    "taker_fee",
    "maker_fee",
    "slippage",
    "fee_charged_in",
    "tick",
    "lot",
    "min_quantity",
    "min_notional",
    "warm_up",
    "silence",
    "base_url",
    "ws_url",
];
const PARAMS: &str = "params";
const DEFAULT_DB: &str = "data/chandler.db";
const DEFAULT_LOGS: &str = "logs";
const DEFAULT_CASH: f64 = 10_000.0;
const DEFAULT_FEE: f64 = 0.001;
const DEFAULT_SILENCE: Duration = Duration::from_secs(90);
/// Most candles that a warm-up may ask for.
const MAX_WARM_UP: usize = 1_000_000;

/// Reads the file at `path`.
///
/// # Errors
/// When it cannot be read, or every mistake in it.
pub(crate) fn read(path: &Path) -> Result<Config> {
    let shown = path.display();
    let source =
        terminal::read_text(path, yaml::MAX_BYTES).with_context(|| format!("cannot read the config file {shown}"))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    match parse(&source, folder) {
        Ok(config) => Ok(config),
        Err(problems) => bail!("the config file {shown} has mistakes\n\n{}", drawn(&problems, path, &source)),
    }
}

/// Mistakes as they are drawn for people.
pub(crate) fn drawn(problems: &Problems, path: &Path, source: &str) -> String {
    let colour = std::io::IsTerminal::is_terminal(&std::io::stderr());
    problems.render(&path.display().to_string(), source, colour)
}

/// Reads a config file's text; the strategy's path is relative to `folder`.
///
/// # Errors
/// Every mistake, with its place.
pub(crate) fn parse(source: &str, folder: &Path) -> Result<Config, Problems> {
    let root = yaml::parse(source)?;
    let mut problems = Problems::default();
    let known: Vec<&str> = KEYS.into_iter().chain([PARAMS]).collect();
    let config = Fields::read(&root, "a config file", &known, &mut problems)
        .and_then(|fields| Reader { fields, problems: &mut problems }.config(folder));
    match config {
        Some(config) if problems.is_empty() => Ok(config),
        _ => Err(problems),
    }
}

struct Reader<'a> {
    fields: Fields<'a>,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    /// Reads every key before it gives up, so that every mistake is told.
    fn config(mut self, folder: &Path) -> Option<Config> {
        let exchange = self.exchange();
        let symbol = self.symbol();
        let strategy = self.required("strategy", "strategies/sma_cross.yaml").map(|path| folder.join(path));
        self.mode();
        let db = self.text("db", DEFAULT_DB).unwrap_or(DEFAULT_DB.to_owned()).into();
        let logs = self.text("logs", DEFAULT_LOGS).unwrap_or(DEFAULT_LOGS.to_owned()).into();
        let account = self.text("account", "my account");
        let size = self.fields.value("size", "50%", self.problems);
        let settings = self.settings();
        let warm_up = self.warm_up();
        let silence = self.silence();
        let base_url = self.text("base_url", "http://127.0.0.1:8765");
        let ws_url = self.text("ws_url", "ws://127.0.0.1:8765");
        let params = self.params();
        let (exchange, symbol, strategy) = (exchange?, symbol?, strategy?);
        Some(Config {
            exchange,
            symbol,
            strategy,
            db,
            logs,
            account,
            size,
            settings,
            warm_up,
            silence,
            base_url,
            ws_url,
            params,
        })
    }

    fn text(&mut self, key: &str, example: &str) -> Option<String> {
        self.fields.text(key, example, self.problems).map(str::to_owned)
    }

    fn required(&mut self, key: &str, example: &str) -> Option<String> {
        self.fields.required(key, example, self.problems)?;
        self.text(key, example)
    }

    fn exchange(&mut self) -> Option<String> {
        let name = self.required("exchange", "binance")?;
        let known = exchange::names();
        if !known.contains(&name.as_str()) {
            let near = yaml::nearest(&name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            let help = near.unwrap_or_else(|| format!("known: {}", known.join(", ")));
            self.problem("exchange", format!("unknown exchange `{name}`"), help);
        }
        Some(name)
    }

    fn symbol(&mut self) -> Option<Symbol> {
        self.fields.required("symbol", "BTC/USDT", self.problems)?;
        let symbol: Symbol = self.fields.value("symbol", "BTC/USDT", self.problems)?;
        if !symbol.is_spot() {
            let message = format!("{symbol} is a perpetual, and this version trades spot only");
            self.problem("symbol", message, "for example `symbol: BTC/USDT`".to_owned());
        }
        Some(symbol)
    }

    fn mode(&mut self) {
        match self.text("mode", "paper").as_deref() {
            None | Some("paper") => {}
            Some("live") => {
                let help = "write `mode: paper`; fills follow the same rules as a backtest";
                self.problem("mode", "this version trades on paper only".to_owned(), help.to_owned());
            }
            Some(other) => {
                self.problem("mode", format!("`{other}` is no mode"), "write `mode: paper`".to_owned());
            }
        }
    }

    fn settings(&mut self) -> Settings {
        let rate = |value: f64| (0.0..1.0).contains(&value);
        let step = |value: f64| value >= 0.0;
        let (a_rate, a_step) =
            ("a share from 0 up to 1, such as 0.001 for 0.1 %", "0 for none, or a step such as 0.01");
        let a_least = "0 for none, or an amount such as 10";
        Settings {
            cash: self.number("cash", DEFAULT_CASH, |value| value > 0.0, "an amount above 0, such as 10000"),
            size: Size::Equity(1.0),
            taker_fee: self.number("taker_fee", DEFAULT_FEE, rate, a_rate),
            maker_fee: self.number("maker_fee", DEFAULT_FEE, rate, a_rate),
            slippage: self.number("slippage", 0.0, rate, a_rate),
            fee_charged_in: self.fee_charged_in(),
            market: Market::Spot,
            ambiguity: execution::Ambiguity::Loss,
            tick: self.number("tick", 0.0, step, a_step),
            lot: self.number("lot", 0.0, step, a_step),
            min_quantity: self.number("min_quantity", 0.0, step, a_least),
            min_notional: self.number("min_notional", 0.0, step, a_least),
        }
    }

    fn fee_charged_in(&mut self) -> FeeChargedIn {
        match self.text("fee_charged_in", "quote").as_deref() {
            None | Some("quote") => FeeChargedIn::Quote,
            Some("received") => FeeChargedIn::Received,
            Some(other) => {
                let help = "write quote (beside the price), or received (base when buying, quote when selling)";
                self.problem("fee_charged_in", format!("`{other}` is no place for a fee"), help.to_owned());
                FeeChargedIn::Quote
            }
        }
    }

    fn number(&mut self, key: &str, default: f64, good: impl Fn(f64) -> bool, expected: &str) -> f64 {
        let Some(text) = self.text(key, &default.to_string()) else { return default };
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() && good(value) => value,
            _ => {
                self.problem(key, format!("`{key}` is `{text}`"), format!("expected {expected}"));
                default
            }
        }
    }

    fn warm_up(&mut self) -> Option<usize> {
        let text = self.text("warm_up", "500")?;
        let count = text.parse().ok().filter(|count| *count <= MAX_WARM_UP);
        if count.is_none() {
            let help = format!("expected a whole number of candles up to {MAX_WARM_UP}");
            self.problem("warm_up", format!("`warm_up` is `{text}`"), help);
        }
        count
    }

    fn silence(&mut self) -> Duration {
        let Some(text) = self.text("silence", "90s") else { return DEFAULT_SILENCE };
        match parse_duration_ms(&text) {
            Ok(ms) if ms > 0 => Duration::from_millis(ms.unsigned_abs()),
            _ => {
                self.problem("silence", format!("`silence` is `{text}`"), "expected a span such as 90s".to_owned());
                DEFAULT_SILENCE
            }
        }
    }

    fn params(&mut self) -> Vec<(String, f64)> {
        let Some(node) = self.fields.get(PARAMS).filter(|node| !node.is_empty()) else { return Vec::new() };
        let Value::Map(entries) = &node.value else {
            let message = format!("`params` is {}, not a mapping of names to numbers", node.kind());
            self.problems.push(node.span.clone(), message, Some("for example `params: {length: 20}`".to_owned()));
            return Vec::new();
        };
        entries.iter().filter_map(|(key, value)| self.param(key, value)).collect()
    }

    fn param(&mut self, key: &Node, value: &Node) -> Option<(String, f64)> {
        let name = key.text()?;
        let number = value.text().and_then(|text| text.parse::<f64>().ok()).filter(|number| number.is_finite());
        if number.is_none() {
            let message = format!("the param `{name}` is not a number");
            self.problems.push(value.span.clone(), message, Some(format!("for example `{name}: 20`")));
        }
        Some((name.to_owned(), number?))
    }

    /// A mistake in the value of `key`.
    fn problem(&mut self, key: &str, message: String, help: String) {
        let span = self.fields.get(key).map_or(0..0, |node| node.span.clone());
        self.problems.push(span, message, Some(help));
    }
}
