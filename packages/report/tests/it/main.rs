//! The report against the oracles and at its edges.

mod edges;
mod html;
mod json;
mod oracle;
mod oracles;
mod table;
