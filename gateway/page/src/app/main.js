import { render } from 'preact';
import { html } from '../html.js';
import { needsOf } from '../lib/needs.js';
import { FleetView } from './fleet_view.js';
import { Host } from './host.js';
import { follow } from './theme.js';

const kTool = 'show_fleet';
/// A client pushes nothing of what changes, so it is read again while somebody sees it.
const kPause = 15_000;

const host = new Host();
let state = { overview: null, needs: [], error: null, isBusy: false };
let isOver = false;

function draw() {
  const refresh = host.capabilities.serverTools && read;
  const discuss = host.capabilities.message && ask;
  render(html`<${FleetView} state=${state} refresh=${refresh} discuss=${discuss} />`, document.querySelector('main'));
}

function change(part) {
  state = { ...state, ...part };
  draw();
}

function show({ structuredContent: content, isError, content: said }) {
  if (isError) change({ error: said?.[0]?.text ?? 'governor refused.' });
  else if (content?.overview) change({ overview: content.overview, needs: needsOf(content), error: null });
  else read();
}

async function read() {
  if (state.isBusy || isOver) return;
  change({ isBusy: true });
  try {
    show(await host.tool(kTool));
  } catch (error) {
    change({ error: error.message });
  }
  change({ isBusy: false });
}

/// Nothing is decided here: the words go into the chat, and only the user sends more.
async function ask(need) {
  const text = `Governor says: ${need.title}.${need.detail ? ` ${need.detail}` : ''} What should I do about it?`;
  try {
    await host.request('ui/message', { role: 'user', content: [{ type: 'text', text }] });
  } catch (error) {
    change({ error: error.message });
  }
}

function tellSize() {
  const { width, height } = document.documentElement.getBoundingClientRect();
  host.notify('ui/notifications/size-changed', { width: Math.ceil(width), height: Math.ceil(height) });
}

host.on('ui/notifications/tool-result', show);
host.on('ui/notifications/tool-cancelled', ({ reason }) => change({ error: reason ?? 'It was cancelled.' }));
host.on('ui/notifications/host-context-changed', (context) => {
  Object.assign(host.context, context);
  follow(context);
});
host.answer('ui/resource-teardown', () => {
  isOver = true;
  return {};
});

draw();
await host.open({ name: 'governor-fleet', version: '0.1.0' });
follow(host.context);
draw();
new ResizeObserver(tellSize).observe(document.documentElement);
tellSize();
setInterval(() => {
  if (!document.hidden && host.capabilities.serverTools && state.overview) read();
}, kPause);
