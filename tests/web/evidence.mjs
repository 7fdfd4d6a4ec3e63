// What a call leaves as evidence: `evidence.mjs '{"console": URL, "customer": URL}'`, at a desk that records with consent, lets its agent
// pause and has two statements. The customer agrees, the agent reads, pauses and goes on; in the end
// all of it is deleted.
import { ensure, happens, hears, run, sees, step, until } from './pages/story.mjs';

const links = JSON.parse(process.argv[2]);
const PHONE = { width: 390, height: 844 };

/** What the page is told of the call and its files, the newest of each. */
function listen(page) {
  const told = { entries: [], files: [] };
  page.on('response', async (response) => {
    const { pathname } = new URL(response.url());
    if (!/^\/v1\/calls\/[^/]+(\/recordings)?$/.test(pathname) || !response.ok()) return;
    Object.assign(told, await response.json());
  });
  return told;
}

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
  const told = listen(agent);
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
  await until('its length is known', () => whole.evaluate((video) => video.duration));
  // Where it is sent to, not where it is by the time that somebody looks.
  await whole.evaluate((video) => video.addEventListener('seeking', () => (video.dataset.sought = String(video.currentTime))));
  const sought = async (what, kind, press) => {
    await whole.evaluate((video) => delete video.dataset.sought);
    await press();
    const at = Number(await until(`it plays from the ${what} on`, () => whole.evaluate((video) => !video.paused && video.dataset.sought)));
    const film = told.files.find(({ path }) => path.endsWith('/call.mp4'));
    const wanted = (told.entries.find((entry) => entry.kind === kind).at - film.started_at) / 1000;
    ensure(Math.abs(at - wanted) < 0.05, `it plays from ${at} s, the ${what} is at ${wanted} s`);
  };
  const chapter = details.getByRole('list', { name: 'Statements' }).getByRole('button', { name: '1. Do you buy of your own will?' });
  await sought('statement', 'prompt.begin', () => chapter.click());
  await sought('pause', 'recording.pause', () => details.locator('.event', { hasText: 'card number' }).getByRole('button').click());
  step('the film of both plays from a statement, and from an entry of the log');

  await happens('the business server deletes the recordings');
  const films = details.locator('.films');
  await until('the console says that they are deleted', async () => {
    if (!(await films.locator('video').count())) return true;
    await films.getByRole('button', { name: 'Refresh' }).click();
    return false;
  });
  await films.getByText(/^\d+ recorded files were deleted on .*: asked for by the root API key$/).waitFor();
  step('the console says when they were deleted, and at whose wish');
  await people.innocent();
});
