// What a call leaves as evidence: `evidence.mjs '{"console": URL, "customer": URL}'`, at a desk that records with consent, lets its agent
// pause and has two statements. The customer agrees, the agent reads, pauses and goes on.
import { ensure, hears, run, sees, step, until } from './pages/story.mjs';

const links = JSON.parse(process.argv[2]);
const PHONE = { width: 390, height: 844 };

const notice = (page) => page.locator('.notice.recording');

run(async (people) => {
  const alice = await people.come('alice', links.customer, { ...PHONE, tone: 700 });
  await alice.locator('.desk-card:enabled').first().click();
  await alice.getByRole('button', { name: 'Start the call' }).click();
  const question = alice.getByRole('alertdialog', { name: 'May we record this call?' });
  await question.waitFor();
  const agent = await people.come('agent', links.console, { tone: 1300 });
  await agent.locator('.room-actions').getByRole('button', { name: 'Take calls' }).click();
  await agent.getByRole('alertdialog').waitFor();
  await agent.keyboard.press('Enter');
  await sees(agent, 'the agent');
  await sees(alice, 'alice');
  await hears(agent, 'the agent', 700);
  if (await notice(agent).count()) throw new Error('recorded before the customer has agreed');
  step('they talk, and nothing is recorded');

  await question.getByRole('button', { name: 'I agree' }).click();
  await question.waitFor({ state: 'hidden' });
  await agent.locator('.event', { hasText: 'The customer agrees to be recorded' }).waitFor();
  for (const page of [alice, agent]) await notice(page).waitFor();
  step('she agrees and is recorded');

  const panel = agent.getByRole('region', { name: 'Recording and statements' });
  await panel.getByRole('button', { name: 'Do you buy of your own will?' }).click();
  await alice.getByRole('status', { name: 'Statement' }).getByText('Do you buy of your own will?').waitFor();
  await panel.getByRole('button', { name: 'Answered', exact: true }).click();
  await alice.getByRole('status', { name: 'Statement' }).waitFor({ state: 'hidden' });
  step('a statement was read and answered');

  await panel.getByRole('button', { name: 'Pause recording' }).click();
  const dialog = agent.getByRole('dialog', { name: 'Pause recording' });
  await dialog.getByRole('textbox', { name: 'Why?' }).fill('card number');
  await dialog.getByRole('button', { name: 'Pause recording' }).click();
  for (const page of [alice, agent]) await notice(page).waitFor({ state: 'detached' });
  await panel.getByRole('button', { name: 'Record', exact: true }).click();
  for (const page of [alice, agent]) await notice(page).waitFor();
  await sees(agent, 'the agent, after the pause,');
  step('the recording was paused and goes on');

  await agent.getByRole('button', { name: 'End the call' }).click();
  await alice.getByRole('heading', { name: 'Thank you for calling' }).waitFor();
  const row = agent.locator('.calls-table tr', { hasText: 'alice' });
  await row.waitFor();
  await row.getByRole('button', { name: 'alice' }).click();
  const details = agent.getByRole('dialog', { name: 'The call' });
  const whole = details.locator('figure', { hasText: 'Both' }).locator('video');
  await until('there is a film of both', async () => {
    if (await whole.count()) return true;
    const again = details.locator('.films').getByRole('button', { name: 'Refresh' });
    if (await again.count()) await again.click();
    return false;
  });
  await whole.evaluate((video) => (video.muted = true));
  const length = await until('its length is known', () => whole.evaluate((video) => video.duration));
  await details.getByRole('list', { name: 'Statements' }).getByRole('button', { name: '1. Do you buy of your own will?' }).click();
  const at = await until('it plays from the statement on', () => whole.evaluate((video) => !video.paused && video.currentTime));
  // The statement was read while she was recorded, and a pause came after it.
  ensure(at > 0.2 && at < length - 0.3, `it plays from ${at} s of ${length} s`);
  await details.locator('.event', { hasText: 'card number' }).getByRole('button').click();
  await until('it plays from the pause on', async () => (await whole.evaluate((video) => video.currentTime)) > at + 0.3);
  step('the film of both plays from a statement, and from an entry of the log');
  await people.innocent();
});
