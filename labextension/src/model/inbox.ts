import type { Client } from '../api/client';
import type { Approval } from '../api/contract';
import type { Feed } from './feed';
import { EXECUTION_VERBS } from './execution';
import { Question } from './question';

const VERBS = [...EXECUTION_VERBS, 'request', 'promote'];
const CALM_MS = 1000; // a running step tells twice a second how far it is
const MOST = 200;

/** Requests for approval, those that are open first; and how many wait for the reader's vote. */
export class Inbox extends Question<{ items: readonly Approval[]; waiting: number }> {
  constructor(client: Client, feed: Feed) {
    super(() => client.ask('approvals', { state: 'all', about: '', mine: false, limit: MOST }));
    this.hear(feed, VERBS, CALM_MS);
    this.wake();
  }

  /** It never rests: its count stands on a section that may be folded. */
  override rest(): void {}
}
