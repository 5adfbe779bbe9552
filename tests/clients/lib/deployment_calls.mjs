import assert from 'node:assert/strict';

// Calls of the tools about headless agents. None is deployed here: what has no deployment to be about is
// refused.

const kNobody = { deployment_id: 'nobody-deployed-this-one' };
const kRefused = ['not_found'];

export function deploymentCalls() {
  return [
    {
      name: 'list_deployments',
      arguments: {},
      check: (got) => {
        assert.equal(got.count, 0);
        assert.equal(got.counts.not_over, 0);
        assert.equal(got.limits.at_once, 20);
      },
    },
    {
      name: 'deploy_headless_agent',
      arguments: { agent_type: 'painter', prompt: 'paint the fence', runner: 'no-such-runner', cwd: '/' },
      refused: ['invalid_argument', 'not_found'],
    },
    { name: 'get_deployment', arguments: kNobody, refused: kRefused },
    { name: 'get_deployment_output', arguments: kNobody, refused: kRefused },
    { name: 'get_deployment_diff', arguments: kNobody, refused: kRefused },
    { name: 'wait_deployment', arguments: { ...kNobody, wait_seconds: 0 }, refused: kRefused },
    { name: 'send_input', arguments: { ...kNobody, text: 'yes' }, refused: kRefused },
    { name: 'stop_deployment', arguments: kNobody, refused: kRefused },
    { name: 'update_agent_progress', arguments: { progress: 50 }, refused: kRefused },
    { name: 'report_agent_finding', arguments: { message: 'a leak' }, refused: kRefused },
    {
      name: 'validate_and_repair_registry',
      arguments: {},
      check: (got) => {
        assert.equal(got.dry_run, true);
        assert.deepEqual(got.differences, []);
      },
    },
  ];
}
