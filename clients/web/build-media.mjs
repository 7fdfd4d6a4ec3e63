// Puts the wasm, the workers and the worklet into the folder on the command line, each under a name that changes with its
// content, and prints the flag that tells the pages' build what they are called. Run by tools/build-media.sh.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const outdir = process.argv[2];
mkdirSync(outdir, { recursive: true });

const wasm = readFileSync(join(here, 'wire/pkg/counterpart_wire_bg.wasm'));
const hash = createHash('sha256').update(wasm).digest('hex').slice(0, 8).toUpperCase();
const wire = `wire-${hash}.wasm`;
writeFileSync(join(outdir, wire), wasm);

const entries = { publish: 'publish.entry.ts', play: 'play.entry.ts', sound: 'sound.entry.ts' };
const { metafile } = await build({
  absWorkingDir: here, bundle: true, minify: true, legalComments: 'none', logLevel: 'warning',
  target: ['chrome114', 'firefox115', 'safari17'], define: { MEDIA_ASSETS: JSON.stringify({ wire }) },
  entryPoints: Object.entries(entries).map(([out, file]) => ({ in: `src/media/${file}`, out })),
  outdir, format: 'esm', metafile: true, entryNames: '[name]-[hash]',
});
const assets = { wire };
for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
  for (const [name, file] of Object.entries(entries)) {
    if (entryPoint === `src/media/${file}`) assets[name] = basename(path);
  }
}
process.stdout.write(`--define:MEDIA_ASSETS=${JSON.stringify(assets)}\n`);
