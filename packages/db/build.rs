//! Rebuilds the package when a migration is added: the macro that embeds them sees only files it knows.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
