"""How long and how often; what --quick and --only change."""

from dataclasses import dataclass, field


@dataclass
class Settings:
    rounds: int = 5
    seconds: float = 3.0
    warmup: float = 0.5
    spawns: int = 100  # starts of each command a round
    cold_starts: int = 5  # a round
    node_servers: int = 64  # really started; extrapolated to 64 when fewer
    history_rows: int = 10_000_000
    many_agents: int = 100_000
    only: set = field(default_factory=set)  # empty: every goal

    def wants(self, *goals):
        return not self.only or any(goal in self.only for goal in goals)


def quick_settings():
    return Settings(rounds=1, seconds=1.0, warmup=0.3, spawns=30, cold_starts=3, node_servers=8, history_rows=1_000_000)
