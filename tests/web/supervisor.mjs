// What a supervisor does while he watches: `supervisor.mjs '{"console": URL, "customer": URL, "board": URL}'`, at a desk that records all calls and
// lets its supervisors begin and pause. He sees, hears and reads the call, pauses its recording, and the agent is told so.
import { run, sees, step, until } from './pages/story.mjs';

const links = JSON.parse(process.argv[2]);
const PHONE = { width: 390, height: 844 };

const notice = (page) => page.locator('.notice.recording');

run(async (people) => {
  const alice = await people.come('alice', links.customer, { ...PHONE, tone: 700 });
  await alice.locator('.desk-card:enabled').first().click();
  await alice.getByRole('button', { name: 'Start the call' }).click();
  const agent = await people.come('agent', links.console, { tone: 1300 });
  await agent.locator('.room-actions').getByRole('button', { name: 'Take calls' }).click();
  await agent.getByRole('alertdialog').waitFor();
  await agent.keyboard.press('Enter');
  await sees(agent, 'the agent');
  for (const page of [alice, agent]) await notice(page).waitFor();
  const panel = agent.getByRole('region', { name: 'Recording and statements' });
  await panel.getByText('Recording', { exact: true }).waitFor();
  if (await panel.getByRole('button', { name: 'Pause recording' }).isVisible()) throw new Error('the agent may pause at a desk that does not let him');
  step('they talk and are recorded');

  const board = await people.come('supervisor', links.board);
  await board.locator('.live-call').getByRole('button', { name: 'Watch' }).click();
  await board.getByRole('dialog', { name: 'Watching a call' }).waitFor();
  const watch = board.locator('dialog.watch');
  await watch.getByRole('heading', { name: 'alice · bob' }).waitFor();
  await watch.locator('.event', { hasText: 'bob has answered' }).waitFor();
  await watch.getByRole('status').filter({ hasText: 'You see and hear the call' }).waitFor();
  for (const [at, who, tone] of [[1, 'the customer', 700], [2, 'the agent', 1300]]) {
    await sees(board, `the supervisor, of ${who},`, `.watch-pictures figure:nth-child(${at}) :is(canvas, video)`);
    await until(`the supervisor hears ${who}`, () => board.evaluate(
      (tone) => window.senses.tones().some(({ hz, db }) => db > -60 && Math.abs(hz - tone) < 30), tone));
  }
  if (await alice.getByText('ann').count()) throw new Error('the customer sees who watches');
  step('the supervisor sees, hears and reads the call');

  const recording = watch.locator('.watch-recording');
  await recording.getByRole('button', { name: 'Pause recording' }).click();
  const dialog = board.getByRole('dialog', { name: 'Pause recording' });
  await dialog.getByRole('textbox', { name: 'Why?' }).fill('card number');
  await dialog.getByRole('button', { name: 'Pause recording' }).click();
  const paused = 'Paused by supervisor ann: card number';
  await recording.getByText(paused).waitFor();
  await panel.getByText(paused).waitFor();
  for (const page of [alice, agent]) await notice(page).waitFor({ state: 'detached' });
  step('he pauses the recording, and the agent reads by whom and why');

  await board.locator('.language').evaluate((button) => button.click());
  await recording.getByText('主管 ann 已暂停录制：card number').waitFor();
  await recording.getByRole('button', { name: '录制', exact: true }).click();
  for (const page of [alice, agent]) await notice(page).waitFor();
  await recording.getByText('录制中').waitFor();
  await panel.getByText('Recording', { exact: true }).waitFor();
  step('he lets it go on, in Chinese');

  await agent.getByRole('button', { name: 'End the call' }).click();
  await watch.locator('p[role=status]', { hasText: '通话已结束' }).waitFor();
  await board.keyboard.press('Escape');
  await watch.waitFor({ state: 'detached' });
  step('the call is over for him, too');
  await people.innocent();
});
