import { readFileSync } from 'node:fs';

// How long the page takes and what it keeps.

/// Opens the page anew at `hash`; gives when it was first painted, and when it showed what it had read, in milliseconds from the
/// beginning of the navigation.
export async function openedIn(browser, url, hash) {
  const { page } = browser;
  await page.goto('about:blank');
  await page.goto(`${url}/${hash}`);
  await browser.wait(`${hash} is read`, () => {
    const main = document.querySelector('main');
    return main?.querySelector('h1') && !main.innerText.includes('Reading…');
  });
  return page.evaluate(() => ({
    painted: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    read: performance.now(),
  }));
}

/// Milliseconds from the answer to `change`, which says that it is on the disk, until `text` is shown. Both programs look at the
/// same clock.
export async function seenAfter(browser, text, change) {
  await browser.page.evaluate((wanted) => {
    window.seenAt = null;
    const look = () => {
      if (!document.body.innerText.includes(wanted)) return false;
      window.seenAt = Date.now();
      return true;
    };
    const observer = new MutationObserver(() => look() && observer.disconnect());
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  }, text);
  await change();
  const durable = Date.now();
  await browser.wait(`"${text}" is shown`, () => window.seenAt !== null);
  return (await browser.page.evaluate(() => window.seenAt)) - durable;
}

/// What the page holds when all that is no longer wanted was thrown away.
export async function kept(browser) {
  const session = await browser.page.createCDPSession();
  await session.send('Performance.enable');
  for (let i = 0; i < 3; ++i) await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  const of = (name) => metrics.find((metric) => metric.name === name).value;
  return { heap: of('JSHeapUsedSize'), nodes: of('Nodes'), listeners: of('JSEventListeners') };
}

/// What a process holds in memory, in bytes.
export function residentBytes(pid) {
  return Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) * 1_024;
}
