import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import puppeteer from 'puppeteer-core';
import { kLong, kShort, stretched, until, within } from '../lib/deadlines.mjs';

// A gateway of the world, and a browser that has opened its page.

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/// Starts the gateway on a free port; gives its address and its process.
export async function startGateway(world, port = 0) {
  const child = spawn(world.binary('governor-gateway'), ['--foreground', '--port', String(port)], {
    env: world.environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  world.atEnd(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const [code] = await within(kShort * 2, 'governor-gateway ends', exited).catch((error) => {
      child.kill('SIGKILL');
      throw error;
    });
    if (code !== 0) throw new Error(`governor-gateway ended with ${code}: ${said}`);
  });
  const [url] = await until(kLong, 'the gateway says where it serves', () => {
    if (child.exitCode !== null) throw new Error(`governor-gateway ended at once: ${said}`);
    return said.match(/http:\/\/127\.0\.0\.1:\d+/);
  });
  return { url, child };
}

/// The link that opens the page once.
export function loginLink(world, url) {
  return `${url}/login?token=${readFileSync(path.join(world.runtimeDir, 'gateway.login'), 'utf8').trim()}`;
}

export class Browser {
  /// What the page has complained about.
  problems = [];
  #browser;
  #pictures = process.env.GOVERNOR_SCREENSHOTS;

  static async open(world, link) {
    const one = new Browser();
    one.#browser = await puppeteer.launch({
      executablePath: process.env.GOVERNOR_CHROMIUM,
      // Its own sandbox needs what containers and root do not have; it sees nothing but our page.
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
      env: { PATH: process.env.PATH, HOME: world.home },
      protocolTimeout: stretched(kLong * 2),
      timeout: stretched(kLong),
    });
    world.atEnd(() => within(kLong, 'the browser ends', one.#browser.close()));
    one.page = await one.#browser.newPage();
    one.page.setDefaultTimeout(stretched(kLong));
    one.page.on('pageerror', (error) => one.problems.push(error.stack ?? String(error)));
    one.page.on('console', (message) => {
      if (['error', 'warn'].includes(message.type()))
        one.problems.push(`${message.text()} ${message.location().url ?? ''}`);
    });
    await one.size(1280, 860);
    await one.page.goto(link);
    return one;
  }

  size(width, height) {
    return this.page.setViewport({ width, height });
  }

  scheme(value) {
    return this.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
  }

  /// Goes to a place of the page and waits until it has read what it shows.
  async go(hash) {
    await this.page.evaluate((place) => (location.hash = place), hash);
    await this.wait(
      `${hash} is shown`,
      (place) => {
        const main = document.querySelector('main');
        return location.hash === place && main.querySelector('h1') && !main.textContent.includes('Reading…');
      },
      hash,
    );
  }

  /// Waits until what is shown has not changed for a moment: parts of a view come when they are read.
  async quiet() {
    await this.page.evaluate(() => {
      window.changedAt = performance.now();
      window.observer ??= new MutationObserver(() => (window.changedAt = performance.now()));
      window.observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await this.wait('the page is quiet', () => performance.now() - window.changedAt > 400);
  }

  /// Waits until `condition` holds in the page.
  wait(what, condition, ...args) {
    return this.page.waitForFunction(condition, { polling: 20 }, ...args).catch(async (error) => {
      const shown = await this.page.evaluate(() => document.body.innerText).catch(() => '');
      throw new Error(`${what}: ${error.message}; shown is:\n${shown.slice(0, 2_000)}`);
    });
  }

  waitForText(text) {
    return this.wait(`"${text}" is shown`, (wanted) => document.body.innerText.includes(wanted), text);
  }

  text() {
    return this.page.evaluate(() => document.querySelector('main').innerText);
  }

  /// Presses the button of this name, the first of them.
  async press(name) {
    const button = await this.page.waitForSelector(`::-p-aria([name="${name}"][role="button"])`);
    // What is shown anew while it scrolls there would be missed by the mouse.
    await button.evaluate((element) => element.click());
  }

  /// Presses a button that asks, fills in what is asked for, and waits until it says that it is done.
  async act(name, fields, done) {
    await this.press(name);
    await this.page.waitForSelector('dialog[open]');
    for (const [field, value] of Object.entries(fields)) {
      const input = await this.page.$(`dialog [name=${field}]`);
      if (await input.evaluate((element) => element.matches('select'))) {
        await input.select(value);
      } else {
        await input.evaluate((element) => element.select()); // what was there is written over
        await input.type(value);
      }
    }
    await this.page.click('dialog button[type=submit]');
    await this.wait(
      `${name} says that ${done}`,
      (wanted) =>
        document.querySelector('.toast').innerText.includes(wanted) && !document.querySelector('dialog'),
      done,
    );
  }

  /// What is not accessible in what is shown now.
  async violations() {
    await this.page.evaluate(`${axe};0`);
    const { violations } = await this.page.evaluate(
      (tags) => axe.run({ runOnly: { type: 'tag', values: tags } }),
      kTags,
    );
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
    );
  }

  async picture(name) {
    if (!this.#pictures) return;
    const file = path.join(this.#pictures, `${name}.png`);
    mkdirSync(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file });
  }
}
