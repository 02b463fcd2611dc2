//! A desk with mark prices or funding that has holes, and what the commands tell of them.

use db::{Data, Place, Store};
use market::{Series, Symbol, Timeframe};
use serde_json::Value;

use crate::liar::{Asked, FUNDING_MS, Liar, MINUTE_MS, NOW_MS, Reply, What, honest, honest_funding};
use crate::run::{Desk, stderr};

/// Rows of each kind that a desk has, but for those without.
pub(crate) const ROWS: i64 = 60;

pub(crate) fn symbol() -> Symbol {
    "BTC/USDT:USDT".parse().unwrap()
}

/// What the tests of one kind have in common.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) what: What,
    /// Between two rows.
    pub(crate) step_ms: i64,
    pub(crate) begin_ms: i64,
}

/// Minutes from four hours ago on.
pub(crate) const MARK: Kind =
    Kind { name: "mark", what: What::Marks, step_ms: MINUTE_MS, begin_ms: NOW_MS - 240 * MINUTE_MS };
/// Rates every eight hours; the last one is eighty hours old.
pub(crate) const FUNDING: Kind =
    Kind { name: "funding", what: What::Funding, step_ms: FUNDING_MS, begin_ms: NOW_MS - (ROWS + 9) * FUNDING_MS };
pub(crate) const BOTH: [Kind; 2] = [MARK, FUNDING];

impl Kind {
    pub(crate) fn at(self, number: i64) -> i64 {
        self.begin_ms + number * self.step_ms
    }

    pub(crate) fn place(self) -> Place {
        match self.what {
            What::Funding => Place::of_funding("binanceusdm", &symbol()),
            _ => Place::of(&Series::new("binanceusdm", symbol(), Timeframe::M1), Data::Mark),
        }
    }

    pub(crate) fn row(self, number: i64) -> String {
        let values = if self.what == What::Funding { "0.0001" } else { "1.5,2.5,0.5,1.25,0" };
        format!("{},{values}\n", self.at(number))
    }

    /// Imports rows of a symbol, but for those without.
    pub(crate) fn import(self, desk: &Desk, symbol: &str, without: &[(i64, i64)]) {
        let numbers = (0..ROWS).filter(|number| !without.iter().any(|&(from, to)| (from..to).contains(number)));
        let file = desk.write("a.csv", &numbers.map(|number| self.row(number)).collect::<String>());
        let args =
            ["import", "--exchange", "binanceusdm", "--symbol", symbol, "--kind", self.name, "--timeframe", "1m"];
        desk.json(&[&args[..], &[file.to_str().unwrap()]].concat());
    }

    pub(crate) fn holed(self, without: &[(i64, i64)]) -> Desk {
        let desk = Desk::new();
        self.import(&desk, "BTC/USDT:USDT", without);
        desk
    }

    /// What an honest exchange answers, but for the rows of those numbers.
    pub(crate) fn honest(self, asked: &Asked, without: (i64, i64)) -> Reply {
        let lacks = |time: i64| (self.at(without.0)..self.at(without.1)).contains(&time);
        let from_ms = self.begin_ms;
        Some(if asked.what == What::Funding {
            honest_funding(asked, from_ms, lacks)
        } else {
            honest(asked, from_ms, lacks)
        })
    }

    /// An exchange that lacks the rows of those numbers.
    pub(crate) fn lacking(self, from: i64, to: i64) -> Liar {
        Liar::open(move |asked| self.honest(asked, (from, to)))
    }

    /// What was asked for of this kind, by numbers: the first row wanted, and the first not wanted.
    pub(crate) fn asked(self, liar: &Liar) -> Vec<(i64, i64)> {
        let number = |time_ms: i64| (time_ms - self.begin_ms + self.step_ms - 1).div_euclid(self.step_ms);
        let asked = liar.asked().into_iter().filter(|asked| asked.what == self.what);
        asked.map(|asked| (number(asked.since_ms), number(asked.end_ms + 1))).collect()
    }

    /// Runs repair; gives what it told, after a look at how it ended.
    #[track_caller]
    pub(crate) fn repair(self, desk: &Desk, liar: &Liar, code: i32) -> Value {
        run(desk, liar, &["repair", "--kind", self.name], code)
    }

    /// What `gaps` tells: `10-20 not asked yet?`, with a question mark where it is not explained.
    #[track_caller]
    pub(crate) fn told(self, desk: &Desk) -> Vec<String> {
        let json = desk.json(&["gaps", "--kind", self.name]);
        assert_eq!(json["series"][0]["kind"], self.name);
        let holes = json["series"][0]["holes"].as_array().unwrap().iter().map(|hole| {
            let number = |key: &str| (hole[key].as_i64().unwrap() - self.begin_ms) / self.step_ms;
            let mark = if hole["explained"] == true { "" } else { "?" };
            assert_eq!(hole["missing"], number("to_ms") - number("from_ms"), "{hole}");
            format!("{}-{} {}{mark}", number("from_ms"), number("to_ms"), hole["cause"].as_str().unwrap())
        });
        holes.collect()
    }

    pub(crate) fn rows(self, desk: &Desk) -> usize {
        let store = Store::open_existing(desk.db()).unwrap();
        match self.what {
            What::Funding => store.funding("binanceusdm", &symbol(), None, None).unwrap().len(),
            _ => store.marks(&Series::new("binanceusdm", symbol(), Timeframe::M1), None, None).unwrap().len(),
        }
    }
}

#[track_caller]
pub(crate) fn run(desk: &Desk, liar: &Liar, args: &[&str], code: i32) -> Value {
    let output = desk.run(&[args, &["--exchange", "binanceusdm", "--base-url", &liar.url, "--json"]].concat());
    assert_eq!(output.status.code(), Some(code), "{} {}", stderr(&output), String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// How many rows `check` misses, and how it ends.
#[track_caller]
pub(crate) fn check(desk: &Desk, missing: u64) {
    let output = desk.run(&["check", "--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["series"][0]["missing"], missing, "{json}");
    assert_eq!(output.status.code(), Some(if missing == 0 { 0 } else { 3 }));
}
