// Icons, drawn with one stroke on a field of 24.

const SHAPES = {
  mic: 'M12 15a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3',
  micOff: 'M9 9V6a3 3 0 0 1 5.8-1M15 10v2a3 3 0 0 1-4.6 2.5M5.5 11.5a6.5 6.5 0 0 0 10.4 5.2M18.4 12.6q.1-.5.1-1.1M12 18v3M4 4l16 16',
  camera: 'M4 7h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2ZM15 11l6-3.5v9L15 13',
  cameraOff: 'M10 7h3a2 2 0 0 1 2 2v3M15 15a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2M15 11l6-3.5v9l-3-1.7M3 3l18 18',
  flip: 'M4 9a8 8 0 0 1 14-3l2 2M20 4v4h-4M20 15a8 8 0 0 1-14 3l-2-2M4 20v-4h4',
  screen: 'M3 5h18v11H3ZM8 20h8M12 16v4M12 13V8.5M9.8 10.3 12 8l2.2 2.3',
  end: 'M3 14.5c0-1.5.3-2.4 1.4-3.2C6.5 9.7 9.2 9 12 9s5.5.7 7.6 2.3c1.1.8 1.4 1.7 1.4 3.2v.8c0 .8-.6 1.3-1.4 1.1l-2.7-.6c-.6-.1-1-.6-1-1.2v-1.7a13 13 0 0 0-7.8 0v1.7c0 .6-.4 1.1-1 1.2l-2.7.6C3.6 16.6 3 16.1 3 15.3Z',
  phone: 'M6.5 3.5h2.3l1.4 4-2 1.6a13 13 0 0 0 6.7 6.7l1.6-2 4 1.4v2.3a2 2 0 0 1-2.2 2A16.5 16.5 0 0 1 4.5 5.7a2 2 0 0 1 2-2.2Z',
  chat: 'M4 5h16v11H10l-4.5 3.5V16H4Z',
  send: 'M4 12 20 4.5 15.5 20l-3.7-6.2ZM11.8 13.8 20 4.5',
  picture: 'M3.5 5h17v14h-17ZM3.5 16l5-5 4 4 3-3 5 4.5M15 9.2h.1',
  still: 'M4 8h3.5L9 5.5h6L16.5 8H20v11H4ZM12 16.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4Z',
  transfer: 'M4 8h13M13.5 4.5 17 8l-3.5 3.5M20 16H7M10.5 12.5 7 16l3.5 3.5',
  note: 'M5 4h14v11l-5 5H5ZM14 20v-5h5M8.5 8.5h7M8.5 12h4',
  star: 'm12 3.5 2.6 5.4 5.9.8-4.3 4.1 1.1 5.9L12 16.8l-5.3 2.9 1.1-5.9L3.5 9.7l5.9-.8Z',
  globe: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3.5 12h17M12 3c2.5 2.6 3.7 5.6 3.7 9s-1.2 6.4-3.7 9c-2.5-2.6-3.7-5.6-3.7-9S9.5 5.6 12 3Z',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  close: 'M6 6l12 12M18 6 6 18',
  warning: 'M12 4 2.5 20h19ZM12 10v4.5M12 17.2v.1',
  users: 'M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20c0-3.5 2.8-5.5 6.5-5.5s6.5 2 6.5 5.5M16 5a3.5 3.5 0 0 1 0 6.5M18 14.8c2.2.7 3.5 2.5 3.5 5.2',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3.5 2',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.1M4 12h.1M4 18h.1',
  sound: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5ZM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11',
  record: 'M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10Z',
  back: 'M19 12H5M11 6l-6 6 6 6',
  desk: 'M3 10h18M5 10V7a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2v3M5 10v9M19 10v9M9 14.5h6',
  retry: 'M4.5 12a7.5 7.5 0 1 0 2.3-5.4L4.5 8.8M4.5 4.5v4.3h4.3',
} as const;

export type IconName = keyof typeof SHAPES;

const SVG = 'http://www.w3.org/2000/svg';

/** An icon, as large as the text beside it; nothing for screen readers. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(shape(name));
  return svg;
}

/** Draws another one. */
export function setIcon(svg: SVGSVGElement, name: IconName): void {
  svg.setAttribute('class', `icon icon-${name}`);
  svg.replaceChildren(shape(name));
}

function shape(name: IconName): SVGPathElement {
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', SHAPES[name]);
  return path;
}
