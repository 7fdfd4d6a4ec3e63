// The SDK's example makes a call: `example.mjs '{"console": URL, "customer": URL}'`. It is served at the edge's own origin, as its
// first line says, with the SDK as the edge serves it.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hears, run, sees, step } from './pages/story.mjs';

const links = JSON.parse(process.argv[2]);
const client = join(import.meta.dirname, '../../clients/web');
const { sdk } = JSON.parse(readFileSync(join(client, 'dist/manifest.json'), 'utf8'));

async function example() {
  const plugin = {
    name: 'sdk',
    setup: (building) => building.onResolve({ filter: /^\.\.\/src$/ }, () => ({ path: sdk, external: true })),
  };
  const { outputFiles } = await build({
    entryPoints: [join(client, 'examples/call.ts')], bundle: true, format: 'esm', write: false, plugins: [plugin], logLevel: 'warning',
  });
  return outputFiles[0].text;
}

run(async (people) => {
  await people.serve({
    '/call.html': ['text/html', readFileSync(join(client, 'examples/call.html'), 'utf8')],
    '/call.css': ['text/css', readFileSync(join(client, 'examples/call.css'), 'utf8')],
    '/call.js': ['text/javascript', await example()],
  });
  const agent = await people.come('agent', links.console, { tone: 1300 });
  await agent.locator('.room-actions').getByRole('button', { name: 'Take calls' }).click();
  const alice = await people.come('alice', links.customer.replace('/#', '/call.html#'), { tone: 700 });
  await alice.locator('#begin').click();
  await agent.getByRole('alertdialog').waitFor();
  await agent.keyboard.press('Enter');
  await alice.locator('#state', { hasText: 'bob answers' }).waitFor();
  await sees(agent, 'the agent');
  await sees(alice, 'alice');
  await hears(agent, 'the agent', 700);
  await hears(alice, 'alice', 1300);
  step('they see and hear each other');
  const box = agent.getByRole('textbox', { name: 'Write a message…' });
  await box.fill('Good morning!');
  await box.press('Enter');
  await alice.locator('#log', { hasText: 'callee: Good morning!' }).waitFor();
  await alice.locator('#end').click();
  await alice.locator('#state', { hasText: 'over' }).waitFor();
  step('alice has hung up');
  await people.innocent();
});
