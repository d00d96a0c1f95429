import { JobsModel } from '../model/jobs';
import { Listing, type Load, PAGE } from '../model/listing';
import { Question } from '../model/question';
import { StatusModel } from '../model/status';
import { RECORD_MIME } from '../tokens';
import { json, type Reply, serve, settled } from './server';

const RECORD = { lines: 3, role: 'viewer', version: '0.1.0', champions: [] };
const SHOWN = { kind: 'Status', card: { title: 'Status', state: 'ok' }, record: RECORD };

function statusOf(...replies: Reply[]) {
  const server = serve(...replies);
  const { client, feed } = server;
  const status = new StatusModel({ client, feed, pollSeconds: 3600, version: '0.1.0' });
  return { ...server, status };
}

describe('StatusModel', () => {
  it('asks the status verb below the base address, for the shown form', async () => {
    const { status, requests } = statusOf(json(200, SHOWN));
    await status.refresh();
    const request = requests[0];
    expect(request?.url).toContain('http://localhost:8888/user/ada/jupyter-mlops/v1/status');
    expect((request?.init.headers as Headers).get('Accept')).toBe(RECORD_MIME);
    expect(request?.body).toEqual({});
    expect(status.answer?.card.title).toBe('Status');
  });

  it('keeps the last good answer when a later question fails', async () => {
    const error = { code: 'unavailable', message: 'No room.', hint: 'Run `df`.', docs: '' };
    const { status } = statusOf(json(200, SHOWN), json(503, error));
    await status.refresh();
    await status.refresh();
    expect(status.answer?.status.lines).toBe(3);
    expect(status.problem).toEqual({ kind: 'error', message: 'No room.', hint: 'Run `df`.' });
  });

  it.each([
    ['no-server', json(404, { message: 'Not Found', reason: null })],
    ['no-project', json(404, { code: 'no-project', message: 'No project here.' })],
    ['error', json(404, { code: 'not-found', message: 'No run @1234.' })],
    ['offline', async () => new Response('<h1>Bad gateway</h1>', { status: 502 })],
    ['offline', () => Promise.reject(new TypeError('Failed to fetch'))]
  ] as [string, Reply][])('tells what is wrong: %s', async (kind, reply) => {
    const { status } = statusOf(reply);
    await status.refresh();
    expect(status.problem?.kind).toBe(kind);
  });

  it('says why a viewer may not promote, and that reading is free', async () => {
    const { status } = statusOf(json(200, SHOWN));
    await status.refresh();
    expect(status.refusal('promote')).toEqual({ kind: 'role', role: 'viewer', needs: 'approver' });
    expect(status.refusal('runs')).toBeNull();
  });

  it('lets nothing be changed while the two halves are of different versions', async () => {
    const record = { ...RECORD, role: 'admin', version: '9.9.9' };
    const { status } = statusOf(json(200, { ...SHOWN, record }));
    await status.refresh();
    expect(status.otherVersion).toBe('9.9.9');
    expect(status.refusal('promote')?.kind).toBe('version');
    expect(status.refusal('runs')).toBeNull();
  });

  it('tells everybody to ask again when the server is back', async () => {
    const { status, feed } = statusOf(json(503, {}), json(200, SHOWN));
    const told = jest.fn();
    feed.moved.connect((_, verbs) => told(verbs));
    await status.refresh();
    await status.refresh();
    expect(told).toHaveBeenCalledWith(null);
  });
});

describe('Question', () => {
  it('asks nothing until somebody looks', async () => {
    const ask = jest.fn(async () => 1);
    const question = new Question(ask);
    expect(ask).not.toHaveBeenCalled();
    question.wake();
    await settled();
    expect(question.answer).toBe(1);
  });

  it('lets a late answer not overwrite a later one', async () => {
    const answers = [settled(30).then(() => 'late'), Promise.resolve('newest')];
    const question = new Question(async () => answers.shift() ?? '');
    await Promise.all([question.refresh(), question.refresh()]);
    expect(question.answer).toBe('newest');
  });

  it('asks again when the ledger says that one of its verbs was called', async () => {
    const { feed, emit } = serve();
    const ask = jest.fn(async () => 1);
    const question = new Question(ask).hear(feed, ['promote']);
    question.wake();
    emit('changed', { upto: 4, verbs: ['snapshot'] });
    await settled(400);
    expect(ask).toHaveBeenCalledTimes(1);
    emit('changed', { upto: 5, verbs: ['promote'] });
    emit('changed', { upto: 6, verbs: ['promote'] });
    await settled(400);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('rests while nobody looks', async () => {
    const { feed, emit } = serve();
    const ask = jest.fn(async () => 1);
    new Question(ask).hear(feed).rest();
    emit('changed', { upto: 4, verbs: ['promote'] });
    await settled(400);
    expect(ask).not.toHaveBeenCalled();
  });
});

/** A long list on a server: numbers, newest first. */
function numbers(newest: { value: number }) {
  const load = jest.fn<ReturnType<Load<number>>, Parameters<Load<number>>>(
    async (_, cursor, limit) => {
      const from = cursor === null ? newest.value : Number(cursor);
      const rows = Array.from({ length: Math.min(limit, from) }, (__, index) => from - index);
      return { rows, next: from > limit ? from - limit : null };
    }
  );
  return { load, listing: new Listing<number>(load, String) };
}

describe('Listing', () => {
  it('reads a page, and the next one when it is wanted', async () => {
    const { listing } = numbers({ value: 10_000 });
    await listing.refresh();
    await listing.more();
    expect(listing.rows).toHaveLength(2 * PAGE);
    expect(listing.hasMore).toBe(true);
  });

  it('puts what is new on top, and keeps what was read', async () => {
    const newest = { value: 10_000 };
    const { listing } = numbers(newest);
    await listing.refresh();
    await listing.more();
    newest.value += 2;
    await listing.refresh();
    expect(listing.rows[0]).toBe(10_002);
    expect(new Set(listing.rows).size).toBe(2 * PAGE + 2);
  });

  it('searches on the server, once the typing stops', async () => {
    const { listing, load } = numbers({ value: 10 });
    listing.search('a');
    listing.search('auc');
    await settled(400);
    expect(load.mock.calls.map(([query]) => query)).toEqual(['auc']);
  });

  it('asks for the next page only once', async () => {
    const { listing, load } = numbers({ value: 10_000 });
    await listing.refresh();
    await Promise.all([listing.more(), listing.more()]);
    expect(load).toHaveBeenCalledTimes(2);
  });
});

describe('JobsModel', () => {
  const job = { id: 'j1', verb: 'run', state: 'running', done: 0, total: 4, label: 'cell 1' };

  it('follows a long call to its end by the events of the server', async () => {
    const done = { ...job, state: 'done', done: 4, answer: null, error: null };
    const { client, feed, emit, requests } = serve(json(202, job), json(200, done));
    const jobs = new JobsModel(client, feed);
    await jobs.start('run', { target: 'a.ipynb' }, 'a.ipynb', '%mlops run a.ipynb');
    expect((requests[0]?.init.headers as Headers).get('Prefer')).toBe('respond-async');
    expect(jobs.of('a.ipynb')?.state).toBe('running');
    emit('progress', { job: 'j1', state: 'done', done: 4, total: 4 });
    await settled(20);
    expect(jobs.of('a.ipynb')?.state).toBe('done');
    jobs.dispose();
  });

  it('shows a call that was refused as a failed job, with the hint', async () => {
    const error = { code: 'invalid', message: 'No notebook.', hint: 'Name one.', docs: '' };
    const { client, feed } = serve(json(422, error));
    const jobs = new JobsModel(client, feed);
    await jobs.start('run', {}, 'a.ipynb', '');
    expect(jobs.of('a.ipynb')?.error).toMatchObject({ message: 'No notebook.', hint: 'Name one.' });
  });

  it('takes a job for lost when a new server knows nothing of it', async () => {
    const { client, feed, emit } = serve(
      json(202, job),
      json(404, { code: 'not-found', message: 'No job.' })
    );
    const jobs = new JobsModel(client, feed);
    await jobs.start('run', {}, 'a.ipynb', '');
    emit('progress', { job: 'j1', state: 'running', done: 1, total: 4 });
    await settled(20);
    expect(jobs.of('a.ipynb')?.state).toBe('failed');
    jobs.dispose();
  });

  it('cancels', async () => {
    const { client, feed, requests } = serve(
      json(202, job),
      json(204, null),
      json(200, { ...job, state: 'cancelled' })
    );
    const jobs = new JobsModel(client, feed);
    await jobs.start('run', {}, 'a.ipynb', '');
    await jobs.cancel('j1');
    expect(requests[1]?.init.method).toBe('DELETE');
    expect(jobs.of('a.ipynb')?.state).toBe('cancelled');
    jobs.dispose();
  });
});
