// Pictures that people show each other.

import type { Edge } from '../signal/edge';
import { SignalError } from '../signal/error';
import type { Image } from '../signal/says';
import { button } from './button';
import { el } from './el';

/** What the edge takes: these kinds, and so many bytes. */
const KINDS = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
const MOST = 1 << 20;

/** The longer side of a photo that is made smaller, in pixels; then smaller still until it fits. */
const SIDES = [2048, 1600, 1200, 800];

/** For the choice of a file. */
export const ACCEPT = KINDS.join(',');

/** A picture that can be sent: as it is, or smaller where it is too large; nothing where it is none. */
export async function fitting(file: Blob): Promise<Blob | undefined> {
  if (KINDS.includes(file.type) && file.size <= MOST) return file;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return undefined;
  }
  for (const side of SIDES) {
    const blob = await drawn(bitmap, Math.min(1, side / Math.max(bitmap.width, bitmap.height)));
    if (blob && blob.size <= MOST) return blob;
  }
  return undefined;
}

function drawn(bitmap: ImageBitmap, scale: number): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85));
}

/** Shows a picture of a log. One that lies elsewhere is a link, for the page loads nothing from strangers. */
export function pictureOf(edge: Edge, image: Image): HTMLElement {
  if (!image.url.startsWith('/v1/calls/')) return link(image.url);
  return loaded(edge.image(image.url), { width: image.width, height: image.height });
}

/** Shows a still picture that a node keeps. */
export function stillOf(edge: Edge, call: string, path: string, size: { width: number; height: number }): HTMLElement {
  const find = async (): Promise<Blob> => {
    const file = (await edge.recordings(call)).find((one) => one.path === path);
    if (!file) throw new SignalError('not_found', '未找到 / There is no such thing here', path);
    return edge.fetchRecording(file);
  };
  return loaded(find(), size);
}

function loaded(coming: Promise<Blob>, size: { width?: number; height?: number }): HTMLElement {
  const node = el('button', { class: 'picture', label: (words) => words.log.openPicture, attrs: { type: 'button', 'aria-busy': 'true' } });
  coming.then(
    (blob) => {
      const url = URL.createObjectURL(blob);
      node.replaceChildren(el('img', { attrs: { src: url, alt: '', ...size } }));
      node.removeAttribute('aria-busy');
      node.onclick = () => enlarge(url);
    },
    () => node.replaceWith(el('span', { class: 'picture-failed', text: (words) => words.log.pictureFailed })),
  );
  return node;
}

function link(url: string): HTMLElement {
  // The edge lets `https:` alone through; a log from elsewhere may hold anything.
  const href = url.startsWith('https://') ? url : undefined;
  return el('a', { class: 'picture-link', text: url, attrs: { href, target: '_blank', rel: 'noopener noreferrer' } });
}

function enlarge(url: string): void {
  const dialog = el('dialog', { class: 'lightbox', name: (words) => words.log.openPicture });
  const close = button({ say: (words) => words.common.close, icon: 'close', press: () => dialog.close() });
  dialog.append(el('img', { attrs: { src: url, alt: '' } }), close);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
