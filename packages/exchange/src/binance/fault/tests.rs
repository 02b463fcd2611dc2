//! Tests of judging replies.
