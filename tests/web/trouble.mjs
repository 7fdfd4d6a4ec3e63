// A call in which everything dies once: `trouble.mjs '{"console": URL, "customer": URL}'`. What happens outside of the browser is done
// by whoever tells the story; what the two see of it is said in their pages.
import { ensure, happens, hears, run, sees, step, until } from './pages/story.mjs';

const links = JSON.parse(process.argv[2]);

async function writes(page, text) {
  const box = page.getByRole('textbox', { name: 'Write a message…' });
  await box.fill(text);
  await box.press('Enter');
}

const reads = (page, text) => page.locator('.bubble:not(.pending) .words', { hasText: text }).waitFor();
const notice = (page, text) => page.locator('.notice', { hasText: text });
const isTold = (page, text) => notice(page, text).waitFor();
const isToldNoMore = (page, text) => notice(page, text).waitFor({ state: 'detached' });

/** After a node has died media are back within so long, in milliseconds. */
const BACK = 3_000;

const AWAY = 'They lost the connection, one moment please';
const LOST = 'Reconnecting…';

run(async (people) => {
  const alice = await people.come('alice', links.customer, { tone: 700 });
  await alice.locator('.desk-card:enabled').first().click();
  await alice.getByRole('button', { name: 'Start the call' }).click();
  let agent = await people.come('agent', links.console, { tone: 1300 });
  await agent.locator('.room-actions').getByRole('button', { name: 'Take calls' }).click();
  await agent.getByRole('alertdialog').waitFor();
  await agent.keyboard.press('Enter');
  await alice.locator('.call-view.talking').waitFor();
  const see = async (when) => ({ agent: await sees(agent, `the agent, ${when},`), alice: await sees(alice, `alice, ${when},`) });
  await see('at first');
  await writes(alice, 'Hello');
  await reads(agent, 'Hello');
  step('they talk');

  await agent.reload();
  await agent.getByRole('heading', { name: 'Talking with alice' }).waitFor();
  await reads(agent, 'Hello');
  await see('after the agent has reloaded his page');
  await hears(agent, 'the agent', 700);
  step('a reload of the console lost nothing');

  await people.crash('agent');
  await isTold(alice, AWAY);
  await writes(alice, 'Are you still there?');
  await reads(alice, 'Are you still there?');
  step('alice is told that the agent is away, and writes on');
  agent = await people.come('agent again', links.console, { tone: 1300 });
  await reads(agent, 'Are you still there?');
  await isToldNoMore(alice, AWAY);
  await see('after the agent has come back');
  step('the agent opens his console again and is in his call');

  await alice.evaluate(() => window.senses.noticed());
  await happens('the media node dies');
  await until('alice is told that the node is lost', async () => (await alice.evaluate(() => window.senses.noticed())).includes(LOST));
  const pauses = await see('after the node has died');
  for (const { pause } of Object.values(pauses)) ensure(pause < BACK, `media were away for ${pause} ms`);
  await hears(alice, 'alice', 1300);
  await isToldNoMore(alice, LOST);
  step(`media are back on the second node; the agent saw nothing for ${pauses.agent.pause} ms, alice for ${pauses.alice.pause} ms`);

  await happens('the edge dies');
  await isTold(alice, LOST);
  await isTold(agent, LOST);
  await see('without an edge');
  await writes(agent, 'One moment, please');
  await agent.locator('.bubble.pending .words', { hasText: 'One moment, please' }).waitFor();
  step('pictures go on without an edge, a text waits');
  await happens('the edge is back');
  await reads(alice, 'One moment, please');
  await isToldNoMore(alice, LOST);
  await isToldNoMore(agent, LOST);
  await see('after the edge has come back');
  ensure((await alice.locator('.bubble .words', { hasText: 'One moment, please' }).count()) === 1, 'a text came twice');
  step('the text arrives once, the call goes on');

  await people.crash('agent again');
  await isTold(alice, AWAY);
  await alice.getByRole('button', { name: 'Hang up' }).click();
  await alice.getByRole('heading', { name: 'Thank you for calling' }).waitFor();
  agent = await people.come('agent at last', links.console);
  const card = agent.locator('.room-card');
  await until('the room is free of the call', async () => !/Talking|Connecting/.test(await card.innerText()));
  step('alice hangs up on an agent who is gone, and his room is free of it');
  await people.innocent();
  return { pauses };
});
