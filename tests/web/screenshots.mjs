// Pictures of each page in each state, in both languages, light and dark, on a phone and on a desk.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run, step, until } from './pages/story.mjs';

const links = JSON.parse(process.argv[2]);
const SIZES = [[1280, 800], [390, 844]];

/** Takes all pictures of a page as it is. */
async function shoot(page, name) {
  for (const language of ['en', 'zh']) {
    const now = await page.evaluate(() => document.documentElement.lang);
    if (!now.startsWith(language)) await page.locator('button.language').evaluate((button) => button.click());
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      for (const [width, height] of SIZES) {
        await page.setViewportSize({ width, height });
        await page.screenshot({ path: join(links.into, `${name}-${width}-${language}-${colorScheme}.png`), fullPage: width < 800, animations: 'disabled' });
      }
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.locator('button.language').evaluate((button) => button.click());
  step(name);
}

async function calls(page) {
  await page.locator('.desk-card:enabled', { hasText: 'Loans' }).click();
  await page.getByRole('button', { name: 'Start the call' }).click();
  await page.locator('.place:not([hidden])').waitFor();
}

async function writes(page, text) {
  const box = page.locator('textarea.write');
  await box.fill(text);
  await box.press('Enter');
  await page.locator('.bubble:not(.pending) .words', { hasText: text }).waitFor();
}

run(async (people) => {
  rmSync(links.into, { recursive: true, force: true });
  mkdirSync(links.into, { recursive: true });
  const [one, two, three] = links.customers;
  const nobody = await people.come('nobody', links.none);
  await shoot(nobody, 'customer-no-link');
  await nobody.close();
  const carol = await people.come('carol', two);
  await carol.locator('.desk-card').first().waitFor();
  await shoot(carol, 'customer-desks');
  await carol.locator('.desk-card', { hasText: 'Loans' }).click();
  await carol.getByRole('button', { name: 'Start the call' }).waitFor();
  await shoot(carol, 'customer-devices');
  await carol.getByRole('button', { name: 'Start the call' }).click();
  await carol.locator('.place:not([hidden])').waitFor();
  const alice = await people.come('alice', one, { tone: 385 });
  await calls(alice);
  const dave = await people.come('dave', three);
  await calls(dave);
  await shoot(alice, 'customer-waiting');

  const agent = await people.come('agent', links.console, { tone: 570 });
  const colleague = await people.come('colleague', links.colleague);
  const board = await people.come('board', links.board);
  await agent.locator('.line-list li').nth(2).waitFor();
  await shoot(agent, 'console-closed');
  await colleague.getByRole('button', { name: 'Take calls' }).first().click();
  await colleague.getByRole('alertdialog').waitFor();
  await shoot(colleague, 'console-offer');
  await colleague.keyboard.press('Enter');
  await agent.locator('.room-actions').getByRole('button', { name: 'Take calls' }).click();
  await agent.getByRole('alertdialog').waitFor();
  await agent.keyboard.press('Enter');
  await colleague.close();
  await dave.close();
  for (const page of [alice, agent]) await page.locator('.stage:not(.still)').waitFor();
  await writes(alice, '你好，我想了解一下房贷利率。');
  await writes(agent, '您好！请您先出示身份证，我来核对信息。');
  await writes(alice, 'OK 👌');
  await until('the plots have begun', async () => (await agent.locator('.network .line').first().getAttribute('d'))?.length > 60);
  await shoot(alice, 'customer-call');
  await alice.locator('.chat-button').evaluate((button) => button.click());
  await shoot(alice, 'customer-messages');
  await shoot(agent, 'console-call');
  await shoot(board, 'board');
  const supervisor = await people.come('supervisor', links.supervisor);
  await supervisor.locator('.live-call .button:not([hidden])').first().click();
  await supervisor.locator('.watch .transcript .bubble').nth(2).waitFor();
  await until('both are seen', () => supervisor.locator('.watch canvas').count().then((n) => n >= 2));
  await supervisor.locator('.watch-recording .button:not([hidden])').waitFor();
  await shoot(supervisor, 'board-watch');
  await supervisor.close();
  await agent.getByRole('button', { name: 'Hand on' }).click();
  await agent.getByRole('dialog').waitFor();
  await shoot(agent, 'console-transfer');
  await agent.keyboard.press('Escape');
  await agent.locator('textarea.note').fill('房贷，首套，已核对身份证。');
  await alice.getByRole('button', { name: 'Hang up' }).click();
  await agent.locator('.call-panel.over').waitFor();
  await shoot(agent, 'console-wrap-up');
  await alice.getByRole('radio', { name: '5 stars' }).check({ force: true });
  await shoot(alice, 'customer-rating');
  await alice.getByRole('textbox').fill('讲得很清楚');
  await alice.getByRole('button', { name: 'Send rating' }).click();
  await shoot(alice, 'customer-over');
  await agent.locator('.room-actions').getByRole('button', { name: 'Take no more calls' }).click();
  await agent.locator('.room-actions').getByRole('button', { name: 'Take calls' }).waitFor();
  await agent.locator('.calls-table tbody tr').first().waitFor();
  await shoot(agent, 'console-calls');
  await agent.locator('.calls-table tbody tr').first().click();
  await agent.getByRole('dialog').waitFor();
  await until('the recordings are listed', async () => {
    if (await agent.locator('.films video').count()) return true;
    const again = agent.locator('.films button');
    if (await again.count()) await again.click();
    return false;
  });
  await shoot(agent, 'console-details');
});
