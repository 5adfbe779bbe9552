// The difference of two texts, line by line.

/// More steps than this would hold up the page; then the middle is shown as replaced.
const kMostSteps = 4_000_000;

/// Entries `{kind: 'same' | 'gone' | 'came', text, before, after}` with line numbers from 1.
export function lineDiff(before, after) {
  const a = lines(before);
  const b = lines(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) ++head;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) ++tail;
  const entries = [];
  const put = (kind, text, i, j) =>
    entries.push({
      kind,
      text,
      before: kind === 'came' ? null : i + 1,
      after: kind === 'gone' ? null : j + 1,
    });
  for (let i = 0; i < head; ++i) put('same', a[i], i, i);
  middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail), (kind, text, i, j) =>
    put(kind, text, i + head, j + head),
  );
  for (let i = tail; i > 0; --i) put('same', a.at(-i), a.length - i, b.length - i);
  return entries;
}

function lines(text) {
  if (text === '') return [];
  const parts = text.split('\n');
  if (parts.at(-1) === '') parts.pop();
  return parts;
}

/// By the longest common subsequence.
function middle(a, b, put) {
  const width = b.length + 1;
  if (a.length * b.length > kMostSteps) {
    a.forEach((text, i) => put('gone', text, i, 0));
    b.forEach((text, j) => put('came', text, 0, j));
    return;
  }
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; --i)
    for (let j = b.length - 1; j >= 0; --j)
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1] + 1
          : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) put('same', a[i], i++, j++);
    else if (j >= b.length || (i < a.length && common[(i + 1) * width + j] >= common[i * width + j + 1]))
      put('gone', a[i], i++, j);
    else put('came', b[j], i, j++);
  }
}

/// Only what changed, with `around` lines of what is the same; `null` stands for what is left out.
export function hunks(entries, around = 3) {
  const near = new Set();
  entries.forEach((entry, at) => {
    if (entry.kind === 'same') return;
    for (let i = at - around; i <= at + around; ++i) near.add(i);
  });
  const shown = [];
  entries.forEach((entry, at) => {
    if (near.has(at)) shown.push(entry);
    else if (shown.at(-1) !== null) shown.push(null);
  });
  return shown;
}
