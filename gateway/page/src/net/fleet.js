// What several views read.
import { useSource } from './source.js';
import { allRows, request, tool } from './rpc.js';

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

export const useCriticalAgents = () =>
  useSource('critical', ['governor://agents'], async () => {
    const { agents } = await tool('list_agents', { status: 'active', health: 'critical', limit: 100 });
    return agents;
  });

export const useAgents = () =>
  useSource('agents', ['governor://agents'], async () => {
    const { rows } = await allRows('list_agents', 'agents', {});
    return rows;
  });
