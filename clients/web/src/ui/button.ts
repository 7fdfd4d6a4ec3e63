// Buttons, and switches that look like them.

import { attr, el, mark, setLabel } from './el';
import { icon, type IconName, setIcon } from './icon';
import type { Say } from './language';

export interface ButtonProps {
  say: Say;
  icon?: IconName;
  /** `primary` once a view; `danger` for what ends something. */
  kind?: 'primary' | 'danger' | 'quiet' | 'plain';
  class?: string;
  press(): void | Promise<unknown>;
}

/** A button with words. While what it does is under way it cannot be pressed again. */
export function button(props: ButtonProps): HTMLButtonElement {
  const node = el(
    'button',
    { class: `button ${props.kind ?? 'plain'} ${props.class ?? ''}`, attrs: { type: 'button' } },
    props.icon && icon(props.icon),
    el('span', { text: props.say }),
  );
  node.addEventListener('click', () => press(node, props.press));
  return node;
}

/** A button with an icon alone; its words are its label. */
export function iconButton(props: ButtonProps & { icon: IconName }): HTMLButtonElement {
  const node = el(
    'button',
    { class: `button icon-only ${props.kind ?? 'plain'} ${props.class ?? ''}`, label: props.say, attrs: { type: 'button' } },
    icon(props.icon),
  );
  node.addEventListener('click', () => press(node, props.press));
  return node;
}

/** A switch with two icons; pressed means off, for what is off is what must be seen. */
export interface SwitchProps {
  icons: [on: IconName, off: IconName];
  labels: [on: Say, off: Say];
  press(): void | Promise<unknown>;
}

export interface Switch {
  node: HTMLButtonElement;
  set(off: boolean): void;
}

/** A switch of something that is on unless pressed. */
export function switchButton(props: SwitchProps): Switch {
  const picture = icon(props.icons[0]);
  const node = el('button', { class: 'button icon-only round', attrs: { type: 'button', 'aria-pressed': 'false' } }, picture);
  node.addEventListener('click', () => press(node, props.press));
  const set = (off: boolean): void => {
    setIcon(picture, props.icons[off ? 1 : 0]);
    setLabel(node, props.labels[off ? 1 : 0]);
    attr(node, 'aria-pressed', String(off));
    mark(node, 'off', off);
  };
  set(false);
  return { node, set };
}

function press(node: HTMLButtonElement, act: () => void | Promise<unknown>): void {
  const under = act();
  if (!(under instanceof Promise)) return;
  node.disabled = true;
  node.setAttribute('aria-busy', 'true');
  const free = () => {
    node.disabled = false;
    node.removeAttribute('aria-busy');
  };
  under.then(free, free);
}
