// All agents, read page by page while they go on to change.

export class AgentList {
  #rows = new Map();
  /// Those that were told of as changed: a page that was on its way may be older.
  #changed = new Set();
  #shown = null;
  isWhole = false;

  /// A part of the whole, as it was at some time after the beginning.
  addPage(agents) {
    for (const agent of agents) if (!this.#changed.has(agent.agent_id)) this.#put(agent);
    this.#shown = null;
  }

  /// All pages have been added.
  end() {
    this.isWhole = true;
    this.#changed.clear();
  }

  /// As they are now, deleted ones too. False: there was none.
  addChanged(agents) {
    for (const agent of agents) {
      if (!this.isWhole) this.#changed.add(agent.agent_id);
      this.#put(agent);
    }
    if (agents.length > 0) this.#shown = null;
    return agents.length > 0;
  }

  #put(agent) {
    if (agent.status === 'deleted') this.#rows.delete(agent.agent_id);
    else this.#rows.set(agent.agent_id, agent);
  }

  /// The same array as long as nothing has changed.
  get rows() {
    return (this.#shown ??= [...this.#rows.values()]);
  }
}
