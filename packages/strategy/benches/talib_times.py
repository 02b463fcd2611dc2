"""What TA-Lib in C takes for each function: reads five columns of doubles, prints `name nanoseconds` lines."""
import sys
import time

import numpy
import talib

columns = numpy.frombuffer(sys.stdin.buffer.read()).reshape(5, -1)
o, h, l, c, v = [numpy.ascontiguousarray(column) for column in columns]
n = 14
calls = {
    "sma": lambda: talib.SMA(c, n),
    "ema": lambda: talib.EMA(c, n),
    "wma": lambda: talib.WMA(c, n),
    "dema": lambda: talib.DEMA(c, n),
    "tema": lambda: talib.TEMA(c, n),
    "trima": lambda: talib.TRIMA(c, n),
    "kama": lambda: talib.KAMA(c, n),
    "rsi": lambda: talib.RSI(c, n),
    "macd": lambda: talib.MACD(c, 12, 26, 9),
    "macd_signal": lambda: talib.MACD(c, 12, 26, 9),
    "macd_hist": lambda: talib.MACD(c, 12, 26, 9),
    "stoch_k": lambda: talib.STOCH(h, l, c, n, 3, 0, 3, 0),
    "stoch_d": lambda: talib.STOCH(h, l, c, n, 3, 0, 3, 0),
    "cci": lambda: talib.CCI(h, l, c, n),
    "mfi": lambda: talib.MFI(h, l, c, v, n),
    "willr": lambda: talib.WILLR(h, l, c, n),
    "roc": lambda: talib.ROC(c, n),
    "mom": lambda: talib.MOM(c, n),
    "cmo": lambda: talib.CMO(c, n),
    "trix": lambda: talib.TRIX(c, n),
    "adx": lambda: talib.ADX(h, l, c, n),
    "plus_di": lambda: talib.PLUS_DI(h, l, c, n),
    "minus_di": lambda: talib.MINUS_DI(h, l, c, n),
    "aroon_up": lambda: talib.AROON(h, l, n),
    "aroon_down": lambda: talib.AROON(h, l, n),
    "ultosc": lambda: talib.ULTOSC(h, l, c, 7, 14, 28),
    "bop": lambda: talib.BOP(o, h, l, c),
    "tr": lambda: talib.TRANGE(h, l, c),
    "atr": lambda: talib.ATR(h, l, c, n),
    "natr": lambda: talib.NATR(h, l, c, n),
    "stdev": lambda: talib.STDDEV(c, n),
    "variance": lambda: talib.VAR(c, n),
    "bb_upper": lambda: talib.BBANDS(c, n, 2, 2),
    "bb_middle": lambda: talib.BBANDS(c, n, 2, 2),
    "bb_lower": lambda: talib.BBANDS(c, n, 2, 2),
    "sar": lambda: talib.SAR(h, l, 0.02, 0.2),
    "obv": lambda: talib.OBV(c, v),
    "ad": lambda: talib.AD(h, l, c, v),
    "adosc": lambda: talib.ADOSC(h, l, c, v, 3, 10),
    "highest": lambda: talib.MAX(c, n),
    "lowest": lambda: talib.MIN(c, n),
    "sum": lambda: talib.SUM(c, n),
    "linreg": lambda: talib.LINEARREG(c, n),
    "linreg_slope": lambda: talib.LINEARREG_SLOPE(c, n),
    "correlation": lambda: talib.CORREL(c, o, n),
    "change": lambda: talib.MOM(c, n),
    "sqrt": lambda: talib.SQRT(c),
    "log": lambda: talib.LN(c),
    "exp": lambda: talib.EXP(c / c),
    "floor": lambda: talib.FLOOR(c),
    "ceil": lambda: talib.CEIL(c),
}
for name, call in calls.items():
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - began)
    print(name, best * 1e9 / len(c))
