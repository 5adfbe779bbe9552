"""P1 to P6: the same closed loop against the daemon and its peers, in turn, round after round."""

from dataclasses import dataclass

from .figures import Row, ratios
from .load import run_load
from .servers import start_echo, start_governord, start_rawlog, start_redis, start_stock_redis
from .workspace import BenchError

SLOW_DISK_US = 2000


@dataclass(frozen=True)
class Cell:
    """One server under one load, on a fresh store."""

    name: str
    start: object
    target: str
    clients: int
    goals: tuple
    delay_us: int = 0


# What is compared stands together, so that both are measured within seconds of each other.
GROUPS = [
    [
        Cell("governor 1", start_governord, "governor", 1, ("P1", "P4")),
        Cell("redis 1", start_redis, "redis", 1, ("P1",)),
        Cell("rawlog 1", start_rawlog, "rawlog", 1, ("P4",)),
    ],
    [
        Cell("governor 8", start_governord, "governor", 8, ("P1",)),
        Cell("redis 8", start_redis, "redis", 8, ("P1", "P2")),
        Cell("proxies 8", start_governord, "proxies", 8, ("P2",)),
    ],
    [
        Cell("rawlog 64", start_rawlog, "rawlog", 64, ("P3",)),
        Cell("governor 64", start_governord, "governor", 64, ("P1", "P3", "P4", "P5")),
        Cell("redis 64", start_redis, "redis", 64, ("P1", "P2", "P4", "P5")),
        Cell("redis 64, stock", start_stock_redis, "redis", 64, ("P1",)),
        Cell("proxies 64", start_governord, "proxies", 64, ("P2",)),
    ],
    [
        Cell("governor 256", start_governord, "governor", 256, ("P1",)),
        Cell("redis 256", start_redis, "redis", 256, ("P1",)),
    ],
    [
        Cell("governor 64, slow disk", start_governord, "governor", 64, ("P3",), SLOW_DISK_US),
        Cell("rawlog 64, slow disk", start_rawlog, "rawlog", 64, ("P3",), SLOW_DISK_US),
    ],
    [
        Cell("governor read 64", start_governord, "governor-read", 64, ("P6",)),
        Cell("echo 64", start_echo, "echo", 64, ("P6",)),
    ],
]


def measure_cell(workspace, binaries, settings, cell):
    with cell.start(workspace, binaries, delay_us=cell.delay_us) as server:
        via = [binaries.proxy] if cell.target.startswith("proxies") else None
        environment = getattr(server, "environment", None)
        if cell.target == "governor-read":  # what is read must exist
            run_load(workspace, binaries, "governor", server.socket, cell.clients, 30, 0, ops=4 * cell.clients)
        return run_load(workspace, binaries, cell.target, server.socket, cell.clients, settings.seconds,
                        settings.warmup, via=via, environment=environment)


def measure(workspace, binaries, settings, progress):
    """{cell name: [result of each round]}; a failed one holds only `problem`."""
    results = {}
    for number in range(settings.rounds):
        for group in GROUPS:
            cells = [cell for cell in group if settings.wants(*cell.goals)]
            # Every other round backwards: whatever drifts, drifts against both sides alike.
            for cell in cells if number % 2 == 0 else reversed(cells):
                progress(f"round {number + 1}: {cell.name}")
                try:
                    result = measure_cell(workspace, binaries, settings, cell)
                except (BenchError, OSError) as error:
                    result = {"problem": str(error)}
                if "problem" in result:
                    progress(f"  {result['problem']}")
                results.setdefault(cell.name, []).append(result)
    return results


def rows(results, settings):
    def compare(goal, subject, relation, limit, ours, theirs, key, note=""):
        if settings.wants(goal):
            values = ratios(results.get(ours, []), results.get(theirs, []), key)
            table.append(Row(goal, subject, relation, limit, values, note=note))

    table = []
    for clients, limit in ((1, 1.0), (8, 1.4), (64, 1.5), (256, 1.5)):
        compare("P1", f"updates/s against redis, {clients} clients", ">=", limit, f"governor {clients}",
                f"redis {clients}", "ops_per_s", "stretch 2.0" if clients == 64 else "")
    compare("P1", "the same against stock redis, 64 clients", "", None, "governor 64", "redis 64, stock",
            "ops_per_s", "snapshots and log rewriting on")
    for clients, limit in ((8, 1.2), (64, 1.0)):
        compare("P2", f"through proxies against redis direct, {clients}", ">=", limit, f"proxies {clients}",
                f"redis {clients}", "ops_per_s")
    compare("P3", "updates/s against rawlog, 64", ">=", 0.30, "governor 64", "rawlog 64", "ops_per_s")
    compare("P3", "the same, every fsync 2 ms slower", ">=", 0.85, "governor 64, slow disk",
            "rawlog 64, slow disk", "ops_per_s")
    compare("P4", "p99 against redis, 64", "<=", 1.0, "governor 64", "redis 64", "p99_us")
    compare("P4", "p50 against rawlog, 1", "<=", 1.6, "governor 1", "rawlog 1", "p50_us")
    compare("P5", "server CPU an update against redis, 64", "<=", 0.8, "governor 64", "redis 64",
            "server_cpu_us_per_op")
    compare("P6", "read-only calls/s against echo, 64", ">=", 0.35, "governor read 64", "echo 64", "ops_per_s")
    return table
