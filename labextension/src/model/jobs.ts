import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import { type Client, Failure, type IJob } from '../api/client';
import type { Feed } from './feed';
import { problemOf } from './problem';

const LOOK_MS = 1000;
const KEPT = 50;

/** A job and what it was asked to do. */
export interface ITask extends IJob {
  /** The notebook it runs, or whatever else it is about; empty when another tab started it. */
  readonly subject: string;
  readonly line: string;
}

/** The long calls of this server, followed to their end. */
export class JobsModel implements IDisposable {
  constructor(
    private readonly _client: Client,
    private readonly _feed: Feed
  ) {
    _feed.progress.connect(this._hear, this);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Newest first. */
  get tasks(): readonly ITask[] {
    return [...this._tasks.values()].reverse();
  }

  get running(): readonly ITask[] {
    return this.tasks.filter(task => task.state === 'running');
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** The newest job about *subject*. */
  of(subject: string): ITask | undefined {
    return this.tasks.find(task => task.subject === subject);
  }

  /** Call a verb that takes its time; failures become a failed job. */
  async start(verb: string, body: object, subject: string, line: string): Promise<void> {
    const shell = { verb, subject, line, done: 0, total: 0, label: '' };
    const waiting = `waiting-${++this._count}`;
    this._keep({ ...shell, id: waiting, state: 'running' });
    try {
      const job = await this._client.start(verb, body);
      this._tasks.delete(waiting);
      this._keep({ ...job, id: job.id || waiting, subject, line });
    } catch (reason) {
      const { message, hint } = problemOf(reason);
      this._keep({
        ...shell,
        id: waiting,
        state: 'failed',
        error: { code: '', message, hint, docs: '' }
      });
    }
    this._watch();
  }

  /** Learn of the jobs that run already. */
  async find(): Promise<void> {
    const jobs = await this._client.jobs().catch(() => []);
    for (const job of jobs.filter(({ state }) => state === 'running')) {
      this._keep({ ...job, subject: this._tasks.get(job.id)?.subject ?? '', line: '' });
    }
    this._watch();
  }

  async cancel(id: string): Promise<void> {
    await this._client.cancel(id).catch(() => undefined);
    await this._look(id);
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    Signal.clearData(this);
  }

  private _hear(_: Feed, event: { job: string; state: string }): void {
    if (this._tasks.has(event.job)) {
      void this._look(event.job);
    } else if (event.state === 'running') {
      void this.find();
    }
  }

  private async _look(id: string): Promise<void> {
    const task = this._tasks.get(id);
    if (!task) {
      return;
    }
    try {
      const job = await this._client.job(id);
      this._keep({ ...task, ...job });
    } catch (reason) {
      this._lose(task, reason);
    }
  }

  /** A server that was started anew knows nothing of the job: it has ended with the old one. */
  private _lose(task: ITask, reason: unknown): void {
    if (reason instanceof Failure && reason.status === 404) {
      const { message, hint } = reason;
      this._keep({
        ...task,
        state: 'failed',
        error: { code: 'not-found', message, hint, docs: '' }
      });
    }
  }

  private _keep(task: ITask): void {
    const was = this._tasks.get(task.id);
    this._tasks.set(task.id, task);
    for (const id of [...this._tasks.keys()].slice(0, -KEPT)) {
      this._tasks.delete(id);
    }
    this._changed.emit();
    if (was?.state === 'running' && task.state !== 'running') {
      this._feed.announce([task.verb]);
    }
  }

  private _watch(): void {
    clearTimeout(this._timer);
    const running = this.running.filter(task => !task.id.startsWith('waiting-'));
    if (running.length > 0 && !this._isDisposed) {
      this._timer = setTimeout(async () => {
        await Promise.all(running.map(task => this._look(task.id)));
        this._watch();
      }, LOOK_MS);
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _tasks = new Map<string, ITask>();
  private _count = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}
