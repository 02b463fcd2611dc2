-- What was backtested, so that it can be looked up and repeated.

CREATE TABLE runs (
    id          INTEGER PRIMARY KEY,
    kind        TEXT    NOT NULL,        -- which command: run
    made_at_s   INTEGER NOT NULL,        -- when it was first made, Unix seconds, UTC
    manifest    TEXT    NOT NULL,        -- everything it follows from, as JSON: program, strategy, settings, data
    result      TEXT    NOT NULL,        -- what came of it, as JSON: the figures
    result_hash TEXT    NOT NULL         -- BLAKE3 of all that came of it, hexadecimal: equal for equal results
);

-- The same run again is found by its result.
CREATE INDEX runs_by_result ON runs (result_hash);
