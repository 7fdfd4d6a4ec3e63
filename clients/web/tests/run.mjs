// Checks the types of the tests, bundles each of them into target/web-tests and runs them all with `node --test`.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const top = join(here, '../../..');
const out = join(top, 'target/web-tests');

/** Runs a program and ends with its status unless that is 0. */
function run(...words) {
  const { status } = spawnSync(process.execPath, words, { cwd: top, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

run('node_modules/typescript/bin/tsc', '--project', join(here, 'tsconfig.json'));
const tests = readdirSync(here, { recursive: true }).filter((name) => name.endsWith('.test.ts'));
rmSync(out, { recursive: true, force: true });
await build({
  entryPoints: tests.map((name) => join(here, name)), outdir: out, outExtension: { '.js': '.mjs' },
  bundle: true, platform: 'node', format: 'esm', target: 'node20', sourcemap: 'inline', logLevel: 'warning',
  loader: { '.css': 'empty' },
});
run('--enable-source-maps', '--test', out);
