// Who the page is for: a token in the fragment, which is taken into this tab and out of the address.

const KEY = 'counterpart.token';

/** What a page was opened with. */
export interface Opened {
  token: string | undefined;
  /** `room`, `desk` and what else stood there. */
  given: URLSearchParams;
}

/** Takes the fragment; after a reload, what was taken before. */
export function opened(): Opened {
  const fragment = new URLSearchParams(location.hash.slice(1));
  if (fragment.has('token')) {
    sessionStorage.setItem(KEY, fragment.toString());
    history.replaceState(null, '', location.pathname + location.search);
  }
  const given = new URLSearchParams(sessionStorage.getItem(KEY) ?? '');
  return { token: given.get('token') ?? undefined, given };
}

/** What a token says of its holder; nothing, when it is none. The edge alone judges whether that is true. */
export interface Claims {
  sub: string;
  role: 'customer' | 'agent' | 'supervisor' | 'operator';
  desk?: string;
  /** UNIX seconds. */
  exp: number;
}

/** Reads a token. */
export function claims(token: string | undefined): Claims | undefined {
  try {
    const part = token?.split('.')[1] ?? '';
    const bytes = Uint8Array.from(atob(part.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as Claims;
  } catch {
    return undefined;
  }
}
