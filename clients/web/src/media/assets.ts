// The files that stand beside the pages' scripts; see README.md.

declare const MEDIA_ASSETS: { wire: string; publish?: string; play?: string; sound?: string };

/** The file of this role. */
export function asset(role: keyof typeof MEDIA_ASSETS): URL {
  return new URL(MEDIA_ASSETS[role] ?? '', import.meta.url);
}
