//! Imports point down, and what must be there once is there once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// What each of our packages may import of ours, from the bottom up. A package that is not named here is new:
/// give it its place. Tests may import what they like.
const MAY_IMPORT: [(&str, &[&str]); 20] = [
    ("market", &[]),
    ("yaml", &[]),
    ("network", &[]),
    ("terminal", &["market"]),
    ("limits", &[]),
    ("files", &[]),
    ("db", &["market", "limits", "files"]),
    ("exchange", &["market", "network", "limits"]),
    ("websocket", &["market", "network"]),
    ("strategy", &["market", "yaml"]),
    ("execution", &["market", "strategy"]),
    ("report", &["market", "strategy", "execution"]),
    ("research", &[]),
    ("columns", &[]),
    ("search", &["market", "yaml", "strategy", "execution", "report"]),
    ("testkit", &["market"]),
    (
        "backfiller",
        &["market", "yaml", "network", "terminal", "db", "exchange", "strategy", "execution", "columns", "files"],
    ),
    (
        "backtester",
        &[
            "market",
            "yaml",
            "terminal",
            "db",
            "strategy",
            "execution",
            "report",
            "research",
            "search",
            "columns",
            "files",
        ],
    ),
    (
        "trader",
        &["market", "yaml", "network", "terminal", "db", "exchange", "websocket", "strategy", "execution", "report"],
    ),
    // The judge: it shares no code with what it judges.
    ("simulator", &["market", "terminal"]),
];

/// Packages that do no I/O, and what they must therefore not be able to reach, themselves or through others.
const PURE: [&str; 8] = ["market", "yaml", "limits", "strategy", "execution", "report", "research", "search"];
const OUT_OF_REACH: [&str; 6] = ["tokio", "reqwest", "rusqlite", "rustls", "tungstenite", "mio"];

/// Two of these in one build would be a mistake: two SQLite libraries in one process break each other's locks,
/// and two TLS or WebSocket stacks are twice the code to trust.
const ONCE: [&str; 6] = ["rusqlite", "libsqlite3-sys", "rustls", "ring", "tungstenite", "tokio-tungstenite"];
/// TLS is rustls with ring.
const NEVER: [&str; 5] = ["openssl-sys", "native-tls", "aws-lc-sys", "aws-lc-rs", "openssl"];

static METADATA: LazyLock<Metadata> = LazyLock::new(|| {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).other_options(["--locked".to_owned()]).exec().expect("metadata")
});

/// What a package names under `[dependencies]` and `[build-dependencies]`, but not for its tests.
fn imports(package: &Package) -> BTreeSet<&str> {
    let real = package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development);
    real.map(|dependency| dependency.name.as_str()).collect()
}

#[test]
fn imports_point_down() {
    let places: BTreeMap<&str, &[&str]> = MAY_IMPORT.into_iter().collect();
    let ours: BTreeSet<&str> = METADATA.workspace_packages().iter().map(|package| package.name.as_str()).collect();
    for package in METADATA.workspace_packages() {
        let name = package.name.as_str();
        let allowed = places.get(name).unwrap_or_else(|| panic!("{name} has no place in MAY_IMPORT yet"));
        for import in imports(package).into_iter().filter(|import| ours.contains(import)) {
            assert!(allowed.contains(&import), "{name} must not import {import}; it may import {allowed:?}");
        }
    }
}

#[test]
fn a_folder_is_named_as_its_package() {
    for package in METADATA.workspace_packages() {
        let folder = package.manifest_path.parent().and_then(|folder| folder.file_name());
        assert_eq!(folder, Some(package.name.as_str()));
    }
}

#[test]
fn only_the_store_knows_sqlite() {
    for package in METADATA.workspace_packages() {
        let knows = imports(package).contains("rusqlite");
        assert_eq!(knows, *package.name == "db", "{} and rusqlite", package.name);
    }
}

#[test]
fn what_does_no_io_cannot_reach_any() {
    // The walk itself sees far enough.
    assert!(everything_below("trader").contains("rusqlite") && everything_below("exchange").contains("mio"));
    for name in PURE {
        let reached = everything_below(name);
        for far in OUT_OF_REACH {
            assert!(!reached.contains(far), "{name} reaches {far}");
        }
    }
}

/// The names of every package that `name` builds with, tests left out.
fn everything_below(name: &str) -> BTreeSet<&'static str> {
    let resolve = METADATA.resolve.as_ref().expect("cargo resolves");
    let start = METADATA.workspace_packages().into_iter().find(|package| *package.name == name).expect("it is ours");
    let (mut seen, mut open) = (BTreeSet::new(), vec![&start.id]);
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let node = resolve.nodes.iter().find(|node| node.id == *id).expect("every package is a node");
        let real = |kinds: &[cargo_metadata::DepKindInfo]| kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
        open.extend(node.deps.iter().filter(|dep| real(&dep.dep_kinds)).map(|dep| &dep.pkg));
    }
    seen.into_iter().map(|id| METADATA[id].name.as_str()).collect()
}

#[test]
fn what_must_be_there_once_is_there_once() {
    for name in ONCE {
        let found = METADATA.packages.iter().filter(|package| *package.name == name).map(|package| &package.version);
        let versions: Vec<String> = found.map(ToString::to_string).collect();
        assert_eq!(versions.len(), 1, "{name}: {versions:?}");
    }
    for name in NEVER {
        assert!(!METADATA.packages.iter().any(|package| *package.name == name), "{name} is in the lock file");
    }
}

#[test]
fn everything_comes_from_crates_io_and_has_a_licence() {
    for package in METADATA.packages.iter().filter(|package| !METADATA.workspace_members.contains(&package.id)) {
        let source = package.source.as_ref().map(ToString::to_string);
        let name = &package.name;
        assert_eq!(source.as_deref(), Some("registry+https://github.com/rust-lang/crates.io-index"), "{name}");
        assert!(package.license.is_some(), "{name} names no licence");
    }
}

#[test]
fn every_package_of_ours_obeys_the_lints() {
    for package in METADATA.workspace_packages() {
        let manifest = std::fs::read_to_string(&package.manifest_path).expect("a manifest");
        assert!(manifest.contains("[lints]\nworkspace = true"), "{} has its own lints, or none", package.name);
    }
}
