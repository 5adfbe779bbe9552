// What several views read.
import { useSource } from './source.js';
import { request, tool } from './rpc.js';

export const useOverview = () =>
  useSource(
    'overview',
    ['governor://alerts', 'governor://leases', 'governor://deployments', 'governor://approvals'],
    () => request('governor/overview', { agents: 1 }),
  );

export const useApprovals = () =>
  useSource('approvals', ['governor://approvals'], async () => {
    const { approvals } = await tool('list_approvals', { status: 'open', limit: 200 });
    return approvals;
  });

/// So many are read; there may be more.
export const kMostCritical = 100;

export const useCriticalAgents = () =>
  useSource('critical', ['governor://agents'], async () => {
    const { agents } = await tool('list_agents', { status: 'active', health: 'critical', limit: kMostCritical });
    return agents;
  });
