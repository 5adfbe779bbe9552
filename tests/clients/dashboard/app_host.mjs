import { once } from 'node:events';
import { existsSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

// A client that shows views of MCP Apps: a page with a frame in it, which has an origin of its own and may reach nothing.

/// What the specification has where a view names no domains.
const kPolicy =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' data:; connect-src 'none'; frame-src 'none'; object-src 'none'; base-uri 'self'";

/// The side of the client, by hand: what the specification asks of a host, and no more. Calls `callTool` and `said` of the page
/// around it.
const kByHand = `
const frame = document.querySelector('iframe');
const send = (message) => frame.contentWindow.postMessage({ jsonrpc: '2.0', ...message }, '*');
window.seen = [];
window.notify = (method, params) => send({ method, params });
window.ask = (method, params) => new Promise((resolve) => {
  const id = 'host-' + method;
  addEventListener('message', ({ data }) => data.id === id && data.method === undefined && resolve(data));
  send({ id, method, params });
});
const answers = {
  'ui/initialize': async () => ({ protocolVersion: '2026-01-26', hostInfo: { name: 'a test', version: '1.0.0' },
    hostCapabilities: { serverTools: {}, message: { text: {} } }, hostContext: await window.hostContext() }),
  'tools/call': (params) => window.callTool(params),
  'ui/message': async (params) => (await window.said(params), {}),
};
addEventListener('message', async ({ source, data }) => {
  if (source !== frame.contentWindow) return;
  window.seen.push(data);
  if (data.method === 'ui/notifications/size-changed') frame.style.height = data.params.height + 'px';
  if (data.method === 'ui/notifications/initialized') {
    send({ method: 'ui/notifications/tool-input', params: { arguments: {} } });
    send({ method: 'ui/notifications/tool-result', params: await window.callTool({ name: 'show_fleet', arguments: {} }) });
  }
  if (data.id === undefined || data.method === undefined) return;
  const answer = answers[data.method];
  if (answer) send({ id: data.id, result: await answer(data.params) });
  else send({ id: data.id, error: { code: -32601, message: 'no ' + data.method } });
});`;

/// The same with the official package.
const kBySdk = `
import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';
const frame = document.querySelector('iframe');
const bridge = new AppBridge(null, { name: 'a test', version: '1.0.0' }, { serverTools: {}, message: { text: {} } },
  { hostContext: await window.hostContext() });
window.seen = [];
window.notify = (method, params) => bridge.notification({ method, params });
window.ask = async (method, params) => ({ result: await bridge.teardownResource(params) });
bridge.oncalltool = (params) => window.callTool(params);
bridge.onmessage = async (params) => (await window.said(params), {});
bridge.onsizechange = (params) => {
  window.seen.push({ method: 'ui/notifications/size-changed', params });
  frame.style.height = params.height + 'px';
};
bridge.oninitialized = async () => {
  await bridge.sendToolInput({ arguments: {} });
  await bridge.sendToolResult(await window.callTool({ name: 'show_fleet', arguments: {} }));
};
await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
frame.src = frame.dataset.src;`;

/// The script of the host with the official package, or null where it or esbuild is not installed.
export async function sdkHost() {
  const page = new URL('../../../gateway/page/', import.meta.url);
  const here = fileURLToPath(new URL('.', import.meta.url));
  if (!existsSync(new URL('node_modules/esbuild', page))) return null;
  if (!existsSync(new URL('node_modules/@modelcontextprotocol/ext-apps', import.meta.url))) return null;
  const { build } = createRequire(new URL('package.json', page))('esbuild');
  const { outputFiles } = await build({
    stdin: { contents: kBySdk, resolveDir: here },
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0].text;
}

export const kHostByHand = `${kByHand}\nframe.src = frame.dataset.src;`;

/// Serves the host and, under another origin, the view; gives the address of the host.
export async function serveHost(world, script, view) {
  const server = http.createServer((request, response) => {
    const isView = request.url === '/view';
    const { port } = server.address();
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      ...(isView && { 'Content-Security-Policy': kPolicy }),
    });
    response.end(
      isView
        ? view
        : `<!doctype html><html lang="en"><meta charset="utf-8"><title>a client</title><link rel="icon" href="data:,">
           <iframe title="view" sandbox="allow-scripts" data-src="http://localhost:${port}/view" style="width:100%;border:0"></iframe>
           <script type="module">${script.replaceAll('</script', '<\\/script')}</script></html>`,
    );
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  world.atEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://localhost:${server.address().port}/`;
}
