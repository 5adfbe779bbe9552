// What the worktree of a deployment has that its base has not.
import { html } from '../html.js';
import { tool } from '../net/rpc.js';
import { useSource } from '../net/source.js';
import { Empty, Pending, Section } from '../parts/small.js';

export function DeploymentDiff({ id }) {
  const source = useSource(`diff ${id}`, [`governor://deployments/${id}`], () =>
    tool('get_deployment_diff', { deployment_id: id, limit: 262_144 }),
  );
  return html`<${Section} title="What it has made" actions=${html`<button onClick=${source.reload}>Read again</button>`}>
    <${Pending} source=${source}>${({ diff }) =>
      diff === ''
        ? html`<${Empty} title="Nothing yet." />`
        : html`<div class="scroll diff" tabindex="0" role="region" aria-label="Difference of ${id}"><table><tbody>${diff
            .split('\n')
            .map(
              (line, i) => html`<tr key=${i} class=${toneOf(line)}><td>${line}</td></tr>`,
            )}</tbody></table></div>`}</${Pending}>
  </${Section}>`;
}

function toneOf(line) {
  if (/^(diff |index |new |deleted |old |rename |similarity |--- |\+\+\+ |@@)/.test(line)) return 'gap';
  return { '+': 'came', '-': 'gone' }[line[0]] ?? 'same';
}
