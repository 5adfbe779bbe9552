/// Where to go, and what is to be seen there of the fleet.
export const kViews = {
  now: ['#/now', 'asks to write the protected', 'dora', 'painter-', 'waits for'],
  agents: ['#/agents', 'dora', 'critical', 'worker-'],
  agent: [
    '#/agents/ada',
    'writes the parser',
    'Last decision',
    'Figures over time',
    'tests failed (pytest',
    'src/parser.py',
  ],
  files: ['#/files', 'cleo waits for bob', 'bob waits for ada', 'src/tree.py', 'Queue'],
  contention: ['#/files/contention', 'lease awaited', 'bob'],
  protected: ['#/files/protected', '/**/secret/**', 'the configuration'],
  changes: ['#/files/changes', 'src/parser.py', 'without a lease'],
  activity: ['#/activity', 'risky: force push, medium', 'ada'],
  audit: ['#/activity/audit', 'deployment started', 'governor'],
  tasks: ['#/tasks', 'A grammar for expressions', 'The release', 'PENDING'],
  task: ['#/tasks/lexer', 'A lexer for it', 'Needed by', 'tests'],
  deployments: ['#/deployments', 'painter-', 'waiting', 'finished'],
  system: ['#/system', 'Build', 'Sessions', 'Latency and queues'],
};
