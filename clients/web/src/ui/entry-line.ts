// What an entry of the log says in one line.

import type { Entry, Party } from '../signal/says';
import { keyWords, ruleWords } from './deletion';
import { size } from './time';
import type { Say, Words } from './language';

/** For whom the log is shown: customers see what concerns them. */
export type Audience = 'customer' | 'agent';

const FOR_CUSTOMERS = new Set<Entry['kind']>(['call.accept', 'call.transfer', 'recording.started', 'call.end', 'peer.away', 'peer.back',
  'recording.consent', 'recording.begin', 'recording.pause', 'prompt.begin', 'prompt.end',
]);

/** A sentence; nothing for what is no news to this audience. */
export function entryLine(entry: Entry, me: Party | undefined, audience: Audience): Say | undefined {
  if (audience === 'customer' && !FOR_CUSTOMERS.has(entry.kind)) return undefined;
  if ('party' in entry && entry.party === me && (entry.kind === 'peer.away' || entry.kind === 'peer.back')) return undefined;
  if (audience === 'customer' && entry.kind === 'recording.started' && entry.party !== me) return undefined;
  if (audience === 'customer' && entry.kind === 'recording.started') return (words) => words.customer.recording;
  return known(entry) ? (words) => sentence(entry, words) : undefined;
}

function known(entry: Entry): boolean {
  return sentenceOf[entry.kind] !== undefined;
}

function sentence(entry: Entry, words: Words): string {
  const say = sentenceOf[entry.kind] as ((entry: Entry, words: Words) => string) | undefined;
  return say?.(entry, words) ?? entry.kind;
}

type Sentences = { [Kind in Entry['kind']]?: (entry: Extract<Entry, { kind: Kind }>, words: Words) => string };

const sentenceOf: Sentences = {
  'call.request': (_, { log }) => log.request,
  'call.offer': ({ room }, { log }) => log.offered(room),
  'call.declined': ({ room }, { log }) => log.declined(room),
  'call.accept': ({ callee }, { log }) => log.accepted(callee),
  'call.transfer': ({ desk, room }, { log }) => (room ? log.handedOnRoom(desk, room) : log.handedOn(desk)),
  'call.end': ({ reason }, { common }) => common.ended[reason] ?? reason,
  network: ({ party, quality }, { log, common }) => log.network(log[party], common.quality[quality] ?? quality),
  'stream.begin': ({ party }, { log }) => log.begins(log[party]),
  'stream.stalled': ({ party }, { log }) => log.stalls(log[party]),
  'stream.end': ({ party }, { log }) => log.ends(log[party]),
  'peer.away': ({ party }, { log }) => log.away(log[party]),
  'peer.back': ({ party }, { log }) => log.back(log[party]),
  'recording.ask': (_, { log }) => log.consentAsked,
  'recording.consent': ({ given }, { log }) => (given ? log.consentGiven : log.consentRefused),
  'recording.begin': ({ supervisor }, { log }) => log.recordBegun(supervisor),
  'recording.pause': ({ reason, supervisor }, { log }) => log.recordPaused(reason, supervisor),
  'prompt.begin': ({ number, text }, { log }) => log.reads(number, text),
  'prompt.end': ({ number, answered }, { log }) => (answered ? log.isAnswered(number) : log.isNotAnswered(number)),
  'recording.started': ({ party }, { log }) => log.records(log[party]),
  'recording.ready': ({ party }, { log }) => log.recorded(log[party ?? 'both']),
  'recording.failed': ({ party }, { log }) => log.recordFailed(log[party ?? 'both']),
  'recording.delete': ({ by }, words) => words.log.recordDelete(keyWords(by, words)),
  'recording.deleted': ({ rule, files }, words) => words.log.recordDeleted(files.length, ruleWords(rule, words)),
  still: ({ party, width, height, file }, { log }) => log.still(log[party], `${width} × ${height}, ${size(file.bytes)}`),
  'still.failed': ({ party, reason }, { log }) => log.stillFailed(log[party], reason),
};
