-- What a search has tried, so that the same search goes on where it was cancelled.

CREATE TABLE trials (
    search        TEXT NOT NULL,         -- BLAKE3 of program, strategy, settings, range and data, hexadecimal
    params        TEXT NOT NULL,         -- of this trial: `fast=5 slow=20`
    figures       BLOB NOT NULL,         -- doubles, little-endian, in the order of the program; NaN where there is none
    daily_returns BLOB NOT NULL,         -- doubles, little-endian: the return of each UTC day
    PRIMARY KEY (search, params)
) WITHOUT ROWID;
