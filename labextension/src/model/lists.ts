import type { Body, Client } from '../api/client';
import type { AuditEvent, Execution, ModelVersion, Run, Snapshot } from '../api/contract';
import { type Cursor, type IPage, Listing } from './listing';

/** The runs, newest first; the query is the server's to understand. */
export function runListing(client: Client): Listing<Run> {
  return new Listing<Run>(
    async (query, cursor, limit) => {
      const page = cursor === null ? null : String(cursor);
      const answer = await client.ask('runs', { query, limit, page });
      return { rows: answer.runs, next: answer.next_page };
    },
    run => run.id
  );
}

/** The newest version of each dataset. */
export function datasetListing(client: Client): Listing<Snapshot> {
  return new Listing<Snapshot>(
    async (_, cursor, limit) => snapshots(client, null, cursor, limit),
    row => row.dataset
  );
}

/** The versions of the dataset that *name* returns; nothing is asked while it returns none. */
export function versionListing(client: Client, name: () => string): Follower<Snapshot> {
  return new Follower<Snapshot>(
    async (_, cursor, limit) =>
      name() ? snapshots(client, name(), cursor, limit) : { rows: [], next: null, total: 0 },
    row => row.ref
  );
}

/** The versions of every model, newest first. */
export function modelListing(client: Client): Listing<ModelVersion> {
  return new Listing<ModelVersion>(
    async (_, cursor, limit) => versions(client, null, cursor, limit),
    row => row.ref
  );
}

/** The versions of one model, newest first. */
export function modelVersions(client: Client, name: string): Listing<ModelVersion> {
  return new Listing<ModelVersion>(
    async (_, cursor, limit) => versions(client, name, cursor, limit),
    row => row.ref
  );
}

/** Which lines of the ledger are asked for; a word that is empty asks for all. */
export interface IAuditFilter {
  readonly by: string;
  readonly did: string;
  readonly about: string;
  readonly outcome: string;
  /** Moments as the reader's clock shows them. */
  readonly start: string;
  readonly end: string;
}

/** Write a filter as arguments of `audit`. */
export function filtering(filter: IAuditFilter) {
  const { by, did, about, start, end } = filter;
  const outcome = (filter.outcome || undefined) as AuditEvent['outcome'] | undefined;
  return {
    ...(by && { by }),
    ...(did && { did }),
    ...(about && { about }),
    ...(outcome && { outcome }),
    ...(momentOf(start) && { start: momentOf(start) }),
    ...(momentOf(end) && { end: momentOf(end) })
  };
}

/** The lines of the ledger that *filter* asks for, newest first. */
export function auditListing(client: Client, filter: () => IAuditFilter): Follower<AuditEvent> {
  return new Follower<AuditEvent>(
    async (_, cursor, limit) => {
      const before = cursor === null ? null : Number(cursor);
      const asked = { verify: false, limit, before, ...filtering(filter()) };
      const answer = await client.ask('audit', asked as Body<'audit'>);
      return { rows: answer.events, next: answer.next_page, total: answer.lines };
    },
    event => String(event.seq)
  );
}

/** The executions of the pipeline that *name* returns, newest first; of all while it returns none. */
export function executionListing(client: Client, name: () => string): Follower<Execution> {
  return new Follower<Execution>(
    async (_, cursor, limit) => {
      const page = cursor === null ? null : String(cursor);
      const pipeline = name() || null;
      const answer = await client.ask('executions', { pipeline, limit, page });
      return { rows: answer.executions, next: answer.next_page ?? null };
    },
    row => row.ref,
    { page: 25, most: 100 } // each holds its steps and their cells, and is read again while they run
  );
}

/** A list about something that changes: `start` forgets the rows of what it was about before. */
export class Follower<T> extends Listing<T> {
  start(): void {
    this.forget();
    void this.refresh();
  }
}

/** Read a moment of the reader's clock; empty when it is none. */
function momentOf(typed: string): string {
  const found = new Date(typed);
  return typed && !Number.isNaN(found.getTime()) ? found.toISOString() : '';
}

async function snapshots(
  client: Client,
  name: string | null,
  cursor: Cursor | null,
  limit: number
): Promise<IPage<Snapshot>> {
  const answer = await client.ask('datasets', { name, limit, page: Number(cursor ?? 1) });
  return { rows: answer.snapshots, next: answer.next_page, total: answer.total };
}

async function versions(
  client: Client,
  name: string | null,
  cursor: Cursor | null,
  limit: number
): Promise<IPage<ModelVersion>> {
  const page = cursor === null ? {} : { page: Number(cursor) };
  const answer: { versions: ModelVersion[]; total: number; next_page?: number | null } =
    await client.ask('models', { name, limit, ...page });
  return { rows: answer.versions, next: answer.next_page ?? null, total: answer.total };
}
