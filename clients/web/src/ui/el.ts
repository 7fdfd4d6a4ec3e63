// Elements. Every text is set as text: nothing that anyone wrote is ever read as HTML.

import { follow, type Say } from './language';

/** What an element is given. */
export interface Props {
  class?: string;
  text?: Say;
  /** Its name for screen readers, and its tooltip. */
  label?: Say;
  /** The same, without a tooltip. */
  name?: Say;
  placeholder?: Say;
  attrs?: Record<string, string | number | boolean | undefined>;
  on?: { [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void };
}

export type Child = Node | string | false | null | undefined;

/** Makes an element. */
export function el<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  if (props.class) node.className = props.class;
  for (const [name, value] of Object.entries(props.attrs ?? {})) attr(node, name, value);
  for (const [name, listener] of Object.entries(props.on ?? {})) node.addEventListener(name, listener as EventListener);
  if (props.text !== undefined) setText(node, props.text);
  if (props.label !== undefined) setLabel(node, props.label);
  if (props.name !== undefined) follow(node, 'name', props.name, (text) => node.setAttribute('aria-label', text));
  if (props.placeholder !== undefined) follow(node, 'placeholder', props.placeholder, (text) => node.setAttribute('placeholder', text));
  node.append(...children.filter((child): child is Node | string => Boolean(child)));
  return node;
}

/** Sets an attribute, or takes it away. */
export function attr(node: Element, name: string, value: string | number | boolean | undefined): void {
  if (value === false || value === undefined) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? '' : String(value));
}

/** Shows a text, in whichever language is on. */
export function setText(node: Node, say: Say): void {
  follow(node, 'text', say, (text) => {
    if (node.textContent !== text) node.textContent = text;
  });
}

/** Names an element for screen readers and in its tooltip. */
export function setLabel(node: Element, say: Say): void {
  follow(node, 'label', say, (text) => {
    node.setAttribute('aria-label', text);
    node.setAttribute('title', text);
  });
}

/** Puts these children in the place of what is there; what stays is not moved, so that it keeps its focus. */
export function fill(node: Element, ...children: Child[]): void {
  const wanted = children.filter((child): child is Node | string => Boolean(child));
  const same = wanted.length === node.childNodes.length && wanted.every((child, at) => child === node.childNodes[at]);
  if (!same) node.replaceChildren(...wanted);
}

/** Shows or hides. */
export function show(node: HTMLElement, shown: boolean): void {
  if (node.hidden === shown) node.hidden = !shown;
}

/** Adds or takes a class by a condition. */
export function mark(node: Element, name: string, on: boolean): void {
  node.classList.toggle(name, on);
}
