import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Browser, loginLink, startGateway } from './dashboard/browser.mjs';
import { Fleet, kFleetConfig } from './dashboard/fleet.mjs';
import { kViews } from './dashboard/views.mjs';
import { closeAsLastTest, World } from './harness.mjs';
import { alive } from './lib/alive.mjs';
import { kLong, stretched, until } from './lib/deadlines.mjs';

// The page of the gateway in a real browser, on a fleet with something in each view.

const kImported = 2_000;
/// From the answer to a call, which says that the change is on the disk, until the page shows it. It takes a tenth of
/// a second where nothing else runs; here others may have the machine.
const kSoon = 5_000;

const world = new World({ survives: false, config: kFleetConfig });
const fleet = new Fleet(world);
let gateway;
let browser;

test('a fleet is there, and a browser opens the page', async () => {
  await fleet.fill(kImported);
  gateway = await startGateway(world);
  browser = await Browser.open(world, loginLink(world, gateway.url));
  await browser.waitForText('What needs you');
});

const includes = (text, wanted) =>
  assert.ok(
    text.toLowerCase().includes(wanted.toLowerCase()),
    `"${wanted}" is not in:\n${text.slice(0, 3_000)}`,
  );

for (const scheme of ['light', 'dark']) {
  test(`every view opens without a complaint and is accessible, ${scheme}`, async () => {
    await browser.scheme(scheme);
    const views = {
      ...kViews,
      change: [
        `#/files/change?path=${encodeURIComponent(fleet.path('src/parser.py'))}`,
        'Restore what was before',
        'line 2 of src/parser.py',
      ],
      deployment: [`#/deployments/${fleet.asking}`, 'Do you want to continue', 'painting the fence'],
      worktree: [`#/deployments/${fleet.made}`, 'Merge', 'chapter.txt'],
    };
    for (const [name, [place, ...seen]] of Object.entries(views)) {
      await browser.go(place);
      // Parts of a view come when they are read.
      await until(kLong, `${name} shows ${seen.at(-1)}`, async () =>
        (await browser.text()).toLowerCase().includes(seen.at(-1).toLowerCase()),
      );
      const text = await browser.text();
      for (const wanted of seen) includes(text, wanted);
      assert.deepEqual(await browser.violations(), [], `${name}, ${scheme}`);
      await browser.picture(`${name}-${scheme}`);
    }
    assert.deepEqual(browser.problems, []);
  });
}

test('many agents scroll, of which only those in sight are drawn', async () => {
  await browser.go('#/agents?order=name');
  const rows = () => browser.page.$$eval('.virtual-box [role=row]', (all) => all.length);
  await browser.waitForText('ada');
  assert.ok((await rows()) < 60);
  await browser.page.$eval('.virtual-box', (box) => (box.scrollTop = box.scrollHeight));
  await browser.waitForText(`worker-0${kImported - 1}`);
  assert.ok((await rows()) < 60);
});

test('the keyboard is enough', async () => {
  const { page } = browser;
  await browser.go('#/system');
  await page.evaluate(() => document.activeElement.blur());
  await until(kLong, 'g a leads to the agents', async () => {
    await page.keyboard.press('g'); // which counts for a moment only
    await page.keyboard.press('a');
    return page.evaluate(() => location.hash === '#/agents');
  });
  await browser.wait('the agents are shown', () => document.querySelector('.virtual-box [role=row]'));
  await page.keyboard.press('/');
  await page.keyboard.type('worker-00011');
  await browser.wait('one is left', () => document.querySelectorAll('.virtual-box [role=row]').length === 1);
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await browser.wait('it is chosen', () => document.querySelector('.virtual-row.chosen'));
  await page.keyboard.press('Enter');
  await browser.wait('it is opened', () => location.hash === '#/agents/worker-00011');
  await page.keyboard.press('?');
  await browser.waitForText('next and previous row');
  assert.deepEqual(await browser.violations(), []);
  await page.keyboard.press('Escape');
  await browser.wait('the help is gone', () => !document.querySelector('dialog'));
});

test('what an agent says is text', async () => {
  const evil = '<img src=x onerror="document.title=1"><b>bold</b>';
  await fleet.call('dora', 'update_agent_metadata', { purpose: evil });
  await browser.go('#/agents/dora');
  await browser.waitForText(evil);
  assert.equal(await browser.page.$('main img, main b b'), null);
});

test('a change is seen soon after it is durable', async () => {
  await browser.go('#/now');
  await browser.waitForText('What needs you');
  const path = fleet.path('secret/other.txt');
  await fleet.call('cleo', 'request_approval', { path, reason: 'seen at once' });
  const durable = performance.now();
  await browser.waitForText('seen at once');
  const took = performance.now() - durable;
  console.log(`seen ${took.toFixed(0)} ms after it was durable`);
  assert.ok(took < stretched(kSoon), `${took} ms`);
});

test('a person answers with a reason, and it is kept', async () => {
  await browser.go('#/now');
  await browser.waitForText('seen at once');
  const { page } = browser;
  const row = await page.waitForSelector('::-p-xpath(//li[contains(., "seen at once")])');
  const deny = await row.$('::-p-xpath(.//button[. = "Deny"])');
  await deny.click();
  await browser.waitForText('It is kept in the audit log');
  assert.deepEqual(await browser.violations(), []);
  await browser.picture('dialog-dark');
  await page.type('dialog textarea', 'not in this release');
  await page.click('dialog button[type=submit]');
  await browser.wait('it is gone', () => !document.querySelector('main').innerText.includes('seen at once'));
  const { approvals } = await fleet.call('cleo', 'list_approvals', { status: 'denied' });
  assert.equal(approvals[0].answer.note, 'not in this release');
});

test('what is typed stays while the page changes, and a refusal says why', async () => {
  await browser.go('#/files/protected');
  await browser.press('Protect…');
  const { page } = browser;
  await page.type('dialog input[name=pattern]', '/proc');
  const before = await page.$eval('.waiting', (count) => count.innerText);
  const other = { path: fleet.path('secret/third.txt'), reason: 'meanwhile' };
  await fleet.call('cleo', 'request_approval', other);
  await browser.wait(
    'the page behind is drawn anew',
    (count) => document.querySelector('.waiting').innerText !== count,
    before,
  );
  assert.equal(await page.$eval('dialog input[name=pattern]', (input) => input.value), '/proc');
  await page.type('dialog textarea', 'to see');
  await page.click('dialog button[type=submit]');
  await browser.wait(
    'the refusal is shown',
    () => document.querySelector('dialog [role=alert]')?.innerText.length > 10,
  );
  await page.keyboard.press('Escape');
  await browser.wait('the dialog is gone', () => !document.querySelector('dialog'));
});

const kWhy = { reason: 'because a test wants it' };

test('agents are paused and resumed', async () => {
  await browser.go('#/agents/worker-00011');
  await browser.act('Pause', kWhy, 'worker-00011 is paused');
  await browser.act('Resume', kWhy, 'worker-00011 goes on');
  const { lifecycle_events: events } = await fleet.call('ada', 'get_agent_metadata', {
    agent_id: 'worker-00011',
  });
  assert.deepEqual(
    events.slice(-2).map(({ event, reason }) => [event, reason]),
    [
      ['paused', kWhy.reason],
      ['resumed', kWhy.reason],
    ],
  );
});

test('agents are described, judged afterwards, given thresholds and archived', async () => {
  const id = 'worker-00012';
  const of = { agent_id: id };
  await browser.go(`#/agents/${id}`);
  const words = { purpose: 'keeps the lights on', tags: 'night, lights', note: 'asked for by ada', pinned: 'yes' };
  await browser.act('Describe', words, `${id} is described`);
  const { purpose, tags, notes, pinned } = await fleet.call('ada', 'get_agent_metadata', of);
  assert.deepEqual([purpose, tags, pinned], [words.purpose, ['night', 'lights'], true]);
  assert.match(notes, /asked for by ada/);
  await browser.act('Thresholds', { risk_approve_threshold: '0.2', ...kWhy }, 'are set');
  const { thresholds } = await fleet.call('ada', 'get_thresholds', of);
  assert.equal(thresholds.risk_approve_threshold, 0.2);
  await browser.act('Archive', kWhy, `${id} is archived`);
  await browser.go('#/agents/dora');
  await browser.act('How it turned out', { outcome: 'wrong', ...kWhy }, 'was wrong');
  await browser.go('#/agents');
  await browser.act('Thresholds', { risk_approve_threshold: '0.24', ...kWhy }, 'are set');
  const audited = JSON.stringify((await fleet.call('ada', 'query_audit_log', { limit: 100 })).entries);
  assert.ok(audited.split(kWhy.reason).length > 3, audited);
});

test('leases are broken, files protected, unlocked and restored, alerts acknowledged', async () => {
  await browser.go('#/files');
  const { leases } = await fleet.call('cleo', 'list_leases', { agent_id: 'cleo' });
  await browser.act(`Break lease ${leases[0].lease}`, kWhy, 'is over');
  await browser.go('#/files/protected');
  const pattern = fleet.path('docs/**');
  await browser.act('Protect…', { pattern, ...kWhy }, 'is protected');
  await browser.act(`Unlock ${pattern}`, kWhy, 'is unlocked');
  await browser.act(`Take back the leave for ${pattern}`, kWhy, 'is protected again');
  await browser.act(`End the protection of ${pattern}`, kWhy, 'is not protected any more');
  await browser.go('#/files/changes');
  const { alerts } = await fleet.call('ada', 'list_alerts');
  const { alert_id } = alerts.find(({ kind }) => kind === 'file_changed');
  await browser.act(`Acknowledge alert ${alert_id}`, kWhy, 'is acknowledged');
  const changed = fleet.path('src/parser.py');
  await browser.go(`#/files/change?path=${encodeURIComponent(changed)}`);
  await browser.act('Restore what was before', kWhy, 'is what it was');
  assert.match(readFileSync(changed, 'utf8'), /^line 1 of .*\nline 2 of /);
});

test('tasks are opened again, assigned and cancelled', async () => {
  await browser.go('#/tasks');
  const wanted = { task_id: 'paint', title: 'Paint the fence', priority: 'HIGH' };
  await browser.act('New task', wanted, 'paint waits to be claimed');
  assert.equal((await fleet.call('ada', 'get_task', { task_id: 'paint' })).task.priority, 'HIGH');
  await browser.go('#/tasks/spike');
  await browser.act('Open again', kWhy, 'spike is open again');
  await browser.act('Assign', { agent: 'cleo', ...kWhy }, 'spike is for cleo');
  await browser.act('Cancel', kWhy, 'spike is cancelled');
  const { task } = await fleet.call('ada', 'get_task', { task_id: 'spike' });
  assert.deepEqual([task.status, task.agent, task.note], ['cancelled', 'cleo', kWhy.reason]);
});

test('a deployment is answered, another one stopped, merged and thrown away', async () => {
  const { page } = browser;
  await browser.go(`#/deployments/${fleet.asking}`);
  await browser.waitForText('painting the fence');
  await page.type('main [name=text]', 'yes');
  await page.keyboard.press('Enter');
  await browser.waitForText('you said yes');
  await browser.waitForText('finished');
  await browser.go(`#/deployments/${fleet.made}`);
  await browser.act('Stop', kWhy, 'is stopped');
  await browser.act('Merge', kWhy, 'is merged');
  await browser.act('Discard', kWhy, 'is gone');
  for (const event of ['deployment_merged', 'deployment_workspace_removed']) {
    const { entries } = await fleet.call('ada', 'query_audit_log', { event });
    assert.ok(
      entries.some(({ detail, who }) => detail.includes(kWhy.reason) && who.kind === 'person'),
      JSON.stringify(entries),
    );
  }
});

test('the audit chain is verified', async () => {
  await browser.go('#/system');
  await browser.press('Verify the audit chain');
  await browser.waitForText('intact');
  assert.deepEqual(browser.problems, []);
});

test('on a narrow screen nothing sticks out', async () => {
  await browser.size(360, 740);
  for (const [name, [place]] of Object.entries(kViews)) {
    await browser.go(place);
    const width = await browser.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 360, `${name} is ${width} wide`);
    await browser.picture(`${name}-narrow`);
  }
  await browser.size(1280, 860);
});

test('the daemon is killed, and the page goes on by itself', async () => {
  await browser.go('#/agents/ada');
  assert.deepEqual(browser.problems, []);
  const { pid } = await world.health();
  process.kill(pid, 'SIGKILL');
  await until(kLong, `daemon ${pid} is dead`, () => !alive(pid));
  await world.otherDaemon(pid);
  await fleet.call('ada', 'update_agent_metadata', { purpose: 'goes on after the end' });
  await browser.waitForText('goes on after the end');
  await browser.wait('it is live again', () => document.querySelector('[data-connection=live]'));
});

test('gateway and daemon are killed, and the page goes on with neither a reload nor a new login', async () => {
  const { page } = browser;
  const { pid } = await world.health();
  await page.evaluate(() => (window.sameAsBefore = true));
  await page.evaluate(() => (location.hash = '#/agents/ada'));
  for (const victim of [gateway.child.pid, pid]) process.kill(victim, 'SIGKILL');
  for (const victim of [gateway.child.pid, pid]) await until(kLong, `${victim} is dead`, () => !alive(victim));
  await browser.wait('it says that it is cut off', () => document.querySelector('[data-connection=lost] .notice'));
  await browser.waitForText('governor-gateway does not answer');
  await browser.picture('cut-off');
  const options = { env: world.environment(), timeout: stretched(kLong * 2) };
  const { stdout } = await promisify(execFile)(
    world.binary('governorctl'),
    ['dashboard', '--no-open', '--json'],
    options,
  );
  world.atEnd(() => promisify(execFile)(world.binary('governorctl'), ['dashboard', '--stop'], options));
  assert.equal(new URL(JSON.parse(stdout).url).origin, gateway.url);
  await browser.wait('it is live again', () => document.querySelector('[data-connection=live]'));
  await fleet.call('ada', 'update_agent_metadata', { purpose: 'goes on after both have ended' });
  await browser.waitForText('goes on after both have ended');
  assert.equal(await page.evaluate(() => window.sameAsBefore), true);
  // What changes something is taken too: the page is logged in as before.
  await browser.go('#/agents/worker-00011');
  await browser.act('Pause', kWhy, 'worker-00011 is paused');
});

test('who logs out sees nothing more, and the cookie from before is worth nothing', async () => {
  const { page } = browser;
  await browser.go('#/agents/ada');
  const before = await page.cookies();
  await browser.press('Log out');
  await page.click('dialog button[type=submit]');
  await browser.waitForText('This browser is logged out');
  assert.ok(!(await browser.text()).includes('ada'));
  assert.equal(await page.title(), 'Logged out · governor');
  assert.deepEqual(await browser.violations(), []);
  assert.deepEqual(await page.cookies(), []);
  const { name, value } = before.find((cookie) => cookie.name.startsWith('governor_'));
  const refused = await fetch(`${gateway.url}/api/session`, { headers: { Cookie: `${name}=${value}` } });
  assert.equal(refused.status, 401);
  await browser.picture('logged-out');
});

closeAsLastTest(world);
