import { useLayoutEffect, useRef } from 'preact/hooks';
import { html } from '../html.js';
import { kViews } from '../lib/route.js';

const kKeys = [
  ['j, k', 'next and previous row'],
  ['Enter', 'opens the row'],
  ['/', 'to the filter; Esc leaves it'],
  ['r', 'reads everything again'],
  ...kViews.map(({ title, key }) => [`g ${key}`, title]),
  ['?', 'this list'],
];

export function Help({ close }) {
  const dialog = useRef(null);
  useLayoutEffect(() => dialog.current.showModal(), []);
  return html`<dialog ref=${dialog} aria-labelledby="help-title" onClose=${close}>
    <h2 id="help-title">Keyboard</h2>
    <dl class="keys">${kKeys.map(([key, what]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${what}</dd></div>`)}</dl>
    <div class="buttons"><button class="primary" onClick=${() => dialog.current.close()}>Close</button></div>
  </dialog>`;
}
