// What the build takes for imports that are not code.

declare module '*.css';
