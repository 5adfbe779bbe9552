"""What one update costs in calls, wake-ups, allocations and copies: figures that do not depend on the machine."""

from .load import run_load
from .report import print_columns
from .servers import start_governord

CLIENTS = (1, 8, 64)
TARGETS = {"governor": "direct", "proxies": "through proxies"}
# What is printed, by the names that load reports.
FIGURES = {
    "server_switches": "daemon's threads went to sleep",
    "wakes": "one of its threads woke another",
    "polls": "epoll_wait",
    "poll_changes": "epoll_ctl",
    "socket_reads": "socket read",
    "socket_writes": "socket written",
    "file_reads": "file read",
    "file_writes": "file written",
    "syncs": "file synced",
    "file_looks": "stat and the like",
    "file_locks": "file locked or unlocked",
    "allocations": "allocations",
    "allocated_bytes": "bytes allocated",
    "copied_bytes": "bytes copied",
    "via_reads": "proxy: reads",
    "via_writes": "proxy: writes",
    "via_bytes": "proxy: bytes read and written",
    "via_switches": "proxy: went to sleep",
}


def measure(workspace, binaries, settings, progress):
    """{"direct, 1": result of load, ...}"""
    results = {}
    for target, way in TARGETS.items():
        for clients in CLIENTS:
            progress(f"counts: {way}, {clients}")
            counts = workspace.data / workspace.fresh_name("counts")
            counting = {"LD_PRELOAD": str(binaries.count_calls), "BENCH_COUNTS": str(counts)}
            with start_governord(workspace, binaries, preloaded=counting) as server:
                # The proxies are linked statically, and the environment of a daemon that they would start is not ours.
                via = [binaries.proxy] if target == "proxies" else None
                environment = {name: value for name, value in server.environment.items() if name not in counting}
                results[f"{way}, {clients}"] = run_load(workspace, binaries, target, server.socket, clients,
                                                        settings.seconds, settings.warmup, via=via,
                                                        environment=environment, counts=counts)
    return results


def print_counts(results):
    cells = [("for one update", *results)]
    for key, subject in FIGURES.items():
        cells.append((subject, *(f"{result[key]:.2f}" for result in results.values())))
    print_columns(cells)
