// Camera and microphone before the call.

import { CustomerCall } from '../../call/customer-call';
import type { LocalMedia } from '../../media/local';
import { button, iconButton } from '../../ui/button';
import { DeviceCheck } from '../../ui/devices';
import { el, setText, show } from '../../ui/el';
import { problem } from '../../ui/problem';
import { toast } from '../../ui/toast';
import { type App, nameOf, type Titled } from './view';

export class CheckView {
  readonly node: HTMLElement;
  readonly #app: App;
  readonly #desk: Titled;
  readonly #check = new DeviceCheck();
  readonly #begin: HTMLButtonElement;

  constructor(app: App, desk: Titled) {
    this.#app = app;
    this.#desk = desk;
    const back = iconButton({ say: (words) => words.common.back, icon: 'back', kind: 'quiet', press: () => this.#back() });
    const head = el('div', { class: 'head-row' }, back, el('h2', { text: nameOf(desk) }));
    const hint = el('p', { class: 'soft', text: (words) => words.customer.checkDetail });
    this.#begin = button({ say: (words) => words.customer.begin, icon: 'phone', kind: 'primary', class: 'wide', press: () => this.#call() });
    this.node = el('section', { class: 'narrow', name: (words) => words.customer.check }, head, hint, this.#check.node, this.#begin);
    show(this.#begin, false);
    this.#check.onChange = () => this.#changed();
    void this.#check.open();
  }

  #changed(): void {
    show(this.#begin, true);
    setText(this.#begin.querySelector('span') as HTMLElement, (words) => (this.#check.local ? words.customer.begin : words.customer.beginWithout));
  }

  #back(): void {
    this.#check.close();
    this.#app.desks();
  }

  async #call(): Promise<void> {
    const local = this.#check.local;
    try {
      const parts = { edge: this.#app.edge, store: sessionStorage, ...(local && { local }) };
      const call = await CustomerCall.create({ desk: this.#desk.desk }, parts);
      this.#go(call, local);
    } catch (error) {
      toast(problem(error), 'bad');
    }
  }

  #go(call: CustomerCall, local: LocalMedia | undefined): void {
    this.#check.take();
    this.#app.call(call, local, this.#desk);
  }
}
