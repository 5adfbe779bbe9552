"""Running the load generator and the spawn timer."""

import json
import subprocess
from pathlib import Path

from .workspace import BenchError

DISCOVER = (
    '{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{'
    '"io.modelcontextprotocol/protocolVersion":"2026-07-28",'
    '"io.modelcontextprotocol/clientInfo":{"name":"governor-bench","version":"1.0"},'
    '"io.modelcontextprotocol/clientCapabilities":{}}}}'
)


def run_bounded(workspace, command, seconds, environment=None):
    """Code, standard output and errors of a command that gets so long and no longer."""
    # Errors go to a file: whatever the command leaves running may hold that descriptor, and must not be waited for.
    with open(workspace.data / workspace.fresh_name("errors"), "w+") as errors:
        child = workspace.start(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        try:
            output, _ = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as timeout:
            raise BenchError(f"{Path(command[0]).name} did not end within {seconds:g} s") from timeout
        finally:
            workspace.stop(child)
        errors.seek(0)
        return child.returncode, output, errors.read()


def run_load(workspace, binaries, target, socket, clients, seconds, warmup=0.5, via=None, environment=None, **options):
    """One run of bench/load as a dictionary. Options become arguments: agents=10 is --agents 10."""
    command = [binaries.load, "--target", target, "--socket", socket, "--clients", clients]
    command += ["--seconds", seconds, "--warmup", warmup]
    for name, value in options.items():
        command += ["--" + name.replace("_", "-"), value]
    if via:
        command += ["--", *via]
    limit = seconds + warmup + 60 + 160
    code, output, errors = run_bounded(workspace, command, limit, environment)
    try:
        result = json.loads(output)
    except ValueError:
        raise BenchError(f"{target} at {clients}: {errors.strip() or f'load ended with code {code}'}") from None
    if result["errors"]:
        result["problem"] = f"{result['errors']} errors, the first: {result['first_error']}"
    elif result.get("verification", {}).get("exact") is False:
        result["problem"] = f"acknowledged is not stored: {result['verification']}"
    return result


def spawn_times(workspace, binaries, count, commands, environment):
    """Median, least and greatest ms from spawn to the first reply, for each command, taken in turn."""
    command = [binaries.spawn_time, "--count", count, "--request", DISCOVER]
    for each in commands:
        command += ["--", *each]
    code, output, errors = run_bounded(workspace, command, 60 + 2 * count, environment)
    if code != 0:
        raise BenchError(errors.strip())
    return json.loads(output)
