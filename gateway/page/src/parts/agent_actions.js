// What a person may do with one agent, beside pausing it.
import { tool } from '../net/rpc.js';
import { done } from './done.js';
import { ask } from './dialog.js';

const kLongestTags = 32;

/// The words between commas.
function tagsOf(text) {
  const tags = text.split(',').map((tag) => tag.trim());
  return [...new Set(tags.filter((tag) => tag !== ''))].slice(0, kLongestTags);
}

/// Only what was changed is sent. What is noted says why by itself.
export function describeAgent(id, { purpose = '', tags = [], pinned = false }) {
  const known = tags.join(', ');
  const kept = pinned ? 'yes' : 'no';
  ask({
    title: `Describe ${id}`,
    text: 'Who looks for it finds it by these words. A note is added to those that there are, with the time.',
    fields: [
      { name: 'purpose', label: 'Purpose', value: purpose },
      { name: 'tags', label: 'Tags', value: known, hint: 'With commas between them' },
      { name: 'note', label: 'A note to add' },
      {
        name: 'pinned',
        label: 'Keep it even if it is idle for long',
        value: kept,
        options: [
          ['no', 'no'],
          ['yes', 'yes'],
        ],
      },
    ],
    confirm: 'Write it down',
    run: async (given) => {
      await tool('update_agent_metadata', {
        agent_id: id,
        ...(given.purpose !== purpose && { purpose: given.purpose }),
        ...(given.tags !== known && { tags: tagsOf(given.tags) }),
        ...(given.note !== '' && { notes: given.note, append_notes: true }),
        ...(given.pinned !== kept && { pinned: given.pinned === 'yes' }),
      });
      return done(`${id} is described.`);
    },
  });
}

export function archiveAgent(id) {
  ask({
    title: `Archive ${id}`,
    text: 'It is put away with all that is known of it, until somebody resumes it.',
    reason: 'required',
    confirm: 'Archive',
    danger: true,
    run: async ({ reason }) => {
      await tool('archive_agent', { agent_id: id, reason });
      return done(`${id} is archived.`);
    },
  });
}

/// Whether what was judged turned out right: governor learns from it how far confidence can be trusted.
export function recordOutcome(id, prediction) {
  ask({
    title: `How did ${prediction} turn out?`,
    text: 'Governor compares it with how sure the agent was.',
    fields: [
      {
        name: 'outcome',
        label: 'What the agent did was',
        options: [
          ['right', 'right'],
          ['wrong', 'wrong'],
        ],
      },
    ],
    reason: 'required',
    confirm: 'Record it',
    run: async ({ outcome, reason }) => {
      await tool('record_outcome', {
        prediction_id: prediction,
        correct: outcome === 'right',
        source: 'person',
        detail: reason,
      });
      return done(`It is recorded that ${prediction} was ${outcome}.`);
    },
  });
}

const kThresholds = [
  ['risk_approve_threshold', 'Approve below a risk of'],
  ['risk_revise_threshold', 'Revise below a risk of, reject from there on'],
  ['coherence_critical_threshold', 'Coherence is critical below'],
];

/// `known`: the thresholds that hold for it now; `id` is null for all agents that have none of their own.
export function setThresholds(id, known) {
  const whose = id ?? 'all agents without their own';
  ask({
    title: `Thresholds of ${whose}`,
    text: 'They hold from the next update on. governorctl thresholds changes the others, and goes back to the defaults.',
    fields: kThresholds.map(([name, label]) => ({
      name,
      label,
      type: 'number',
      min: 0,
      step: 'any',
      value: known[name],
      required: true,
    })),
    reason: 'required',
    confirm: 'Set them',
    run: async ({ reason, ...given }) => {
      const changed = kThresholds
        .map(([name]) => [name, Number(given[name])])
        .filter(([name, value]) => value !== known[name]);
      await tool('set_thresholds', {
        ...(id && { agent_id: id }),
        thresholds: Object.fromEntries(changed),
        reason,
      });
      return done(`The thresholds of ${whose} are set.`);
    },
  });
}

/// Of the agents that have none of their own.
export async function setThresholdsOfAll() {
  const { thresholds } = await tool('get_thresholds');
  setThresholds(null, thresholds);
}
