import { Poll } from '@lumino/polling';
import type { Client } from '../api/client';
import type { Role, Status } from '../api/contract';
import { VERBS } from '../api/verbs';
import { type ICard, plainCard, readShown } from '../card';
import type { Feed } from './feed';
import { Question } from './question';

const RANKS: readonly Role[] = ['viewer', 'contributor', 'approver', 'admin'];
const TROUBLE_S = 2;

/** How the project stands, with the card that says so. */
export interface IStanding {
  readonly status: Status;
  readonly card: ICard;
}

/** Why a verb may not be called: the reader's role is too low, or the two halves differ. */
export type Refusal =
  | { readonly kind: 'role'; readonly role: Role; readonly needs: Role }
  | { readonly kind: 'version'; readonly server: string; readonly ours: string };

/** The pulse: it asks slowly while the page is seen, quickly while the server is away. */
export class StatusModel extends Question<IStanding> {
  constructor(options: StatusModel.IOptions) {
    super(() => ask(options.client));
    this._feed = options.feed;
    this._ours = options.version;
    this._seconds = options.pollSeconds;
    this._poll = new Poll({
      auto: false,
      name: 'jupyter-mlops:status',
      factory: () => this._tick(),
      frequency: { interval: options.pollSeconds * 1000, backoff: false },
      standby: 'when-hidden'
    });
    this.hear(options.feed);
  }

  override wake(): void {
    super.wake();
    void this._poll.schedule({ interval: this._seconds * 1000 });
  }

  set pollSeconds(value: number) {
    this._seconds = value;
    this._pace();
  }

  /** The server's version, when it is not ours. */
  get otherVersion(): string | null {
    const version = this.answer?.status.version;
    return version && version !== this._ours ? version : null;
  }

  /** Tell why *verb* may not be called, or null when it may. */
  refusal(verb: string): Refusal | null {
    const known = VERBS[verb];
    const server = this.otherVersion;
    if (server && known?.effect !== 'read') {
      return { kind: 'version', server, ours: this._ours };
    }
    const role = this.answer?.status.role;
    if (known && role && RANKS.indexOf(role) < RANKS.indexOf(known.role)) {
      return { kind: 'role', role, needs: known.role };
    }
    return null;
  }

  override async refresh(): Promise<void> {
    const wasAway = this.problem !== null;
    const lines = this.answer?.status.lines;
    await super.refresh();
    this._pace();
    const missed = lines !== undefined && lines !== this.answer?.status.lines && this._isTicking;
    if (!this.problem && !this.isDisposed && (wasAway || missed)) {
      this._feed.announce(null);
    }
  }

  override dispose(): void {
    this._poll.dispose();
    super.dispose();
  }

  private async _tick(): Promise<void> {
    this._isTicking = true;
    await this.refresh();
    this._isTicking = false;
  }

  private _pace(): void {
    const interval = (this.problem ? TROUBLE_S : this._seconds) * 1000;
    if (!this.isDisposed && this._poll.frequency.interval !== interval) {
      this._poll.frequency = { ...this._poll.frequency, interval };
      void this._poll.schedule({ interval });
    }
  }

  private readonly _feed: Feed;
  private readonly _ours: string;
  private readonly _poll: Poll;
  private _seconds: number;
  private _isTicking = false;
}

export namespace StatusModel {
  export interface IOptions {
    readonly client: Client;
    readonly feed: Feed;
    readonly pollSeconds: number;
    readonly version: string;
  }
}

async function ask(client: Client): Promise<IStanding> {
  const shown = await client.show('status', {});
  const card = readShown(shown) ?? plainCard('Status', shown.record);
  return { card, status: shown.record as Status };
}
