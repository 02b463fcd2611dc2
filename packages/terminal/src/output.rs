//! What goes to stdout: text, tables, numbers, shell completions.

use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::Shell;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

/// Prints a text and a line end. A reader that went away, as `head` does, is no error.
///
/// # Errors
/// When stdout cannot be written for another reason, such as a full disk.
pub fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Says something on stderr. Where nobody can hear it, as on a disk that is full, that stops nothing.
pub fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// A table without lines, as wide as its content; the columns of `right` are aligned right.
#[must_use]
pub fn table(header: &[&str], rows: Vec<Vec<String>>, right: &[usize]) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header.iter().copied()).add_rows(rows);
    for &column in right {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// A number as people read it: `1,033,226`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Prints the completions of command `C` for a shell.
///
/// # Errors
/// When stdout cannot be written.
pub fn completions<C: CommandFactory>(shell: Shell) -> io::Result<()> {
    let mut command = C::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    print(String::from_utf8_lossy(&script).trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_thousands() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_033_226, "1,033,226")] {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn tables_align() {
        let rows = vec![vec!["a".into(), "1".into()], vec!["bb".into(), "1,000".into()]];
        assert_eq!(table(&["what", "rows"], rows, &[1]), " what   rows\n a         1\n bb    1,000");
    }
}
