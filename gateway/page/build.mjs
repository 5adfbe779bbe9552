// Makes dist/ of src/: index.html, one script, one style sheet, an icon, and the licences of what is in
// it; and dist-app/ of src/app/: one page that needs no other file, for the chat of MCP clients. With --check it compares instead, and fails when what is
// committed is not what the sources give.
import { build } from 'esbuild';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = path.dirname(fileURLToPath(import.meta.url));
/// What the page may weigh on its way to the browser.
const kMostCompressed = 200 * 1024;

/// And what the page for the chat may weigh, as it is.
const kMostOfApp = 100 * 1024;

const kCommon = {
  absWorkingDir: here,
  outdir: 'dist',
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022'],
  legalComments: 'none',
  write: false,
};
const { outputFiles } = await build({
  ...kCommon,
  entryPoints: { 'assets/app': 'src/main.js' },
  banner: { js: '/* governor, Apache-2.0. Contains Preact, htm and uPlot: licences.txt */' },
});
const made = new Map([
  ['index.html', await readFile(path.join(here, 'src/index.html'))],
  ['assets/icon.svg', await readFile(path.join(here, 'src/icon.svg'))],
]);
for (const file of outputFiles) made.set(path.relative(path.join(here, 'dist'), file.path), file.contents);

/// What their licences want to go with the bundle.
const parts = ['preact', 'htm', 'uplot'];
const licences = parts.map(async (name) => {
  const text = await readFile(path.join(here, 'node_modules', name, 'LICENSE'), 'utf8');
  return `${name}\n\n${text.trim()}\n`;
});
made.set('assets/licences.txt', Buffer.from((await Promise.all(licences)).join('\n\n')));

/// With its licences in it, since nothing goes along.
async function appPage() {
  const { outputFiles: parts } = await build({
    ...kCommon,
    entryPoints: { fleet: 'src/app/main.js', style: 'src/app/fleet.css' },
  });
  const text = (ending) => parts.find(({ path: file }) => file.endsWith(ending)).text.trim();
  // What ends the element must not be in it.
  const script = text('.js').replaceAll('</script', '<\\/script');
  const notes = await Promise.all(['preact', 'htm'].map((name) => licenceOf(name)));
  const page = await readFile(path.join(here, 'src/app/fleet.html'), 'utf8');
  return Buffer.from(
    page
      .replace('/* STYLE */', () => text('.css'))
      .replace('/* SCRIPT */', () => script)
      .replace('</html>', () => `</html>\n<!-- governor, Apache-2.0. Contains:\n\n${notes.join('\n\n')} -->`),
  );
}

async function licenceOf(name) {
  const text = await readFile(path.join(here, 'node_modules', name, 'LICENSE'), 'utf8');
  return `${name}\n\n${text.trim().replaceAll('--', '- -')}`;
}

const compressed = [...made.values()].reduce((sum, bytes) => sum + gzipSync(bytes).length, 0);
if (compressed > kMostCompressed) {
  console.error(`The page has ${compressed} bytes compressed; at most ${kMostCompressed} are wanted.`);
  process.exitCode = 1;
}

const app = await appPage();
if (app.length > kMostOfApp) {
  console.error(`The page for the chat has ${app.length} bytes; at most ${kMostOfApp} are wanted.`);
  process.exitCode = 1;
}
made.set('../dist-app/fleet.html', app);

for (const [name, bytes] of made) {
  const file = path.join(here, 'dist', name);
  if (process.argv.includes('--check')) {
    const committed = await readFile(file).catch(() => null);
    if (committed && Buffer.compare(committed, Buffer.from(bytes)) === 0) continue;
    console.error(`dist/${name} is not what the sources give; run: npm run build`);
    process.exitCode = 1;
  } else {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
}
console.log(`${made.size} files, ${compressed} bytes compressed`);
