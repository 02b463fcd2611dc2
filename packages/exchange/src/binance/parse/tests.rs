//! Tests of reading replies.
