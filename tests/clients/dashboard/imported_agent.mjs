// An agent that only has a past, as `governor/import` takes it: the same for the same number, but that its newest update is now.

const kHourUs = 3_600_000_000;
const kPurposes = ['reviews pull requests', 'mends flaky tests', 'writes documentation', 'keeps dependencies new'];
const kDeploymentStates = ['finished', 'finished', 'failed', 'stopped', 'lost'];
/// One in so many was deployed.
const kDeployed = 40;

const numbers = (rows, of) => Array.from({ length: rows }, (_, row) => of(row));
const figures = (values) => values.map((value) => value.toFixed(4)).join(' ');
const shared = new Map();

/// What all have in common is made once.
function sharedColumns(rows) {
  if (!shared.has(rows)) {
    const column = (of) => figures(numbers(rows, of));
    shared.set(rows, {
      E: column((row) => 0.7 + 0.05 * Math.sin(row / 4)),
      I: column((row) => 0.8 + 0.04 * Math.cos(row / 5)),
      S: column((row) => 0.15 + 0.03 * Math.sin(row / 3)),
      V: column((row) => -0.02 * Math.sin(row / 6)),
      lambda1: column(() => 0.1),
    });
  }
  return shared.get(rows);
}

/// Waves, so that all kinds of decisions occur and lines have a form.
export function importedAgent(number, rows) {
  const base = 0.12 + 0.5 * Math.abs(Math.sin(number * 1.7));
  const risks = numbers(rows, (row) => Math.min(0.95, base + 0.08 * Math.sin(row / 2 + number)));
  const beginUs = Date.now() * 1_000 - rows * kHourUs - (number % 50) * 60_000_000;
  return {
    agent_id: importedId(number),
    status: number % 40 === 7 ? 'archived' : 'active',
    created_us: beginUs,
    purpose: kPurposes[number % kPurposes.length],
    tags: [`team-${number % 5}`],
    source: 'a test',
    ...(number % kDeployed === 9 && { deployment: importedDeployment(number, beginUs) }),
    lifecycle_events: [{ event: 'created', timestamp_us: beginUs, reason: '' }],
    state: { updates: rows, integral: '0.25', time: '2.4', void_active: false },
    rows: {
      first: 1,
      total: rows,
      ...sharedColumns(rows),
      coherence: figures(numbers(rows, (row) => 0.64 + 0.02 * Math.cos(row / 3 + number))),
      risk: figures(risks),
      decision: risks
        .map((value) => (value < 0.25 ? 'approve' : value < 0.5 ? 'revise' : 'reject'))
        .join(' '),
      timestamp_us: numbers(rows, (row) => String(beginUs + row * kHourUs)).join(' '),
    },
  };
}

export function importedId(number) {
  return `worker-${String(number).padStart(5, '0')}`;
}

function importedDeployment(number, beginUs) {
  const state = kDeploymentStates[number % kDeploymentStates.length];
  return {
    agent_type: ['reviewer', 'mender', 'writer'][number % 3],
    state,
    started_us: beginUs,
    ended_us: beginUs + kHourUs,
    progress: state === 'finished' ? 100 : (number * 7) % 100,
    why: state === 'failed' ? 'its tests did not pass' : '',
    note: 'kept by another system before',
  };
}
