#!/usr/bin/env python3
"""Measures governor against its peers and holds the figures against the goals P1 to P11. See README.md."""

import argparse
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness import binaries as programs
from harness import counts, crash, footprint, guard, proxy_costs, report, scale, throughput
from harness.settings import Settings, quick_settings
from harness.workspace import BenchError, Workspace

GOALS = [f"P{number}" for number in range(1, 12)] + ["COUNTS"]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round: for trying out, not for judging")
    parser.add_argument("--only", default="", metavar="P1,P4", help="measure only these goals; COUNTS: only count")
    parser.add_argument("--rounds", type=int, help="interleaved rounds of each comparison (default 5)")
    parser.add_argument("--seconds", type=float, help="measured time of each load (default 3)")
    parser.add_argument("--history-rows", type=int, help="length of P9's history (default 10000000, quick 1000000)")
    parser.add_argument("--build-dir", type=Path, default=programs.ROOT / "build" / "bench")
    parser.add_argument("--no-build", action="store_true", help="measure what the build directory holds")
    parser.add_argument("--data-dir", type=Path, help="a folder on the disk to measure (default: the build directory)")
    arguments = parser.parse_args()
    arguments.only = {goal for goal in arguments.only.upper().split(",") if goal}
    if not arguments.only <= set(GOALS):
        parser.error(f"--only takes goals from {', '.join(GOALS)}")
    return arguments


def settings_from(arguments):
    settings = quick_settings() if arguments.quick else Settings()
    settings.only = arguments.only
    for name in ("rounds", "seconds", "history_rows"):
        if getattr(arguments, name) is not None:
            setattr(settings, name, getattr(arguments, name))
    return settings


def progress(text):
    print(text, file=sys.stderr, flush=True)


def measure_part(everything, name, measure):
    """A part that fails must not take the others' figures with it."""
    try:
        everything[name] = measure()
    except (BenchError, OSError) as error:
        progress(f"{name}: {error}")
        everything["problems"].append(f"{name}: {error}")


def measure_all(workspace, binaries, settings):
    everything = {"problems": []}
    parts = [
        ("counts", counts, ("COUNTS",)),
        ("throughput", throughput, ("P1", "P2", "P3", "P4", "P5", "P6")),
        ("proxy", proxy_costs, ("P7",)),
        ("footprint", footprint, ("P8",)),
        ("scale", scale, ("P9",)),
        ("crash", crash, ("P10",)),
        ("guard", guard, ("P11",)),
    ]
    for name, module, goals in parts:
        if settings.wants(*goals):
            measure_part(everything, name, lambda: module.measure(workspace, binaries, settings, progress))
    return everything


def table_of(everything, settings):
    rows = []
    if "throughput" in everything:
        rows += throughput.rows(everything["throughput"], settings)
    if "proxy" in everything:
        rows += proxy_costs.rows(everything["proxy"])
    if "footprint" in everything:
        rows += footprint.rows(everything["footprint"])
    if "scale" in everything:
        rows += scale.rows(everything["scale"], settings)
    if "guard" in everything:
        rows += guard.rows(everything["guard"])
    return rows + crash.rows(everything)


def main():
    arguments = parse_arguments()
    settings = settings_from(arguments)
    build_dir = arguments.build_dir.resolve()
    # Turned into an exception, so that every process and directory is cleaned away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if not arguments.no_build:
            progress(f"building in {build_dir}")
            programs.build(build_dir)
        binaries = programs.Binaries(build_dir)
        for absent in binaries.missing():
            progress(f"missing, what needs it will fail: {absent}")
        with Workspace((arguments.data_dir or build_dir).resolve()) as workspace:
            host = report.machine(workspace.data, programs.ROOT)
            if host["busy_before"] > 0.05:
                progress(f"others use {host['busy_before']:.0%} of the processors: figures will be worse and scatter")
            everything = measure_all(workspace, binaries, settings)
    except BenchError as error:
        progress(str(error))
        return 1
    rows = table_of(everything, settings)
    print(f"{host['time']}  {host['commit']}  {host['cpu']}, {host['cores']} cores, Linux {host['kernel']}, "
          f"{host['filesystem']}, {host['busy_before']:.0%} busy before; {settings.rounds} rounds of "
          f"{settings.seconds:g} s\n")
    report.print_table(rows)
    if "throughput" in everything:
        print()
        report.print_absolutes(everything["throughput"])
    if "counts" in everything:
        print()
        counts.print_counts(everything["counts"])
    for problem in everything["problems"]:
        print(f"\nno figure: {problem}")
    report.write_results(build_dir / "results.json", settings, host, rows, everything)
    print(f"\nall figures: {os.path.relpath(build_dir / 'results.json')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
