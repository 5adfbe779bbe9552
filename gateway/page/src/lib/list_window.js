// The arithmetic of a list that shows some rows of many.

/// Which rows of `count` are drawn: those in sight and `spare` on either side.
export function rowsInSight({ scrollTop, height, rowHeight, count, spare = 8 }) {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - spare);
  const last = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + spare);
  return { first: Math.min(first, last), last };
}

/// Where to scroll so that row `index` is wholly in sight; `scrollTop` if it is.
export function scrollToShow({ index, scrollTop, height, rowHeight }) {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + height) return top + rowHeight - height;
  return scrollTop;
}

/// `index` moved by `step` within 0 to count-1; nothing chosen (-1) begins at the first.
export function moved(index, step, count) {
  if (count === 0) return -1;
  return Math.min(count - 1, Math.max(0, index < 0 ? 0 : index + step));
}
