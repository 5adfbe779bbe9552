"""Memory of running processes, from /proc, in KiB."""

from pathlib import Path


def memory_of(pid):
    """rss, pss, private (all that only this process maps) and private_dirty."""
    fields = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, rest = line.partition(":")
        fields[name] = int(rest.split()[0])
    return {
        "rss": fields["Rss"],
        "pss": fields["Pss"],
        "private": fields["Private_Clean"] + fields["Private_Dirty"],
        "private_dirty": fields["Private_Dirty"],
    }


def total(pids, key):
    return sum(memory_of(pid)[key] for pid in pids)
