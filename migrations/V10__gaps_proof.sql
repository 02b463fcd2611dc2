-- What is only suspected, and what is proven. A gap without a proof explains nothing and is asked for again.
ALTER TABLE gaps ADD COLUMN proof TEXT;          -- how it was proven, in words; NULL while it is not
ALTER TABLE gaps ADD COLUMN proven_at_s INTEGER; -- Unix seconds; NULL while it is not

-- Whatever was noted before was asked for twice, or came and was not believed.
UPDATE gaps SET proof = 'the exchange was asked twice', proven_at_s = found_at_s;
