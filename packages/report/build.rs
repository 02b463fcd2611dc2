//! Sees to it that the page of the HTML report has been built before it is embedded.

use std::path::Path;

/// The page, as `npm run build` writes it.
const PAGE: &str = "web/dist/report.html";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={PAGE}");
    if !Path::new(PAGE).is_file() {
        println!(
            "cargo::error=the page of the report is not built; run `make web`, or `cd packages/report/web && npm ci && npm run build`"
        );
    }
}
