// A day at the counter, in real pages: `counter.mjs '{"console": URL, "customers": [URL, URL]}'`. Someone waits behind another caller,
// is answered, talks, reloads his page, hangs up and rates; the agent finds the call, its note and its recordings in his list.
import { ensure, hears, run, sees, step, until } from './pages/story.mjs';

const links = JSON.parse(process.argv[2]);
const PHONE = { width: 390, height: 844 };

/** A picture of 2 × 2 pixels. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFUlEQVR4nGP8z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg==', 'base64');

/** Goes to the first desk that is open, past the devices, into the line. */
async function calls(page) {
  await page.locator('.desk-card:enabled').first().click();
  await page.getByRole('button', { name: 'Start the call' }).click();
  await page.locator('.place:not([hidden])').waitFor();
}

async function accepts(agent, customer) {
  await agent.getByRole('alertdialog').waitFor();
  await agent.keyboard.press('Enter');
  await customer.locator('.call-view.talking').waitFor();
}

async function writes(page, text) {
  const box = page.getByRole('textbox', { name: 'Write a message…' });
  await box.fill(text);
  await box.press('Enter');
}

const reads = (page, text) => page.locator('.bubble:not(.pending) .words', { hasText: text }).waitFor();

run(async (people) => {
  const carol = await people.come('carol', links.customers[0], PHONE);
  await calls(carol);
  const alice = await people.come('alice', links.customers[1], { tone: 700 });
  await calls(alice);
  await alice.getByText('1 person before you').waitFor();
  step('alice waits behind carol');

  const agent = await people.come('agent', links.console, { tone: 1300 });
  await agent.locator('.line-list li').nth(1).waitFor();
  await agent.locator('.room-actions').getByRole('button', { name: 'Take calls' }).click();
  await accepts(agent, carol);
  await agent.getByRole('button', { name: 'End the call' }).click();
  await carol.getByRole('heading', { name: 'Thank you for calling' }).waitFor();
  await agent.locator('.room-card').getByText(/left$/).waitFor();
  await agent.locator('.room-actions').getByRole('button', { name: 'End wrap-up' }).click();
  step('carol was served');

  await accepts(agent, alice);
  const seen = { agent: await sees(agent, 'the agent'), alice: await sees(alice, 'alice') };
  step('both see each other');
  await hears(agent, 'the agent', 700);
  await hears(alice, 'alice', 1300);
  step('both hear each other');

  await writes(alice, 'Hello, 我想咨询贷款 👋');
  await reads(agent, 'Hello, 我想咨询贷款 👋');
  await writes(agent, 'Good morning!');
  await reads(alice, 'Good morning!');
  await agent.getByRole('button', { name: 'Please hold your card to the camera' }).click();
  await agent.getByRole('textbox', { name: 'Write a message…' }).press('Enter');
  await reads(alice, 'Please hold your card to the camera');
  step('texts went both ways');

  await alice.locator('.composer .file').setInputFiles({ name: 'card.png', mimeType: 'image/png', buffer: PICTURE });
  for (const page of [alice, agent]) {
    const shown = page.locator('.bubble .picture img');
    await until('the picture is shown', () => shown.evaluate((image) => image.naturalWidth === 2, undefined, { timeout: 30_000 }));
  }
  step('a picture was shown');
  await agent.getByRole('button', { name: 'Take a still picture of the customer' }).click();
  const still = agent.locator('.event .picture img');
  await until('the still is shown', () => still.evaluate((image) => image.naturalWidth === 640, undefined, { timeout: 30_000 }));
  step('a still was taken');

  await alice.reload();
  await alice.locator('.call-view.talking').waitFor();
  await reads(alice, 'Good morning!');
  await sees(alice, 'alice, after a reload,');
  await sees(agent, 'the agent, after her reload,');
  step('a reload lost nothing');

  await agent.getByRole('textbox', { name: 'Note' }).fill('wants a loan');
  await agent.getByText('Saved').waitFor();
  await alice.getByRole('button', { name: 'Hang up' }).click();
  await alice.getByRole('radio', { name: '4 stars' }).check({ force: true });
  await alice.getByRole('textbox').fill('很好，谢谢');
  await alice.getByRole('button', { name: 'Send rating' }).click();
  await alice.getByText('We have your rating').waitFor();
  step('alice has rated');

  await agent.locator('.room-actions').getByRole('button', { name: 'End wrap-up' }).click();
  const row = agent.locator('.calls-table tr', { hasText: 'alice' });
  await row.waitFor();
  await until('the list has the rating', async () => {
    if (await row.getByLabel('4 stars').count()) return true;
    await agent.getByRole('button', { name: 'Refresh' }).click();
    return false;
  });
  await row.getByText('wants a loan').waitFor();
  await row.getByRole('button', { name: 'alice' }).click();
  const details = agent.getByRole('dialog', { name: 'The call' });
  await details.getByText('很好，谢谢').waitFor();
  const film = details.locator('video').first();
  await until('there is a recording', async () => {
    if (await film.count()) return true;
    const again = details.locator('.films').getByRole('button', { name: 'Refresh' });
    if (await again.count()) await again.click();
    return false;
  });
  await film.evaluate((video) => {
    video.muted = true;
    return video.play();
  });
  const played = await until('the recording plays', () =>
    film.evaluate((video) => video.currentTime > 1 && { width: video.videoWidth, height: video.videoHeight }));
  ensure(played.width > 0, JSON.stringify(played));
  step('the recording plays');
  await people.innocent();
  return { seen, played };
});
