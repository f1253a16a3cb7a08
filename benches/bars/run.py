#!/usr/bin/env python3
"""Times a CSV of trades to one-minute bars: `tickcast replay --speed max` and polars, in turns.

    benches/big-csv 0.5 500 > /tmp/many.csv
    python3 -m venv /tmp/peer && /tmp/peer/bin/pip install polars==2.1.0
    /tmp/peer/bin/python benches/bars/run.py /tmp/many.csv --turns 3

Wall and CPU seconds, and the largest resident memory in MB; medians. A replay counts from the start of the program to
the end of the file, with all that it does besides: eight intervals, the days, exact decimals, a server. polars counts
its query alone, without its start. Linux only.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request

QUERY = """
import resource, sys, time
import polars as pl
def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
before, start = cpu(), time.perf_counter()
price = pl.col("price")
bars = (
    pl.scan_csv(sys.argv[1])
    .with_columns((pl.col("timestamp") // 60_000).alias("minute"))
    .group_by("symbol", "minute")
    .agg(
        price.first().alias("open"),
        price.max().alias("high"),
        price.min().alias("low"),
        price.last().alias("close"),
        pl.col("size").sum().alias("volume"),
    )
    .collect(engine="streaming")
)
wall = time.perf_counter() - start
print(wall, cpu() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, len(bars))
"""


def polars(file):
    out = subprocess.run([sys.executable, "-c", QUERY, file], check=True, capture_output=True, text=True).stdout
    return [float(number) for number in out.split()[:3]]


def tickcast(binary, file):
    start = time.perf_counter()
    command = [binary, "replay", file, "--speed", "max", "--bind", "127.0.0.1:0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        address = next(line.strip() for line in process.stdout if "://" in line)
        url = "http://" + address.split("://")[1].rstrip("/") + "/api/v1/feed"
        while json.load(urllib.request.urlopen(url))["state"] != "ended":
            time.sleep(0.005)
        wall = time.perf_counter() - start
        with open(f"/proc/{process.pid}/stat") as file:
            ticks = sum(int(field) for field in file.read().rsplit(")", 1)[1].split()[11:13])
        with open(f"/proc/{process.pid}/status") as file:
            peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
        return [wall, ticks / os.sysconf("SC_CLK_TCK"), peak / 1024]
    finally:
        process.kill()
        process.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--binary", action="append", help="a build of tickcast; several are compared")
    flags = parser.parse_args()
    builds = flags.binary or ["target/release/tickcast"]
    runs = {build: lambda build=build: tickcast(build, flags.file) for build in builds}
    runs["polars"] = lambda: polars(flags.file)
    seen = {name: [] for name in runs}
    for _ in range(flags.turns):
        for name, run in runs.items():
            seen[name].append(run())
    print("| | wall, s | CPU, s | memory, MB |\n|---|---|---|---|")
    for name, results in seen.items():
        wall, cpu, memory = (statistics.median(column) for column in zip(*results))
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {memory:.0f} |")


if __name__ == "__main__":
    main()
