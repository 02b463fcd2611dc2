//! The report as a table for the terminal, 80 columns wide.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table};

use crate::numbers::{count, counted, figure, minute, money, share};
use crate::{FIGURES, Figure, Figures, Provenance, Report, Unit};

const WIDTH: u16 = 80;
/// Holes that are listed one by one; the rest is counted.
const HOLES_LISTED: usize = 8;
/// Trades that are listed because they touched a hole; the rest is counted.
const TRADES_LISTED: usize = 8;
/// Digits of a hash that are shown: enough to tell two runs apart.
const HASH_DIGITS: usize = 12;

impl Report<'_> {
    /// The report for people at a terminal: figures beside buy-and-hold, then what must be known
    /// about them. No line is wider than 80 columns.
    #[must_use]
    pub fn table(&self) -> String {
        let mut parts = vec![self.head(), self.figure_table()];
        parts.extend(self.all_warnings().iter().map(|warning| paragraph(&format!("Warning: {warning}"))));
        parts.extend(
            [
                self.open_part(),
                self.hole_part(),
                self.settled().as_deref().map(paragraph),
                self.ambiguous_part(),
                self.rejected_part(),
            ]
            .into_iter()
            .flatten(),
        );
        parts.push(self.provenance_part());
        parts.join("\n\n") + "\n"
    }

    fn head(&self) -> String {
        let range = self
            .tally
            .span_ms()
            .map_or(String::new(), |(from_ms, to_ms)| format!("{} to {} UTC, ", minute(from_ms), minute(to_ms)));
        let mut lines = vec![paragraph(&format!("{} on {}", self.name, self.series))];
        if !self.about.is_empty() {
            lines.push(paragraph(self.about));
        }
        lines.push(paragraph(&format!(
            "{range}{}; warm-up of {}, {} read from before the range",
            counted(self.tally.candles() as u64, "candle", "candles"),
            count(self.warm_up_candles as u64),
            count(self.warm_up_read as u64),
        )));
        lines.join("\n")
    }

    fn figure_table(&self) -> String {
        let quote = self.series.symbol.quote();
        let ours = self.figures();
        let hold = self.tally.buy_and_hold();
        let best = self.figures_at_best();
        let heads: &[&str] =
            if best.is_some() { &["", "At worst", "At best", "Buy & hold"] } else { &["", "Strategy", "Buy & hold"] };
        let mut table = table(heads);
        for row in FIGURES.iter().filter(|row| self.shows(row, &ours)) {
            let cell = |value: Option<f64>| value.map_or("-".to_owned(), |value| figure(value, row.unit));
            let held = if row.of_equity { cell(hold.get(row.name)) } else { String::new() };
            let unit = if row.unit == Unit::Quote { format!(", {quote}") } else { String::new() };
            let mut cells = vec![format!("{}{unit}", row.title), cell(ours.get(row.name))];
            cells.extend(best.as_ref().map(|best| cell(best.get(row.name))));
            cells.push(held);
            table.add_row(cells);
        }
        align_right(&mut table, &[1, 2, 3]);
        table.trim_fmt()
    }

    /// Whether a figure has a row: spot has no funding, and what neither side has is left out.
    pub(crate) fn shows(&self, row: &Figure, ours: &Figures) -> bool {
        let idle = row.name == "funding" && self.series.symbol.is_spot();
        !idle && (row.of_equity || ours.get(row.name).is_some())
    }

    fn open_part(&self) -> Option<String> {
        let open = self.result.open.as_ref()?;
        let touched = if self.open_touched_a_hole() { " It touched a hole." } else { "" };
        Some(paragraph(&format!(
            "Still open: {} {} {} since {} UTC at {}, marked at the last close.{touched}",
            open.side,
            open.quantity,
            self.series.symbol.base(),
            minute(open.entry_time_ms),
            open.entry_price,
        )))
    }

    fn hole_part(&self) -> Option<String> {
        if self.holes.is_empty() {
            return None;
        }
        let mut holes = table(&["Hole from", "to", "candles missing"]);
        for hole in self.holes.iter().take(HOLES_LISTED) {
            holes.add_row([minute(hole.from_ms), minute(hole.to_ms), count(hole.missing)]);
        }
        align_right(&mut holes, &[2]);
        let touched = self.trades_that_touched_a_hole();
        let missing = counted(self.missing_candles(), "candle is missing in", "candles are missing in");
        let runs = counted(self.holes.len() as u64, "hole", "holes");
        let trades = counted(touched.len() as u64, "trade", "trades");
        let mut parts = vec![
            paragraph(&format!("{missing} {runs}.{}", more(self.holes.len(), HOLES_LISTED))),
            holes.trim_fmt(),
            paragraph(&format!("{trades} touched a hole.{}", more(touched.len(), TRADES_LISTED))),
        ];
        if !touched.is_empty() {
            parts.push(self.trade_list(&touched));
        }
        Some(parts.join("\n"))
    }

    fn trade_list(&self, indices: &[usize]) -> String {
        let mut rows = table(&["Trade", "Side", "Entry, UTC", "Exit, UTC", "Profit"]);
        for &index in indices.iter().take(TRADES_LISTED) {
            let trade = &self.result.trades[index];
            rows.add_row([
                count(index as u64 + 1),
                trade.side.to_string(),
                minute(trade.entry_time_ms),
                minute(trade.exit_time_ms),
                money(trade.pnl),
            ]);
        }
        align_right(&mut rows, &[0, 4]);
        rows.trim_fmt()
    }

    fn ambiguous_part(&self) -> Option<String> {
        let bars = self.result.ambiguous_bars;
        if bars == 0 {
            return None;
        }
        let quote = self.series.symbol.quote();
        let candles = counted(bars as u64, "candle", "candles");
        if self.at_best.is_some() {
            return Some(paragraph(&format!(
                "Ambiguous: {candles} reached both loss and target. The truth lies between the two columns: at worst \
                 every one of them ended with the loss, at best with the target."
            )));
        }
        let gain = self.ambiguous_gain_at_best();
        Some(paragraph(&format!(
            "Ambiguous: {candles} reached both loss and target, and the loss was taken. With the target first, \
             these trades would have given {} {quote} more ({} of the cash at the start), what follows from it not counted.",
            money(gain),
            share(gain / self.result.initial_cash),
        )))
    }

    fn rejected_part(&self) -> Option<String> {
        if self.result.rejected.is_empty() {
            return None;
        }
        let mut reasons = table(&["Signals that became no trade", "Count"]);
        for (reason, times) in self.rejections() {
            reasons.add_row([reason.to_owned(), count(times as u64)]);
        }
        align_right(&mut reasons, &[1]);
        Some(reasons.trim_fmt())
    }

    fn provenance_part(&self) -> String {
        let short = |hash: &str| hash.chars().take(HASH_DIGITS).collect::<String>();
        let Provenance { data_hash, strategy_hash, binary_hash, version } = &self.provenance;
        paragraph(&format!(
            "Data {}, strategy {}, program {} (version {version})",
            short(data_hash),
            short(strategy_hash),
            short(binary_hash)
        ))
    }
}

/// ` The first 8:` where a list is cut.
fn more(total: usize, listed: usize) -> String {
    if total > listed { format!(" The first {listed}:") } else { String::new() }
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING.header_separator(LineStyle::none().fill('─').junction('─'))).force_no_tty();
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table.set_header(header.iter().copied());
    table
}

fn align_right(table: &mut Table, columns: &[usize]) {
    for &index in columns {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// Text broken into lines of at most 80 columns, without control characters.
fn paragraph(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut table = Table::new();
    table.load_style(NOTHING).force_no_tty();
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table.add_row([clean]);
    if let Some(column) = table.column_mut(0) {
        column.set_padding((0, 0));
    }
    table.trim_fmt()
}
