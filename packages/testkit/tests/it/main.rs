//! The rules of the house, checked on the project itself: who imports whom, and how the sources look.

mod faults;
mod graph;
mod readme;
mod sources;
