// The app's pages: one is shown, others lie below it.
import { join } from 'node:path';

export class Pages {
  constructor({ simulate, top, document, say }) {
    Object.assign(this, { simulate, top, document, say, stack: [] });
  }

  /** These parts of `wx`. */
  api() {
    return {
      navigateTo: ({ url }) => this.open(url),
      redirectTo: ({ url }) => {
        this.#close();
        this.open(url);
      },
      reLaunch: ({ url }) => {
        while (this.stack.length) this.#close();
        this.open(url);
      },
      navigateBack: () => {
        this.#close();
        this.#appear();
      },
    };
  }

  /** Opens a page by its address. */
  open(url) {
    const [path, query] = url.replace(/^\//, '').split('?');
    if (this.stack.length) this.shown.page.instance.onHide?.();
    const id = this.simulate.load(join(this.top, path), 'page', { rootPath: this.top, compiler: 'official' });
    const page = this.simulate.render(id);
    this.stack.push({ path, page });
    page.attach(this.document.body);
    this.say(`page ${path}`);
    page.instance.onLoad?.(Object.fromEntries(new URLSearchParams(query)));
    this.#listen(page);
    this.#appear();
    page.instance.onReady?.();
  }

  get shown() {
    return this.stack[this.stack.length - 1];
  }

  /** The whole app goes to the background or comes back. */
  lifetime(name) {
    const { page } = this.shown;
    page.instance[name === 'hide' ? 'onHide' : 'onShow']?.();
    page.querySelector('#call')?.triggerPageLifeTime(name);
  }

  /** An event at the first element that a selector finds, on the page or in its call. */
  dispatch(selector, event, detail) {
    const { page } = this.shown;
    const found = page.querySelector(selector) || page.querySelector('#call')?.querySelector(selector);
    if (!found) throw new Error(`there is no ${selector} on ${this.shown.path}: ${page.dom.textContent}`);
    found.dispatchEvent(event, { detail });
  }

  #listen(page) {
    const call = page.querySelector('#call');
    for (const name of ['phase', 'step', 'position', 'stored']) {
      call?.addEventListener(name, ({ detail }) => this.say(`${name} ${JSON.stringify(detail)}`));
    }
  }

  #appear() {
    this.shown?.page.instance.onShow?.();
  }

  #close() {
    const { page } = this.stack.pop();
    page.instance.onUnload?.();
    page.detach();
  }
}
