// Pages under words that were meant for machines: `hostile.mjs '{"console": URL, "customer": URL, "board": URL}'`. Everything is shown as
// it was written, nothing is run, nothing is loaded, and nothing breaks the layout.
import { ensure, run, step, until } from './pages/story.mjs';

const links = JSON.parse(process.argv[2]);

const WORDS = [
  '<img src=x onerror="window.hacked=1">',
  '"><script>window.hacked=1</script><!--',
  'javascript:window.hacked=1',
  '{{constructor.constructor("window.hacked=1")()}}',
  '<svg/onload=window.hacked=1>&lt;b&gt;&#x3c;',
  '\u202egnirts siht si sdrawkcab \u2066\u2067',
  'שלום, אני צריך עזרה עם ההלוואה — مرحبا',
  '👨‍👩‍👧‍👦🏳️‍🌈🇨🇳 e\u0301\u0323\u0302 \ud83d\ude00',
  'Z\u0300\u0301\u0302\u0303\u0304'.repeat(40),
  'W'.repeat(4096),
  '第一行\n\t第二行\n\n<br>第四行',
];

async function writes(page, text) {
  const box = page.getByRole('textbox', { name: 'Write a message…' });
  await box.fill(text);
  await box.press('Enter');
}

/** Exactly as it was written, as text. */
const shows = (page, text) => until(`it shows ${JSON.stringify(text.slice(0, 60))}`, () =>
  page.evaluate((text) => [...document.querySelectorAll('.bubble:not(.pending) .words')].some((node) => node.textContent === text && node.childElementCount === 0), text));

/** Neither run nor broken. */
async function unharmed(page, name) {
  const state = await page.evaluate(() => ({
    hacked: window.hacked,
    handlers: [...document.querySelectorAll('*')].filter((node) => [...node.attributes].some(({ name }) => name.startsWith('on'))).length,
    strange: document.querySelectorAll('main script, main iframe, main object, main embed, main img[src="x"]').length,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  }));
  ensure(state.hacked === undefined && state.handlers === 0 && state.strange === 0, `${name}: ${JSON.stringify(state)}`);
  ensure(state.overflow <= 0, `${name} is ${state.overflow} pixels wider than its window`);
}

run(async (people) => {
  const agent = await people.come('agent', links.console);
  const customer = await people.come('customer', links.customer, { width: 390, height: 844 });
  const board = await people.come('board', links.board, { width: 390, height: 844 });
  await customer.getByRole('button', { name: '<img src=x onerror=hacked=1>' }).waitFor();
  await unharmed(customer, 'the list of desks');
  await agent.locator('.room-actions').getByRole('button', { name: 'Take calls' }).click();
  await customer.locator('.desk-card:enabled').first().click();
  await customer.getByRole('button', { name: 'Start the call' }).click();
  await agent.getByRole('alertdialog').waitFor();
  await unharmed(agent, 'the offer');
  await agent.keyboard.press('Enter');
  await customer.locator('.call-view.talking').waitFor();
  await customer.getByRole('button', { name: 'Messages' }).click();
  step('they talk');

  for (const words of WORDS) {
    await writes(customer, words);
    await shows(agent, words);
    await writes(agent, words);
    await until('it is there twice', () => customer.evaluate((text) =>
      [...document.querySelectorAll('.bubble:not(.pending) .words')].filter((node) => node.textContent === text).length === 2, words));
  }
  for (const [page, name] of [[customer, 'the customer'], [agent, 'the agent'], [board, 'the board']]) await unharmed(page, name);
  step('what was written is shown as it was written');

  await agent.getByRole('group', { name: 'Quick replies' }).getByRole('button').first().click();
  await agent.getByRole('textbox', { name: 'Note' }).fill(WORDS[0]);
  await agent.getByText('Saved').waitFor();
  await customer.getByRole('button', { name: 'Hang up' }).click();
  await customer.getByRole('radio', { name: '1 star' }).check({ force: true });
  await customer.getByRole('textbox').fill(WORDS[1]);
  await customer.getByRole('button', { name: 'Send rating' }).click();
  await customer.getByText('We have your rating').waitFor();
  const row = agent.locator('.calls-table tbody tr').first();
  await until('the call is listed with its rating', async () => {
    if (await row.getByLabel('1 star').count()) return true;
    const refresh = agent.getByRole('button', { name: 'Refresh' });
    if (await refresh.count()) await refresh.click();
    return false;
  });
  await row.getByRole('button').click();
  await agent.getByRole('dialog').locator('blockquote', { hasText: WORDS[1] }).waitFor();
  for (const [page, name] of [[customer, 'the rating'], [agent, 'the details'], [board, 'the board']]) await unharmed(page, name);
  step('ratings and notes are shown as they were written');
  await people.innocent();
});
