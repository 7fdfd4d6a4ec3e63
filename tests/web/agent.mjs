// An agent in his console: `agent.mjs '{"console": URL, "tone": HZ, "question": TEXT, "answer": TEXT}'`. He takes calls, accepts the
// first one, sees the customer and hears his tone, reads the question, answers it, and stays until the customer has hung up.
import { hears, run, sees, step } from './pages/story.mjs';

const { console: url, tone, question, answer } = JSON.parse(process.argv[2]);

run(async (people) => {
  const agent = await people.come('agent', url);
  await agent.locator('.room-actions').getByRole('button', { name: 'Take calls' }).click();
  await agent.getByRole('alertdialog').waitFor();
  await agent.keyboard.press('Enter');
  await sees(agent, 'the agent');
  await hears(agent, 'the agent', tone);
  step('the agent sees and hears the customer');
  await agent.locator('.bubble:not(.pending) .words', { hasText: question }).waitFor();
  const box = agent.getByRole('textbox', { name: 'Write a message…' });
  await box.fill(answer);
  await box.press('Enter');
  step('the agent has answered');
  await agent.locator('.room-actions').getByRole('button', { name: 'Take no more calls' }).waitFor();
  await people.innocent();
});
