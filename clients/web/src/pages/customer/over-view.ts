// After the call: how it ended, what the customer thought of it, and another one.

import type { CustomerCall } from '../../call/customer-call';
import type { SignalError } from '../../signal/error';
import { button } from '../../ui/button';
import { el, show } from '../../ui/el';
import { attempt, problem } from '../../ui/problem';
import { starChoice } from '../../ui/stars';
import { span } from '../../ui/time';
import type { Say } from '../../ui/language';
import type { App, Titled } from './view';

export class OverView {
  readonly node: HTMLElement;

  constructor(app: App, call: CustomerCall, desk: Titled, error: SignalError | undefined) {
    const { answeredAt, end } = call.state;
    const length = answeredAt && end ? span(end.at - answeredAt) : undefined;
    const again = button({ say: (words) => words.customer.again, icon: 'phone', kind: answeredAt ? 'plain' : 'primary', press: () => app.check(desk) });
    const others = button({ say: (words) => words.customer.otherDesk, kind: 'quiet', press: () => app.desks() });
    this.node = el('section', { class: 'narrow over' },
      el('h2', { text: title(call, error) }),
      el('p', { class: 'soft', text: detail(error, length) }),
      answeredAt !== undefined && end && rating(call),
      el('div', { class: 'row' }, again, others));
  }
}

function title(call: CustomerCall, error: SignalError | undefined): Say {
  const { end, answeredAt } = call.state;
  if (error?.code === 'replaced') return (words) => words.common.replaced;
  if (error && !end) return problem(error);
  if (end?.reason === 'hang_up' && answeredAt) return (words) => words.customer.thanks;
  return (words) => words.common.ended[end?.reason ?? 'lease'];
}

function detail(error: SignalError | undefined, length: string | undefined): Say {
  if (error?.code === 'replaced') return (words) => words.common.replacedDetail;
  return length ? (words) => words.customer.lasted(length) : '';
}

function rating(call: CustomerCall): HTMLElement {
  let stars = 0;
  const comment = el('textarea', { name: (words) => words.customer.comment, placeholder: (words) => words.customer.comment, attrs: { rows: 3, maxlength: 1000 } });
  const send = button({
    say: (words) => words.customer.rateSend, kind: 'primary', class: 'wide',
    press: async () => {
      const text = comment.value.trim();
      const given = await attempt(() => call.rate(text ? { stars, comment: text } : { stars }));
      if (given) form.replaceChildren(el('p', { class: 'thanks', text: (words) => words.customer.rated, attrs: { role: 'status' } }));
    },
  });
  show(send, false);
  show(comment, false);
  const choice = starChoice((n) => {
    stars = n;
    show(send, true);
    show(comment, true);
  });
  const form = el('form', { class: 'rating card', on: { submit: (event) => event.preventDefault() } }, choice, comment, send);
  return form;
}
