// What went wrong, for a person.

import { MediaError } from '../media/types';
import { SignalError } from '../signal/error';
import { current, type Say } from './language';
import { toast } from './toast';

/** In the language that is on. The edge says both, parted by a slash. */
export function problem(error: unknown): Say {
  if (error instanceof MediaError) return (words) => words.media[error.device][error.code];
  if (error instanceof SignalError) return () => sentence(error);
  return (words) => words.common.fault;
}

function sentence(error: SignalError): string {
  const [chinese = error.message, english = error.message] = error.message.split(' / ');
  return current() === 'zh' ? chinese : english;
}

/** Runs something, and tells what went wrong. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (!(error instanceof SignalError) && !(error instanceof MediaError)) reportError(error);
    toast(problem(error), 'bad');
    return false;
  }
}
