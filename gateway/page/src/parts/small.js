// Small parts that every view uses.
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../html.js';
import { words } from '../lib/format.js';
import { routeTo } from '../lib/route.js';
import { sparkPoints } from '../lib/series.js';

const kTones = {
  ok: 'good',
  healthy: 'good',
  approve: 'good',
  done: 'good',
  finished: 'good',
  approved: 'good',
  active: 'good',
  degraded: 'warning',
  revise: 'warning',
  waiting: 'warning',
  blocked: 'warning',
  paused: 'warning',
  warning: 'warning',
  medium: 'warning',
  caution: 'warning',
  open: 'warning',
  expired: 'faint',
  critical: 'bad',
  reject: 'bad',
  stuck: 'bad',
  failed: 'bad',
  failing: 'bad',
  lost: 'bad',
  high: 'bad',
  denied: 'bad',
  'high-risk': 'bad',
  working: 'info',
  in_progress: 'info',
  starting: 'info',
  ready: 'info',
};

export function toneOf(word) {
  return kTones[word] ?? 'faint';
}

/// A word and its colour; the word says all that the colour does.
export function Badge({ word, tone }) {
  if (!word) return html`<span class="faint">–</span>`;
  return html`<span class="badge ${tone ?? toneOf(word)}">${words(word)}</span>`;
}

export function AgentLink({ id }) {
  return id ? html`<a href=${routeTo('agents', [id])}>${id}</a>` : html`<span class="faint">–</span>`;
}

export function Spark({ values, label, tone = 'info' }) {
  const known = (values ?? []).filter(Number.isFinite);
  if (known.length < 2) return html`<span class="spark faint" aria-hidden="true"></span>`;
  const said = `${label}: ${known.length} values from ${known[0].toFixed(2)} to ${known.at(-1).toFixed(2)}`;
  return html`<svg class="spark ${tone}" viewBox="0 -1 72 22" role="img" aria-label=${said}>
    <title>${said}</title>
    <polyline points=${sparkPoints(values, 72, 20)} />
  </svg>`;
}

/// What to do where there is nothing.
export function Empty({ title, children }) {
  return html`<div class="empty"><p class="empty-title">${title}</p>${children && html`<p>${children}</p>`}</div>`;
}

/// What a source has not, yet or at all.
export function Pending({ source, children }) {
  const { data, error } = source;
  if (data) {
    return html`${error && html`<p class="notice warning" role="status">Shown is what was known. ${error.message}</p>`}${children(data)}`;
  }
  if (error) return html`<p class="notice bad" role="alert">${error.message}</p>`;
  return html`<p class="faint" role="status">Reading…</p>`;
}

export function Section({ title, count, actions, children }) {
  return html`<section class="section">
    <header><h2>${title}${count !== undefined && html` <span class="count">${count}</span>`}</h2>
      ${actions && html`<div class="actions">${actions}</div>`}</header>
    ${children}
  </section>`;
}

/// `columns`: `{title, align}`; `rows`: `{key, cells, selected}`.
export function Table({ label, columns, rows }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${label}>
    <table>
      <thead><tr>${columns.map((one) => html`<th scope="col" class=${one.align ?? ''}>${one.title || html`<span class="said">Actions</span>`}</th>`)}</tr></thead>
      <tbody>${rows.map(
        ({ key, cells, tone }) => html`<tr key=${key} data-row tabindex="-1" class=${tone ?? ''}>
        ${cells.map((cell, i) => html`<td class=${columns[i].align ?? ''}>${cell}</td>`)}
      </tr>`,
      )}</tbody>
    </table>
  </div>`;
}

/// Names and values.
export function Facts({ facts }) {
  const known = facts.filter(([, value]) => value !== undefined && value !== null && value !== '');
  return html`<dl class="facts">${known.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

export function Select({ label, value, options, onChange }) {
  return html`<label class="field">${label}
    <select value=${value} onChange=${(event) => onChange(event.currentTarget.value)}>
      ${options.map(([name, title]) => html`<option value=${name} selected=${name === value}>${title}</option>`)}
    </select></label>`;
}

/// `value` is what the address says. What is typed is shown at once, and not changed by the address, which comes after it.
export function Search({ label, value, onInput }) {
  const [text, setText] = useState(value);
  const input = useRef(null);
  useEffect(() => {
    if (document.activeElement !== input.current) setText(value);
  }, [value]);
  const typed = (event) => {
    setText(event.currentTarget.value);
    onInput(event.currentTarget.value);
  };
  return html`<label class="field grow"
    >${label}
    <input ref=${input} type="search" data-search value=${text} spellcheck=${false} autocomplete="off" onInput=${typed}
  /></label>`;
}

/// Links to the parts of a view.
export function Tabs({ label, tabs, current }) {
  return html`<nav class="tabs" aria-label=${label}>${tabs.map(
    ([name, title, href]) =>
      html`<a key=${name} href=${href} aria-current=${name === current ? 'page' : undefined}>${title}</a>`,
  )}</nav>`;
}

/// Of what is used up, unless `tone` says that it is not: then much of it is nothing to worry about.
export function Meter({ label, value, max, tone: given }) {
  const share = max > 0 ? value / max : 0;
  const tone = given ?? (share >= 1 ? 'bad' : share >= 0.8 ? 'warning' : 'info');
  return html`<div class="meter ${tone}" role="meter" aria-label=${label} aria-valuenow=${value} aria-valuemin="0" aria-valuemax=${max}>
    <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="6" class="track" />
      <rect width=${Math.min(100, share * 100)} height="6" class="bar" /></svg></div>`;
}
