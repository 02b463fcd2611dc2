//! Tests of the pager.
