"""The table for people and the file for programs."""

import json
import os
import platform
import subprocess
import time
from pathlib import Path
from statistics import median

from .workspace import filesystem_of


def print_table(rows):
    cells = [("goal", "what", "target", "figure: median (min..max)", "verdict", "note")]
    cells += [(row.goal, row.subject, row.target(), row.figure(), row.verdict(), row.note) for row in rows]
    print_columns(cells)


def print_columns(cells):
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    for number, line in enumerate(cells):
        print("| " + " | ".join(text.ljust(width) for text, width in zip(line, widths)) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


def print_absolutes(throughput):
    """Medians over the rounds of every load, so that the ratios can be judged."""
    cells = [("load", "per second", "p50 µs", "p99 µs", "max µs", "server CPU µs/op", "load CPU µs/op")]
    keys = ("ops_per_s", "p50_us", "p99_us", "max_us", "server_cpu_us_per_op", "client_cpu_us_per_op")
    for name, results in throughput.items():
        good = [result for result in results if "problem" not in result]
        figures = [[result[key] for result in good if result[key] is not None] for key in keys]
        cells.append((name, *(f"{median(values):.1f}" if values else "-" for values in figures)))
    print_columns(cells)


def busy_share(seconds=1.0):
    """Share of the processors that others use while we do nothing, 0 to 1."""
    def times():
        fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
        return sum(fields), fields[3] + fields[4]

    total_before, idle_before = times()
    time.sleep(seconds)
    total, idle = times()
    return 1 - (idle - idle_before) / max(1, total - total_before)


def machine(data_directory, root):
    def output(*command):
        return subprocess.run(command, capture_output=True, text=True, cwd=root).stdout.strip()

    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "unknown")
    return {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "commit": output("git", "describe", "--always", "--dirty"),
        "kernel": platform.release(),
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "filesystem": filesystem_of(data_directory),
        "busy_before": busy_share(),
        "redis": output("redis-server", "--version"),
    }


def write_results(path, settings, host, rows, everything):
    table = [{"goal": row.goal, "what": row.subject, "target": row.target(), "values": row.values,
              "median": median(row.values) if row.values else None, "unit": row.unit.strip(),
              "verdict": row.verdict(), "note": row.note} for row in rows]
    document = {"machine": host, "settings": vars(settings) | {"only": sorted(settings.only)}, "table": table,
                "raw": everything}
    path.write_text(json.dumps(document, indent=1) + "\n")
