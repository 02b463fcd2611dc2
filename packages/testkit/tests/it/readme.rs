//! What the pages for people show is there: commands, options, make targets, linked files.

use std::fs;
use std::path::{Path, PathBuf};

const APPS: [&str; 4] = ["backfiller", "backtester", "trader", "simulator"];

/// The project's root.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// README.md, those of folders, and the pages of `docs`, with their paths.
fn pages() -> Vec<(PathBuf, String)> {
    let docs = fs::read_dir(root().join("docs")).expect("the folder is there");
    let docs =
        docs.map(|entry| entry.expect("an entry").path()).filter(|path| path.extension().is_some_and(|e| e == "md"));
    let paths = docs.chain(["README.md", "migrations/README.md", "strategies/README.md"].map(|page| root().join(page)));
    paths.map(|path| (path.clone(), fs::read_to_string(&path).expect("text"))).collect()
}

/// The lines inside of fenced blocks; a line that ends in `\` goes on in the next.
fn shown_lines(text: &str) -> Vec<String> {
    let blocks = text.split("```").skip(1).step_by(2);
    let joined = blocks.map(|block| block.replace("\\\n", " ")).collect::<Vec<_>>().join("\n");
    joined.lines().map(|line| line.trim_start_matches("$ ").split(" #").next().unwrap_or_default().to_owned()).collect()
}

/// The source of an app and of what all commands share.
fn source_of(app: &str) -> String {
    let mut text = String::new();
    let mut folders = vec![root().join("apps").join(app).join("src"), root().join("packages/terminal/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                text.push_str(&fs::read_to_string(&path).expect("text"));
            }
        }
    }
    text
}

/// `fetch` as the variant of the enum that clap reads: `Fetch`.
fn variant(subcommand: &str) -> String {
    let mut letters = subcommand.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[test]
fn commands_that_are_shown_exist() {
    let mut checked = 0;
    for (path, text) in pages() {
        for line in shown_lines(&text) {
            let words: Vec<&str> =
                line.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word)).collect();
            let Some((app, rest)) = words.split_first().filter(|(app, _)| APPS.contains(app)) else { continue };
            let source = source_of(app);
            // Lines such as `simulator: REST http://…` are output.
            let Some(subcommand) = rest.first().filter(|word| word.chars().all(|c| c.is_ascii_lowercase())) else {
                continue;
            };
            let name = variant(subcommand);
            let known =
                [format!("{name}("), format!("{name} {{"), format!("{name},")].iter().any(|form| source.contains(form));
            assert!(known, "{}: {app} has no `{subcommand}`", path.display());
            for option in rest.iter().filter_map(|word| word.strip_prefix("--")) {
                let field = option.split('=').next().unwrap_or_default().replace('-', "_");
                let known = ["help", "version"].contains(&field.as_str()) || source.contains(&format!("{field}:"));
                assert!(known, "{}: {app} {subcommand} has no --{option}", path.display());
            }
            checked += 1;
        }
    }
    assert!(checked >= 6, "only {checked} commands were found in the pages");
}

#[test]
fn make_targets_that_are_shown_exist() {
    let makefile = fs::read_to_string(root().join("Makefile")).expect("text");
    for (path, text) in pages() {
        for line in shown_lines(&text) {
            let Some(target) = line.split("make ").nth(1).and_then(|rest| rest.split_whitespace().next()) else {
                continue;
            };
            if line.starts_with("make ") || line.contains(" make ") {
                assert!(makefile.contains(&format!("\n{target}:")), "{}: make {target}", path.display());
            }
        }
    }
}

#[test]
fn links_lead_somewhere() {
    for (path, text) in pages() {
        let folder = path.parent().expect("a file has a folder");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            if file.is_empty() || link.contains("://") {
                continue;
            }
            assert!(folder.join(file).exists(), "{}: {link} is not there", path.display());
        }
    }
}
