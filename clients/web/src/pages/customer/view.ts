// What the views of the customer's page have in common.

import type { CustomerCall } from '../../call/customer-call';
import type { LocalMedia } from '../../media/local';
import type { ListedDesk } from '../../signal/desk';
import type { Edge } from '../../signal/edge';
import type { SignalError } from '../../signal/error';
import { current, type Say } from '../../ui/language';

/** A desk by its id, and its name where that is known. */
export type Titled = Pick<ListedDesk, 'desk' | 'title'>;

/** The page, as its views go on to each other. */
export interface App {
  edge: Edge;
  desks(): void;
  check(desk: Titled): void;
  call(call: CustomerCall, local: LocalMedia | undefined, desk: Titled): void;
  over(call: CustomerCall, desk: Titled, error: SignalError | undefined): void;
}

/** What a desk is called. */
export function nameOf(desk: Titled): Say {
  return () => desk.title?.[current()] ?? desk.desk;
}
