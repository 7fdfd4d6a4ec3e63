// Bundles the pages and the SDK into dist/: assets/ with names that change with their content, a page of HTML for each
// entry, and manifest.json, which says what is called how. Run by tools/build-web.sh, after the types were checked; the one
// argument is the flag of tools/build-media.sh, which names the workers and the wasm that it has put into dist/assets.
import { build } from 'esbuild';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');

/** The pages: their file in dist, their entry in src/pages, their title until the script has set it. */
const pages = [
  { file: 'index.html', entry: 'customer', title: '视频服务 · Video service' },
  { file: 'console.html', entry: 'console', title: '坐席控制台 · Agent console' },
  { file: 'board.html', entry: 'board', title: '运营看板 · Operator board' },
];

const media = /^--define:MEDIA_ASSETS=(.*)$/.exec(process.argv[2] ?? '');
if (!media) throw new Error(`'${process.argv[2]}' is no --define:MEDIA_ASSETS={…}`);
const { metafile } = await build({
  absWorkingDir: here, bundle: true, minify: true, legalComments: 'none', logLevel: 'warning', loader: { '.svg': 'copy' },
  target: ['chrome114', 'firefox115', 'safari17'], define: { MEDIA_ASSETS: media[1] },
  entryPoints: [
    ...pages.map(({ entry }) => ({ in: `src/pages/${entry}/main.ts`, out: entry })),
    { in: 'src/index.ts', out: 'sdk' }, { in: 'src/ui/icon.svg', out: 'icon' },
  ],
  outdir: 'dist/assets', format: 'esm', splitting: true, metafile: true,
  entryNames: '[name]-[hash]', chunkNames: '[name]-[hash]', assetNames: '[name]-[hash]',
});

const outputs = Object.entries(metafile.outputs).map(([path, output]) => ({ path, ...output }));
const called = (entry) => outputs.find((output) => output.entryPoint === entry);
const asset = (path) => `/assets/${basename(path)}`;

/** The chunks that an entry loads before it runs. */
function chunks(output, seen = new Set()) {
  for (const { path, kind } of output.imports) {
    if (kind !== 'import-statement' || seen.has(path)) continue;
    seen.add(path);
    chunks(metafile.outputs[path], seen);
  }
  return seen;
}

const template = readFileSync(join(here, 'src/pages/page.html'), 'utf8');
const icon = outputs.find(({ path }) => /\/icon-[^/]*\.svg$/.test(path));
for (const { file, entry, title } of pages) {
  const script = called(`src/pages/${entry}/main.ts`);
  const preloads = [...chunks(script)].map((path) => `<link rel="modulepreload" href="${asset(path)}">`);
  const values = {
    title, script: asset(script.path), style: asset(script.cssBundle), icon: asset(icon.path), preloads: preloads.join('\n'),
  };
  writeFileSync(join(dist, file), template.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name]));
}
const entries = [...pages.map(({ entry }) => [entry, called(`src/pages/${entry}/main.ts`)]), ['sdk', called('src/index.ts')]];
const manifest = Object.fromEntries(entries.map(([name, output]) => [name, asset(output.path)]));
writeFileSync(join(dist, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);

/** Bytes as they are and as they travel. */
function size(paths) {
  const files = [...paths].map((path) => readFileSync(join(here, path)));
  const sum = (bytes) => bytes.reduce((a, b) => a + b, 0);
  return { bytes: sum(files.map((file) => file.length)), gzip: sum(files.map((file) => gzipSync(file, { level: 9 }).length)) };
}

const all = [...readdirSync(join(dist, 'assets')).map((name) => `dist/assets/${name}`), ...pages.map(({ file }) => `dist/${file}`)];
const wasm = all.filter((path) => path.endsWith('.wasm'));
const report = {
  pages_without_wasm: size(all.filter((path) => !path.endsWith('.wasm') && path !== called('src/index.ts').path)),
  wasm: size(wasm),
  files: Object.fromEntries(all.map((path) => [path.replace('dist/', ''), size([path])])),
};
const folder = join(here, '../../target/report');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'web.json'), `${JSON.stringify(report, null, 2)}\n`);
