// Rows of figures as what can be drawn.

/// The points of a sparkline in a box of width and height, for a scale from 0 to 1. What is not a number is left out.
export function sparkPoints(values, width, height) {
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  return values
    .map((value, i) => [i * step, value])
    .filter(([, value]) => typeof value === 'number' && Number.isFinite(value))
    .map(([x, value]) => {
      const bounded = Math.min(1, Math.max(0, value));
      return `${round(x)},${round(height - bounded * height)}`;
    })
    .join(' ');
}

function round(value) {
  return Math.round(value * 10) / 10;
}

/// How many of the times fall into each of `bins` equal parts from `from` to `until` (milliseconds).
export function binned(times, from, until, bins) {
  const counts = new Array(bins).fill(0);
  const size = (until - from) / bins;
  for (const time of times) {
    const bin = Math.floor((time - from) / size);
    if (bin >= 0 && bin < bins) ++counts[bin];
  }
  return counts;
}

/// Columns for a chart, oldest first, of rows that come newest first. Times that stand still or go back are moved on by a
/// millisecond, since a chart needs them to grow.
export function historyColumns(rows, fields) {
  const ordered = [...rows].reverse();
  let last = -Infinity;
  const times = ordered.map((row) => {
    const time = Date.parse(row.timestamp ?? '') / 1000;
    last = Math.max(Number.isNaN(time) ? last : time, last + 0.001);
    return Number.isFinite(last) ? last : (last = 0);
  });
  return [times, ...fields.map((field) => ordered.map((row) => row[field] ?? null))];
}
