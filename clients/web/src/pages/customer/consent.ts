// Asks a customer whether he may be recorded.

import type { CustomerCall } from '../../call/customer-call';
import { button } from '../../ui/button';
import { el, show } from '../../ui/el';
import { attempt } from '../../ui/problem';

/** The question, as long as it is open. */
export class Consent {
  readonly node: HTMLElement;
  readonly #call: CustomerCall;

  constructor(call: CustomerCall) {
    this.#call = call;
    const say = (given: boolean) => () => attempt(() => call.consent(given));
    const buttons = el('div', { class: 'row' },
      button({ say: (words) => words.customer.consentNo, press: say(false) }),
      button({ say: (words) => words.customer.consentYes, icon: 'check', kind: 'primary', press: say(true) }));
    this.node = el('section', { class: 'ask', name: (words) => words.customer.consentAsk, attrs: { role: 'alertdialog' } },
      el('p', { text: (words) => words.customer.consentAsk }), el('p', { class: 'soft', text: (words) => words.customer.consentDetail }), buttons);
    this.refresh();
  }

  refresh(): void {
    const { consent, phase } = this.#call.state;
    show(this.node, consent === 'asked' && phase !== 'ended');
  }
}
