// A chart over time (uPlot), in the colours of the page.
import uPlot from 'uplot';
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../html.js';
import { axisTime } from '../lib/format.js';

const kHeight = 220;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/// `series`: `{label, colour, values, dash}`, `marks`: `{time, value, tone}`; colours are names of variables.
export function Chart({ label, times, series, marks = [], scale = [0, 1] }) {
  const box = useRef(null);
  const [scheme, setScheme] = useState(0);
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)');
    const changed = () => setScheme((count) => count + 1);
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, []);
  useEffect(() => {
    const axis = {
      stroke: colour('--faint'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { stroke: colour('--line') },
    };
    const chart = new uPlot(
      {
        width: box.current.clientWidth || 600,
        height: kHeight,
        scales: { y: { range: (_, low, high) => [Math.min(scale[0], low), Math.max(scale[1], high)] } },
        axes: [
          { ...axis, space: 90, values: (_, at) => at.map((time) => axisTime(time, at.at(-1) - at[0])) },
          { ...axis, size: 44 },
        ],
        series: [
          {
            label: 'time',
            value: (_, time) => (time == null ? '–' : new Date(time * 1000).toLocaleString()),
          },
          ...series.map((one) => ({
            label: one.label,
            stroke: colour(one.colour),
            width: one.dash ? 1 : 2,
            dash: one.dash ? [6, 4] : undefined,
            points: { show: false },
            value: (_, value) => (value == null ? '–' : value.toFixed(3)),
          })),
        ],
        hooks: { draw: [(drawn) => drawMarks(drawn, marks)] },
      },
      [times, ...series.map(({ values }) => values)],
      box.current,
    );
    const observer = new ResizeObserver(([{ contentRect }]) =>
      chart.setSize({ width: contentRect.width, height: kHeight }),
    );
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [scheme, times, series]);
  return html`<figure class="chart"><div ref=${box} role="img" aria-label=${label}></div><figcaption>${label}</figcaption></figure>`;
}

/// A dot where something was decided.
function drawMarks(chart, marks) {
  const { ctx } = chart;
  ctx.save();
  for (const { time, value, tone } of marks) {
    ctx.fillStyle = colour(tone);
    ctx.beginPath();
    ctx.arc(
      chart.valToPos(time, 'x', true),
      chart.valToPos(value, 'y', true),
      4 * devicePixelRatio,
      0,
      2 * Math.PI,
    );
    ctx.fill();
  }
  ctx.restore();
}
