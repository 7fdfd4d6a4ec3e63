// An agent in his console: `agent.mjs CONSOLE-URL HEARD ANSWER`. He takes calls, accepts the first one, sees and hears the
// customer, reads HEARD, answers with ANSWER, and stays until the customer has hung up.
import { hears, run, sees, step } from './pages/story.mjs';

const [url, heard, answer] = process.argv.slice(2);

run(async (people) => {
  const agent = await people.come('agent', url);
  await agent.locator('.room-actions').getByRole('button', { name: 'Take calls' }).click();
  await agent.getByRole('alertdialog').waitFor();
  await agent.keyboard.press('Enter');
  await sees(agent, 'the agent');
  await hears(agent, 'the agent');
  step('sees and hears');
  await agent.locator('.bubble:not(.pending) .words', { hasText: heard }).waitFor();
  const box = agent.getByRole('textbox', { name: 'Write a message…' });
  await box.fill(answer);
  await box.press('Enter');
  step('answered');
  await agent.getByRole('alertdialog').waitFor({ state: 'hidden' });
  await agent.locator('.call-panel.over, .idle').first().waitFor();
  await people.innocent();
});
