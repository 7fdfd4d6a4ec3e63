// A call that a supervisor watches: both pictures, the recording, and the log beside them.

import { WatchedCall } from '../../call/watched-call';
import type { Edge } from '../../signal/edge';
import type { Party } from '../../signal/says';
import { button, iconButton } from '../../ui/button';
import { el, mark, setText, show } from '../../ui/el';
import type { Say } from '../../ui/language';
import { attempt, problem } from '../../ui/problem';
import { RecordControl } from '../../ui/record-control';
import { toast } from '../../ui/toast';
import { Transcript } from '../../ui/transcript';

/** Opens it; closing it ends the watching, not the call. */
export function watchDialog(edge: Edge, desk: string, id: string): void {
  const call = new WatchedCall(edge, id);
  const dialog = el('dialog', { class: 'watch', name: (words) => words.board.watching });
  const who = el('bdi', { text: id });
  const how = el('p', { class: 'soft', attrs: { role: 'status' } });
  const record = new RecordControl(call);
  const transcript = new Transcript({ edge, call: id, me: undefined, audience: 'agent' });
  const close = iconButton({ say: (words) => words.common.close, icon: 'close', kind: 'quiet', press: () => dialog.close() });
  const pictures = el('div', { class: 'watch-pictures' }, picture(call, 'caller'), picture(call, 'callee'), hearButton(call));
  const evidence = el('section', { class: 'watch-recording', name: (words) => words.board.recording }, record.node);
  const log = el('section', { class: 'watch-log' }, el('h3', { text: (words) => words.console.logTab }), transcript.node);
  dialog.append(el('div', { class: 'card-head' }, el('h2', {}, who), close), how, el('div', { class: 'watch-columns' }, el('div', { class: 'watch-main' }, pictures, evidence), log));
  setText(how, (words) => words.common.connecting);

  call.on('change', () => {
    if (call.caller) setText(who, [call.caller, call.callee].filter(Boolean).join(' · '));
    if (!call.isOver) setText(how, connectionOf(call));
    record.refresh();
  });
  call.on('entry', (entry) => transcript.add(entry));
  call.on('over', (error) => {
    setText(how, error ? problem(error) : (words) => words.common.ended[call.state.end?.reason ?? 'hang_up']);
    mark(dialog, 'over', true);
    record.allow(false);
  });
  dialog.addEventListener('close', () => {
    call.close();
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  call.open();
  // Without the settings the edge still refuses what may not be.
  void edge.settings(desk).then(
    (settings) => record.allow(settings.record_control === 'supervisor' && !call.isOver),
    (error) => toast(problem(error), 'bad'));
}

function connectionOf({ connection, caller }: WatchedCall): Say {
  if (caller === undefined) return (words) => words.common.connecting;
  return (words) => (connection === 'open' ? words.board.watchingDetail : words.common.offline);
}

/** Over the pictures while the browser keeps back the sound of one of them. */
function hearButton(call: WatchedCall): HTMLElement {
  const hear = button({ say: (words) => words.media.hear, icon: 'sound', kind: 'primary', class: 'hear', press: () => attempt(() => call.resume()) });
  const players = Object.values(call.players);
  const refresh = () => show(hear, players.some(({ blocked, state }) => blocked && state.state === 'playing'));
  for (const player of players) {
    player.on('blocked', refresh);
    player.on('state', refresh);
  }
  refresh();
  return hear;
}

function picture(call: WatchedCall, party: Party): HTMLElement {
  const box = el('div', { class: 'watch-picture' }, call.players[party].element);
  return el('figure', {}, box, el('figcaption', { class: 'soft', text: (words) => words.log[party] }));
}
