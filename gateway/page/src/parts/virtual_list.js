// A table of any length, of which only what is in sight is drawn.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { html } from '../html.js';
import { moved, rowsInSight, scrollToShow } from '../lib/list_window.js';
import { listKeys } from './keys.js';

const kRowHeight = 48;

/// `columns`: `{title, name}`; `cells(row)` gives their contents, `keyOf(row)` what it is, `open(row)` follows Enter.
/// `onSight` is told which rows are in sight.
export function VirtualList({ label, columns, rows, keyOf, cells, open, onSight }) {
  const box = useRef(null);
  const [place, setPlace] = useState({ scrollTop: 0, height: 600 });
  const [chosen, setChosen] = useState(-1);
  const { first, last } = rowsInSight({ ...place, rowHeight: kRowHeight, count: rows.length });
  const look = () => {
    if (!box.current) return;
    const { scrollTop, clientHeight } = box.current;
    setPlace({ scrollTop, height: clientHeight });
  };
  useEffect(() => {
    look();
    const observer = new ResizeObserver(look);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const inSight = rows.slice(first, last).map(keyOf).join('\n');
  useEffect(() => onSight?.(inSight === '' ? [] : inSight.split('\n')), [inSight]);
  // Before anybody sees which row is chosen: a key that is pressed then means this one.
  useLayoutEffect(() => {
    const choose = (index) => {
      setChosen(index);
      box.current.scrollTop = scrollToShow({ ...place, index, rowHeight: kRowHeight });
    };
    return listKeys({
      move: (step) => rows.length > 0 && choose(moved(chosen, chosen < 0 ? 0 : step, rows.length)),
      open: () => rows[chosen] && open(rows[chosen]),
    });
  }, [rows, chosen, place]);
  return html`<div class="virtual" role="table" aria-label=${label} aria-rowcount=${rows.length + 1}>
    <div class="virtual-head" role="rowgroup"><div class="virtual-row" role="row" aria-rowindex="1">
      ${columns.map(({ title, name }) => html`<span role="columnheader" class="cell ${name}">${title}</span>`)}
    </div></div>
    <div class="virtual-box" ref=${box} onScroll=${look} tabindex="0" role="rowgroup" aria-label="Rows">
      <div style=${{ height: `${rows.length * kRowHeight}px`, position: 'relative' }} role="presentation">
        ${rows.slice(first, last).map(
          (row, i) => html`<div key=${keyOf(row)} role="row" aria-rowindex=${first + i + 2}
            class="virtual-row ${first + i === chosen ? 'chosen' : ''}"
            style=${{ position: 'absolute', insetInline: 0, top: `${(first + i) * kRowHeight}px`, height: `${kRowHeight}px` }}>
          ${cells(row).map((cell, at) => html`<span role="cell" class="cell ${columns[at].name}">${cell}</span>`)}
        </div>`,
        )}
      </div>
    </div>
  </div>`;
}
