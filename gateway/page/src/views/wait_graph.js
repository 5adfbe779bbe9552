import { html } from '../html.js';
import { firstOf, holderName } from '../lib/format.js';
import { routeTo } from '../lib/route.js';
import { kNode, placed, waitGraph } from '../lib/wait_graph.js';

const kLongestName = 24;

function shortened(name) {
  return name.length > kLongestName ? `${name.slice(0, kLongestName - 1)}…` : name;
}

/// An arrow leads from who waits to whom it waits for. The list below says the same.
export function WaitGraph({ leases, waits }) {
  const graph = placed(waitGraph(leases, waits, holderName));
  if (graph.edges.length === 0) return null;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Graph of who waits for whom">
    <svg class="graph" width=${graph.width} height=${graph.height} viewBox="0 0 ${graph.width} ${graph.height}" aria-hidden="true">
      <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse">
        <path d="M0 0 L8 4 L0 8 z" class="arrow" /></marker></defs>
      ${graph.edges.map(({ path, from, to }) => html`<path key=${`${from} ${to}`} d=${path} class="edge" marker-end="url(#arrow)" />`)}
      ${graph.nodes.map(
        (
          node,
        ) => html`<g key=${node.name} transform="translate(${node.x} ${node.y})" class=${node.waits > 0 ? 'waits' : 'holds'}>
        <rect width=${kNode.width} height=${kNode.height} rx="6" />
        <text x="10" y="19">${shortened(node.name)}<title>${node.name}</title></text>
        <text x="10" y="35" class="faint">${node.waits > 0 ? 'waits' : 'holds'}${node.waits > 0 && node.holds > 0 ? ' and holds' : ''}</text></g>`,
      )}
    </svg>
    <ul class="inline-list">${graph.edges.map(
      ({ from, to, paths }) => html`<li key=${`${from} ${to}`}>
      ${linked(from, graph)} waits for ${linked(to, graph)}: ${firstOf(paths)}</li>`,
    )}</ul></div>`;
}

function linked(name, graph) {
  const agent = graph.nodes.find((node) => node.name === name)?.agent;
  return agent ? html`<a href=${routeTo('agents', [agent])}>${name}</a>` : name;
}
