"""P9: what an update costs with many agents and with a long history."""

from .figures import Row, ratios
from .load import run_load
from .servers import start_governord
from .workspace import BenchError

CLIENTS = 64
FEW_AGENTS = 10
HISTORY_AGENTS = 1000  # the long history is spread over so many
FILLING_CLIENTS = 256  # as fast as it gets
FILLING_RATE = 2000  # updates/s that filling surely reaches; only bounds its time


def fill(workspace, binaries, store, updates, agents, prefix):
    """Through the tool itself, so that the store holds what a real one would; also checks that it all arrived."""
    with start_governord(workspace, binaries, keep_data=store) as server:
        result = run_load(workspace, binaries, "governor", server.socket, FILLING_CLIENTS,
                          60 + updates / FILLING_RATE, 0, ops=updates, agents=agents, pick="sweep",
                          agent_prefix=prefix)
    if "problem" in result:
        raise BenchError(f"filling the store: {result['problem']}")
    if result["answered"] < updates:
        raise BenchError(f"filling the store took too long: {result['answered']} of {updates} updates")
    return result


def bytes_in(directory):
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def updates(workspace, binaries, settings, prefix, agents, pick, store=None, sweep=False):
    with start_governord(workspace, binaries, keep_data=store) as server:
        if sweep:  # every agent is touched once, so that what is measured is the steady state
            run_load(workspace, binaries, "governor", server.socket, FILLING_CLIENTS, 120, 0, ops=agents,
                     agents=agents, pick="sweep", agent_prefix=prefix)
        return run_load(workspace, binaries, "governor", server.socket, CLIENTS, settings.seconds, settings.warmup,
                        agents=agents, pick=pick, agent_prefix=prefix)


def measure_agents(workspace, binaries, settings, progress):
    store = workspace.data / "many-agents"
    store.mkdir(mode=0o700)
    progress(f"filling a store with {settings.many_agents} agents through the tool")
    filling = fill(workspace, binaries, store, settings.many_agents, settings.many_agents, "agent-")
    results = {"filling": [filling], "few": [], "stored": [], "many": [], "cold": []}
    for number in range(settings.rounds):
        progress(f"round {number + 1}: {FEW_AGENTS} and {settings.many_agents} agents")
        many = settings.many_agents
        results["few"].append(updates(workspace, binaries, settings, "agent-", FEW_AGENTS, "random"))
        results["stored"].append(updates(workspace, binaries, settings, "agent-", FEW_AGENTS, "random", store))
        results["many"].append(updates(workspace, binaries, settings, "agent-", many, "random", store, sweep=True))
        results["cold"].append(updates(workspace, binaries, settings, "agent-", many, "random", store))
    return results


def measure_history(workspace, binaries, settings, progress):
    store = workspace.data / "long-history"
    store.mkdir(mode=0o700)
    progress(f"filling a store with {settings.history_rows} history rows through the tool")
    filling = fill(workspace, binaries, store, settings.history_rows, HISTORY_AGENTS, "agent-")
    filling["store_bytes"] = bytes_in(store)
    results = {"filling": [filling], "empty": [], "long": []}
    for number in range(settings.rounds):
        progress(f"round {number + 1}: no and {settings.history_rows} history rows")
        for name, place in (("empty", None), ("long", store)):
            results[name].append(updates(workspace, binaries, settings, "agent-", HISTORY_AGENTS, "random", place,
                                         sweep=True))
    return results


def measure(workspace, binaries, settings, progress):
    return {
        "agents": measure_agents(workspace, binaries, settings, progress),
        "history": measure_history(workspace, binaries, settings, progress),
    }


def rows(results, settings):
    agents, history = results["agents"], results["history"]
    size = f"{settings.history_rows / 1e6:g} million rows"
    return [
        Row("P9", f"time an update, {settings.many_agents} agents against {FEW_AGENTS}", "<=", 1.25,
            ratios(agents["few"], agents["stored"], "ops_per_s"), note=f"so many stored, {FEW_AGENTS} active"),
        Row("P9", f"the same, all {settings.many_agents} active", "<=", 1.25,
            ratios(agents["few"], agents["many"], "ops_per_s"), note="at random, all touched before"),
        Row("P9", "the same just after a restart", values=ratios(agents["few"], agents["cold"], "ops_per_s"),
            note="each agent loaded from the store at its first update"),
        Row("P9", f"time an update, {size} against none", "<=", 1.25,
            ratios(history["empty"], history["long"], "ops_per_s"), note=f"{HISTORY_AGENTS} agents"),
        Row("P9", "server CPU an update, the same",
            values=ratios(history["long"], history["empty"], "server_cpu_us_per_op")),
    ]
