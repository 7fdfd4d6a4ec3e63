// What a customer is told about the connection, most urgent first.

import type { CustomerCall } from '../../call/customer-call';
import type { Notice } from '../../ui/stage';

export function noticesOf(call: CustomerCall): Notice[] {
  const { state, connection, quality, publishing } = call;
  const list: Notice[] = [];
  const them = state.callee;
  const talking = state.phase === 'talking';
  const lost = connection === 'lost' || (connection === 'connecting' && state.phase !== 'new');
  if (lost || (talking && publishing.state === 'lost')) list.push({ say: (words) => words.customer.lost, icon: 'retry', kind: 'bad' });
  if (talking && them.away) list.push({ say: (words) => words.customer.away, icon: 'warning', kind: 'bad' });
  else if (talking && them.stalled) list.push({ say: (words) => words.customer.stalled, icon: 'warning', kind: 'bad' });
  else if (talking && them.quality === 'bad') list.push({ say: (words) => words.customer.bad, icon: 'warning' });
  else if (talking && them.quality === 'poor') list.push({ say: (words) => words.customer.poor, icon: 'warning' });
  if (quality === 'bad') list.push({ say: (words) => words.customer.ownBad, icon: 'warning', kind: 'bad' });
  else if (quality === 'poor') list.push({ say: (words) => words.customer.ownPoor, icon: 'warning' });
  if (state.caller.recorded) list.push({ say: (words) => words.customer.recording, icon: 'record', kind: 'recording' });
  return list;
}
