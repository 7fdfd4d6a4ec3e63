// Times as people read them.

import { current } from './language';

function locale(): string {
  return current() === 'zh' ? 'zh-CN' : 'en-GB';
}

const two = (n: number): string => String(n).padStart(2, '0');

/** `4:05`, `1:02:03`. */
export function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes}:${two(s % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(s % 60)}`;
}

/** `14:03`. */
export function clock(at: number): string {
  return new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit', hour12: false }).format(at);
}

/** `14:03:09`. */
export function exactClock(at: number): string {
  return new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }).format(at);
}

/** `26/11/2026, 14:03`. */
export function dayAndClock(at: number): string {
  return new Intl.DateTimeFormat(locale(), { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false }).format(at);
}

/** The first moment of today, here. */
export function today(): number {
  return new Date().setHours(0, 0, 0, 0);
}

/** `1.2 MB`. */
export function size(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1000))} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Calls `tick` every second until it is stopped, and once now. */
export function everySecond(tick: () => void): () => void {
  tick();
  const timer = setInterval(tick, 1000);
  return () => clearInterval(timer);
}
