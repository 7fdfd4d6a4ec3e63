// What a page has and a test has not; import it first.

Object.defineProperty(globalThis, 'navigator', { value: { language: 'en' }, configurable: true });
