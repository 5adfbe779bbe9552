import assert from 'node:assert/strict';

// Calls of the tools about requests to people. Nothing that needs a person comes up here: what there is none of is
// refused.

export function approvalCalls() {
  return [
    {
      name: 'list_approvals',
      arguments: { status: 'open', kind: 'unlock' }, // what others were told to halt for waits as well
      check: (got) => {
        assert.deepEqual(got.approvals, []);
        assert.ok(got.open >= 0);
      },
    },
    { name: 'get_approval', arguments: { approval: 999_999 }, refused: ['not_found'] },
    {
      name: 'request_approval',
      arguments: { lease: 999_999, reason: 'it hangs' },
      refused: ['not_found'],
    },
  ];
}
