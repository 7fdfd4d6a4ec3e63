// When recorded files were deleted, and by which rule or at whose wish, as nodes say it.

import type { Recording } from '../signal/archive';
import type { Say, Words } from './language';
import { dayAndClock } from './time';

/** The rule in words: a node names it in English. */
export function ruleWords(rule: string, words: Words): string {
  const [, days] = /^retention of (\d+) days$/.exec(rule) ?? [];
  if (days) return words.log.byRetention(Number(days));
  const [, who] = /^asked for by (.+)$/.exec(rule) ?? [];
  return who ? words.log.byWish(keyWords(who, words)) : rule;
}

/** Who asked, in words: the edge names the key in English. */
export function keyWords(who: string, words: Words): string {
  const [, id] = /^API key (.+)$/.exec(who) ?? [];
  if (id) return words.log.apiKey(id);
  return who === 'the root API key' ? words.log.rootKey : who;
}

/** A sentence for each rule by which files are gone, with the time of the last one. */
export function deletions(recordings: readonly Recording[]): Say[] {
  const rules = new Map<string, { at: number; files: number }>();
  for (const { deleted } of recordings) {
    if (!deleted) continue;
    const before = rules.get(deleted.rule) ?? { at: 0, files: 0 };
    rules.set(deleted.rule, { at: Math.max(before.at, deleted.at), files: before.files + 1 });
  }
  return [...rules].map(([rule, { at, files }]) => (words) => words.console.recordingsDeleted(files, dayAndClock(at), ruleWords(rule, words)));
}
