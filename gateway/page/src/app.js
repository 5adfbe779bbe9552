// The frame of the page: where one is, what waits, whether what is shown is live.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { html } from './html.js';
import { needsOf } from './lib/needs.js';
import { kViews, parseRoute, routeTo } from './lib/route.js';
import { forgetAgents } from './net/agents.js';
import { useCell } from './net/cell.js';
import { useApprovals, useCriticalAgents, useOverview } from './net/fleet.js';
import { connection } from './net/live.js';
import { session } from './net/rpc.js';
import { forgetAll, reloadAll } from './net/source.js';
import { DialogHost, Notice } from './parts/dialog.js';
import { Help } from './parts/help.js';
import { startKeys } from './parts/keys.js';
import { leaveThisBrowser } from './parts/logout.js';
import { Activity } from './views/activity.js';
import { Agent } from './views/agent.js';
import { Agents } from './views/agents.js';
import { Deployment } from './views/deployment.js';
import { Deployments } from './views/deployments.js';
import { Files } from './views/files.js';
import { Now } from './views/now.js';
import { System } from './views/system.js';
import { Task } from './views/task.js';
import { Tasks } from './views/tasks.js';

const kLists = {
  now: Now,
  agents: Agents,
  files: Files,
  activity: Activity,
  tasks: Tasks,
  deployments: Deployments,
  system: System,
};
const kSingles = { agents: Agent, tasks: Task, deployments: Deployment };

function useRoute() {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const changed = () => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return route;
}

export function App() {
  return useCell(connection) === 'left' ? html`<${Left} />` : html`<${Page} />`;
}

/// For whoever has logged out: nothing is left of what was shown.
function Left() {
  // Together with what is seen, and not a moment after it.
  useLayoutEffect(() => {
    document.title = 'Logged out · governor';
    forgetAll();
    forgetAgents();
  }, []);
  return html`<main id="page-main" tabindex="-1" aria-label="Logged out"><h1>Logged out</h1>
    <p role="status">This browser is logged out. To open the page again: <code>governorctl dashboard</code></p></main>`;
}

function Page() {
  const route = useRoute();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const main = useRef(null);
  const needs = useNeeds();
  const [id] = route.rest;
  const place = `${route.view}/${id ?? ''}`;
  const title = kViews.find(({ name }) => name === route.view).title;
  useEffect(() => {
    startKeys(() => setHelpOpen(true));
    // What no push tells of may have changed while another window was used.
    addEventListener('focus', reloadAll);
  }, []);
  useEffect(() => {
    document.title = `${needs?.length > 0 ? `(${needs.length}) ` : ''}${id ?? title} · governor`;
  }, [place, needs?.length]);
  const isFirst = useRef(true);
  useEffect(() => {
    // Who follows a link with the keyboard goes on in what it leads to.
    if (!isFirst.current) {
      main.current.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    isFirst.current = false;
  }, [place]);
  const View = (id !== undefined && kSingles[route.view]) || kLists[route.view];
  return html`
    <a class="skip" href="#page-main" onClick=${(event) => (event.preventDefault(), main.current.focus())}>To the content</a>
    <${Top} view=${route.view} waiting=${needs?.length ?? 0} showHelp=${() => setHelpOpen(true)} />
    <${Connection} />
    <main id="page-main" ref=${main} tabindex="-1" aria-label=${title}>
      <${View} key=${View === kLists[route.view] ? route.view : place} route=${route} id=${id} needs=${needs} />
    </main>
    <${DialogHost} /><${Notice} />
    ${isHelpOpen && html`<${Help} close=${() => setHelpOpen(false)} />`}`;
}

/// What needs a person, also while another view is open; null until it is known.
function useNeeds() {
  const overview = useOverview();
  const approvals = useApprovals();
  const critical = useCriticalAgents();
  if (!overview.data || !approvals.data || !critical.data) return null;
  return needsOf({ overview: overview.data, approvals: approvals.data, critical: critical.data });
}

function Top({ view, waiting, showHelp }) {
  const links = useRef(null);
  useEffect(() => {
    // On a narrow screen the list of views scrolls.
    const current = links.current.querySelector('[aria-current]');
    links.current.scrollLeft = current.offsetLeft - links.current.offsetLeft - 40;
  }, [view]);
  return html`<header class="top">
    <span class="name">governor</span>
    <nav ref=${links} aria-label="Views">${kViews.map(
      ({ name, title, key }) => html`<a key=${name} href=${routeTo(name)}
      aria-current=${name === view ? 'page' : undefined} title="g ${key}">${title}${
        name === 'now' && waiting > 0
          ? html` <span class="waiting" aria-label="${waiting} need you">${waiting}</span>`
          : ''
      }</a>`,
    )}</nav>
    <button class="quiet" onClick=${() => leaveThisBrowser()}>Log out</button>
    <button class="quiet" onClick=${showHelp} aria-label="Keyboard" title="Keyboard (?)">?</button>
  </header>`;
}

const kConnections = {
  away: ['warning', 'The daemon is away. Shown is what was known; the page goes on when it is back.'],
  lost: [
    'warning',
    'governor-gateway does not answer. The page tries again every few seconds and goes on where it was, without a new login; to start the gateway: governorctl dashboard',
  ],
  signed_out: ['bad', 'This page is no longer signed in. Open it anew with: governorctl dashboard'],
};

function Connection() {
  const state = useCell(connection);
  const opened = useCell(session);
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    // A moment without a stream is no news: at the start, or when another daemon takes over.
    setLate(false);
    const timer = setTimeout(() => setLate(true), 1_000);
    return () => clearTimeout(timer);
  }, [state]);
  const [tone, text] = kConnections[state] ?? [];
  return html`<div role="status" aria-live="polite" class="connection" data-connection=${state} data-version=${opened?.version}>
    ${tone && isLate && html`<p class="notice ${tone}">${text}</p>`}</div>`;
}
