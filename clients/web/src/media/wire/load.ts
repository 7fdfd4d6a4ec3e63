// The wasm, once for each worker.

import init from '../../../wire/pkg/counterpart_wire';
import { asset } from '../assets';

let loading: Promise<unknown> | undefined;

/** Resolves when the wire can be used. */
export async function loadWire(): Promise<void> {
  loading ??= init({ module_or_path: asset('wire') });
  await loading;
}
