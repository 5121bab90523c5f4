"""The statistics of a log, from their definitions in docs/log.md and nothing else of ina219.

usage: statistics.py <log.db> <bucket length in s, 0 for one over all> [from Unix us] [to Unix us]
Prints one JSON object a line: device, bucket (its begin in us), channel, and the figures as printed.
"""
import json
import sqlite3
import sys
from collections import defaultdict
from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 60
path, every_s = sys.argv[1], float(sys.argv[2])
from_us = int(sys.argv[3]) if len(sys.argv) > 3 else 0
to_us = int(sys.argv[4]) if len(sys.argv) > 4 else 1 << 60
db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
NOT_MEASURED = {"ovf", "nosensor", "error", "reset"}


def is_measured(status):
    words = status.split(",")
    return "out_of_range" not in words and words[0] not in NOT_MEASURED


# All samples by run, in order of time: (us, number, status, {channel: value}).
samples = {}
for us, device, epoch, seq, status, v, a, w in db.execute(
    "SELECT time_us, device, epoch, sequence, status, voltage, current, power FROM power_log"
):
    samples[us] = (device, epoch, seq, status, {"v": v, "a": a, "w": w})
for us, device, epoch, seq, status, channel, value in db.execute(
    "SELECT time_us, device, epoch, sequence, status, channel, value FROM channel_log"
):
    samples.setdefault(us, (device, epoch, seq, status, {}))[4][channel] = value


def exact(value):
    """The decimal that the device sent."""
    return Fraction(Decimal(repr(float(value))))


def follows(run):
    """Whether each sample of a run follows directly on the one before."""
    spacings, before, answer = [], None, []
    for us, seq, _, _ in run:
        if before is None:
            answer.append(False)
        elif seq is not None:
            answer.append(before[1] is not None and (before[1] + 1) % 2**32 == seq)
        else:
            last = sorted(spacings[-32:])
            usual = None if not last else last[-1] if len(last) == 1 else last[-2]
            longest = 10_000_000 if usual is None else 3 * usual + 500_000
            answer.append(us - before[0] <= longest)
            spacings.append(us - before[0])
        before = (us, seq)
    return answer


runs = defaultdict(list)
devices = {}
for us in sorted(samples):
    device, epoch, seq, status, values = samples[us]
    devices[epoch] = device
    runs[epoch].append((us, seq, status, values))

points = defaultdict(list)  # (device, bucket, channel) -> [(us, value)]
pairs = defaultdict(list)  # the same -> [(span us, value before, value)]


def bucket_of(us):
    every_us = round(every_s * 1e6)
    return 0 if every_us == 0 else us // every_us * every_us


for epoch, run in runs.items():
    linked = follows(run)
    last = {}  # channel -> (index, us, value, measured)
    breaks = 0
    for i, (us, seq, status, values) in enumerate(run):
        if not linked[i]:
            breaks = i
        measured = is_measured(status)
        for channel, value in values.items():
            key = (devices[epoch], bucket_of(us), channel)
            value = exact(value)
            before = last.get(channel)
            if measured and from_us <= us < to_us:
                points[key].append((us, value))
                if before and before[3] and before[0] >= breaks and i - before[0] - 1 <= 1000:
                    pairs[key].append((us - before[1], before[2], value))
            last[channel] = (i, us, value, measured)


def root(fraction):
    return (Decimal(fraction.numerator) / Decimal(fraction.denominator)).sqrt()


def printed(value, decimals=9):
    return None if value is None else float(f"{float(value):.{decimals}f}")


for key in sorted(points):
    device, bucket, channel = key
    list_ = points[key]
    n = len(list_)
    xs = [x for _, x in list_]
    ts = [t for t, _ in list_]
    ordered = sorted(xs)
    mean = sum(xs) / n
    covered = sum(span for span, _, _ in pairs[key])
    area = sum((x0 + x1) / 2 * span for span, x0, x1 in pairs[key])
    square = sum(x * x for x in xs) / n
    mean_t = Fraction(sum(ts), n)
    times = sum((t - mean_t) ** 2 for t in ts)
    rank = lambda p: float(ordered[-(-p * n // 100) - 1])
    slope = None
    if times > 0:
        slope = sum((t - mean_t) * (x - mean) for t, x in list_) / times * 1_000_000
    print(
        json.dumps(
            {
                "device": device,
                "bucket": bucket,
                "channel": channel,
                "n": n,
                "covered_us": covered,
                "min": float(ordered[0]),
                "avg": printed(mean),
                "max": float(ordered[-1]),
                "mean_time": printed(area / covered) if covered else None,
                "stddev": None
                if n < 2
                else printed(root(sum((x - mean) ** 2 for x in xs) / (n - 1))),
                "p2p": printed(ordered[-1] - ordered[0]),
                "p5": rank(5),
                "p50": rank(50),
                "p95": rank(95),
                "p99": rank(99),
                "crest": None
                if square == 0
                else printed(root(max(x * x for x in xs) / square)),
                "slope": printed(slope, 12),
            }
        )
    )
