import { ServerConnection } from '@jupyterlab/services';
import { RECORD_MIME } from '../tokens';
import type { operations } from './generated';

const ROOT = 'jupyter-mlops/v1/';

export type VerbName = keyof operations;
export type Answer<V extends VerbName> = operations[V] extends {
  responses: { 200: { content: { 'application/json': infer A } } };
}
  ? A
  : never;
export type Body<V extends VerbName> = operations[V] extends {
  requestBody?: { content: { 'application/json': infer B } };
}
  ? B & object
  : never;

/** A record with its card, as cells show it. */
export interface IShown {
  readonly kind: string;
  readonly card: unknown;
  readonly record: unknown;
  /** As Plotly draws it, of records that have one. */
  readonly figure?: unknown;
}

/** A call that goes on after its first answer. */
export interface IJob {
  readonly id: string;
  readonly verb: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly done: number;
  readonly total: number;
  readonly label: string;
  readonly answer?: IShown | null;
  readonly error?: { code: string; message: string; hint: string; docs: string } | null;
}

/** What the server said instead of an answer; a code when it was one of our five errors. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly status = 0,
    readonly code = '',
    readonly hint = ''
  ) {
    super(message);
  }
}

/** Call verbs by name, with Jupyter's own authentication, below its base address. */
export class Client {
  constructor(private readonly _settings: ServerConnection.ISettings) {}

  /** Call a verb, and return its record. */
  async ask<V extends VerbName>(verb: V, body: Body<V> & object): Promise<Answer<V>> {
    return (await this.send('POST', verb, body)) as Answer<V>;
  }

  /** Call a verb, and return its record together with its card. */
  async show(verb: string, body: object): Promise<IShown> {
    return (await this.send('POST', verb, body, { Accept: RECORD_MIME })) as IShown;
  }

  /** Begin a long call. A server that answers at once makes a job that is done. */
  async start(verb: string, body: object): Promise<IJob> {
    const headers = { Accept: RECORD_MIME, Prefer: 'respond-async' };
    const answer = (await this.send('POST', verb, body, headers)) as IJob | IShown;
    return 'state' in answer && 'verb' in answer ? answer : finished(verb, answer as IShown);
  }

  async jobs(): Promise<readonly IJob[]> {
    return ((await this.send('GET', 'jobs')) as { jobs: IJob[] }).jobs;
  }

  async job(id: string): Promise<IJob> {
    return (await this.send('GET', `jobs/${encodeURIComponent(id)}`)) as IJob;
  }

  async cancel(id: string): Promise<void> {
    await this.send('DELETE', `jobs/${encodeURIComponent(id)}`);
  }

  /** Send a request and return the body, or throw a `Failure`. */
  async send(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {}
  ): Promise<unknown> {
    const url = `${this._settings.baseUrl}${ROOT}${path}`;
    const init: RequestInit = {
      method,
      headers: { ...headers, 'Content-Type': 'application/json' }
    };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
    }
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, init, this._settings);
    } catch (reason) {
      throw new Failure(reason instanceof Error ? reason.message : String(reason));
    }
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) {
      throw failure(response, answer);
    }
    return answer;
  }
}

function failure(response: Response, answer: unknown): Failure {
  const body = (typeof answer === 'object' && answer !== null ? answer : {}) as Record<
    string,
    unknown
  >;
  const message = text(body.message) || `${response.status} ${response.statusText}`.trim();
  return new Failure(message, response.status, text(body.code), text(body.hint));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function finished(verb: string, answer: IShown): IJob {
  return { id: '', verb, state: 'done', done: 1, total: 1, label: '', answer, error: null };
}
