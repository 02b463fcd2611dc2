"""The candles that all are given: the first ones of a CSV file, made so that nobody has to guess.

- Open times are laid anew on a grid without holes: freqtrade would fill holes with candles of its own, Jesse refuses
  or counts them otherwise, and then the averages would differ.
- Prices are rounded to eighths. Sums of eighths are exact in doubles, so two averages that are equal are equal for
  everyone; otherwise the last bit of a sum would decide whether they crossed, and it depends on the order of adding.
"""
import gzip
import os
import struct

ROW = struct.Struct("<6d")  # open_time_ms, open, high, low, close, volume
MINUTE_MS = 60_000
PRICE_STEP = 1 / 8


def write(source, folder, count):
    """Writes the first `count` candles into `folder` as candles.csv and candles.f64; how many there were."""
    opened = gzip.open(source, "rt") if source.endswith(".gz") else open(source)
    # Line by line: what this process holds would be the least that is measured for others.
    with (
        opened as lines,
        open(os.path.join(folder, "candles.csv"), "w") as csv,
        open(os.path.join(folder, "candles.f64"), "wb") as binary,
    ):
        csv.write(next(lines, ""))
        first_ms, written = None, 0
        for line in lines:
            if written == count:
                break
            open_time_ms, *prices, volume = (float(cell) for cell in line.split(",")[:6])
            first_ms = open_time_ms if first_ms is None else first_ms
            prices = [round(price / PRICE_STEP) * PRICE_STEP for price in prices]
            row = (first_ms + written * MINUTE_MS, *prices, volume)
            csv.write(f"{int(row[0])}," + ",".join(map(repr, row[1:])) + "\n")
            binary.write(ROW.pack(*row))
            written += 1
    return written


class Candles:
    """Reads single candles of candles.f64."""

    def __init__(self, folder):
        self.file = open(os.path.join(folder, "candles.f64"), "rb")
        self.count = os.fstat(self.file.fileno()).st_size // ROW.size
        self.first_ms = self.row(0)[0]

    def row(self, index):
        self.file.seek(index * ROW.size)
        return ROW.unpack(self.file.read(ROW.size))

    def open(self, index):
        return self.row(index)[1]

    def close(self, index):
        return self.row(index)[4]

    def index(self, open_time_ms):
        return int((open_time_ms - self.first_ms) // MINUTE_MS)
