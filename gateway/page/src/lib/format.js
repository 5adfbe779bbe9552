// How figures, times and names are said. Nothing here knows the page.

const kUnits = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
];

function span(seconds) {
  const [unit, size] = kUnits.find(([, size]) => seconds >= size) ?? ['s', 1];
  return `${Math.floor(seconds / size)} ${unit}`;
}

/// "5 min ago", "in 9 min"; days and more are a date.
export function relativeTime(iso, now = Date.now()) {
  const time = Date.parse(iso ?? '');
  if (Number.isNaN(time)) return 'never';
  const seconds = Math.round((now - time) / 1000);
  if (Math.abs(seconds) < 2) return 'now';
  if (Math.abs(seconds) >= 30 * 86_400) return new Date(time).toLocaleDateString();
  return seconds > 0 ? `${span(seconds)} ago` : `in ${span(-seconds)}`;
}

/// The whole local time, with its zone.
export function fullTime(iso) {
  const time = Date.parse(iso ?? '');
  if (Number.isNaN(time)) return '';
  return new Date(time).toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' });
}

/// A moment on the axis of a chart that shows `span` seconds.
export function axisTime(seconds, span) {
  const time = new Date(seconds * 1000);
  if (span >= 2 * 86_400) return time.toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
  const clock = {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(span < 300 && { second: '2-digit' }),
  };
  return time.toLocaleTimeString(undefined, clock);
}

export function duration(seconds) {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min`;
}

export function decimal(value, places = 2) {
  return typeof value === 'number' && Number.isFinite(value) ? value.toFixed(places) : '–';
}

export function percent(value) {
  return typeof value === 'number' && Number.isFinite(value) ? `${Math.round(value * 100)} %` : '–';
}

export function milliseconds(value) {
  if (typeof value !== 'number' || !Number.isFinite(value)) return '–';
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`;
  return `${value >= 10 ? Math.round(value) : value.toFixed(1)} ms`;
}

export function count(value) {
  return typeof value === 'number' ? value.toLocaleString('en-GB') : '–';
}

export function bytes(value) {
  if (typeof value !== 'number') return '–';
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let step = 0;
  while (value >= 1024 && step < units.length - 1) {
    value /= 1024;
    ++step;
  }
  return `${step === 0 ? value : value.toFixed(1)} ${units[step]}`;
}

/// "1 agent", "2 agents".
export function counted(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/// The first of a list, and how many more there are.
export function firstOf(list, most = 2) {
  const shown = list.slice(0, most).join(', ');
  return list.length > most ? `${shown} and ${list.length - most} more` : shown;
}

/// `lease_awaited` as words.
export function words(name) {
  return String(name ?? '').replaceAll('_', ' ');
}

/// Who holds or waits: an agent, else the client of a session.
export function holderName(holder) {
  const name = holder.agent_id ?? holder.client ?? 'somebody';
  return holder.subagent ? `${name}, subagent ${holder.subagent}` : name;
}
