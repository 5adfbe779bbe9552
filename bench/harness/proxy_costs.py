"""P7: what the proxy adds to a call, to a start, and to memory, against static C programs."""

from statistics import median

from .conversation import close_all, open_talkers
from .figures import Row
from .load import run_load, spawn_times
from .memory import memory_of
from .servers import start_governord

# Several at a time: with a single one its program text would count as private.
ALIVE = 8
# The figure depends on which processors the scheduler happens to choose: many short tries, and their median.
TRIES = 7


def added_latency(workspace, binaries, settings, server):
    """p50 of a read-only call in µs: on the socket, through copy_proxy, through governor-proxy."""
    ways = {
        "direct": ("governor-read", None),
        "copy_proxy": ("governor-read", [binaries.copy_proxy, server.socket]),
        "governor_proxy": ("proxies-read", [binaries.proxy]),
    }
    tries = {name: [] for name in ways}
    for _ in range(TRIES):
        for name, (target, via) in ways.items():
            result = run_load(workspace, binaries, target, server.socket, 1, settings.seconds / 6, 0.1, via=via,
                              environment=server.environment, agent_prefix="p7-")
            tries[name].append(result["p50_us"])
    return {name: median(values) for name, values in tries.items()}


def memory(workspace, binaries, server, command):
    talkers = open_talkers(workspace, command, ALIVE, server.environment)
    measured = [memory_of(talker.pid) for talker in talkers]
    close_all(talkers)
    return {key: median(each[key] for each in measured) for key in measured[0]}


def measure(workspace, binaries, settings, progress):
    rounds = []
    with start_governord(workspace, binaries) as server:
        run_load(workspace, binaries, "governor", server.socket, 1, 30, 0, ops=4, agent_prefix="p7-")
        for number in range(settings.rounds):
            progress(f"round {number + 1}: proxy against copy_proxy and spawn_peer")
            result = {"p50_us": added_latency(workspace, binaries, settings, server)}
            commands = [[binaries.proxy], [binaries.spawn_peer, server.socket]]
            proxy, peer = spawn_times(workspace, binaries, settings.spawns, commands, server.environment)
            result["spawn_ms"] = {"governor_proxy": proxy["p50_ms"], "spawn_peer": peer["p50_ms"]}
            result["memory_kib"] = {
                "governor_proxy": memory(workspace, binaries, server, [binaries.proxy]),
                "spawn_peer": memory(workspace, binaries, server, [binaries.spawn_peer, server.socket]),
            }
            rounds.append(result)
    return rounds


def rows(rounds):
    added = []
    for result in rounds:
        p50 = result["p50_us"]
        added.append((p50["governor_proxy"] - p50["direct"]) / (p50["copy_proxy"] - p50["direct"]))
    spawn = [result["spawn_ms"]["governor_proxy"] / result["spawn_ms"]["spawn_peer"] for result in rounds]
    resident = [r["memory_kib"]["governor_proxy"]["rss"] / r["memory_kib"]["spawn_peer"]["rss"] for r in rounds]
    private = [result["memory_kib"]["governor_proxy"]["private"] for result in rounds]
    return [
        Row("P7", "p50 the proxy adds, against copy_proxy", "<=", 1.15, added),
        Row("P7", "spawn to first reply, against static C", "<=", 1.25, spawn),
        Row("P7", "proxy resident, against static C", "<=", 1.15, resident),
        Row("P7", "proxy private memory", "<=", 64, private, " KiB"),
    ]
