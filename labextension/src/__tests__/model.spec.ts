import { ServerConnection } from '@jupyterlab/services';
import { createApi } from '../api/client';
import { StatusModel } from '../model';
import { RECORD_MIME } from '../tokens';

const CARD = { title: 'Project churn', state: 'ok' };
const SHOWN = { kind: 'Status', card: CARD, record: {} };

/** A server that gives *answers* in turn, the last one for ever. */
function serve(...answers: (() => Promise<Response>)[]) {
  const requests: Request[] = [];
  const settings = ServerConnection.makeSettings({
    baseUrl: 'http://localhost:8888/user/ada/',
    fetch: (async (request: Request) => {
      requests.push(request);
      const answer = answers[Math.min(requests.length, answers.length) - 1];
      if (!answer) {
        throw new Error('nothing to answer');
      }
      return answer();
    }) as typeof fetch
  });
  return { requests, model: new StatusModel({ api: createApi(settings), pollSeconds: 3600 }) };
}

function json(status: number, body: unknown): () => Promise<Response> {
  return async () => new Response(JSON.stringify(body), { status });
}

describe('StatusModel', () => {
  it('asks the status verb below the base address, for the shown form', async () => {
    const { model, requests } = serve(json(200, SHOWN));
    await model.refresh();
    const request = requests[0];
    expect(request?.method).toBe('POST');
    expect(request?.url).toContain('http://localhost:8888/user/ada/jupyter-mlops/v1/status');
    expect(request?.headers.get('Accept')).toBe(RECORD_MIME);
    expect(request?.headers.get('Content-Type')).toBe('application/json');
    expect(await request?.text()).toBe('{}');
    expect(model.card?.title).toBe('Project churn');
  });

  it('keeps the last good answer when a later question fails', async () => {
    const error = { code: 'unavailable', message: 'No room.', hint: 'Run `df`.', docs: '' };
    const { model } = serve(json(200, SHOWN), json(503, error));
    await model.refresh();
    await model.refresh();
    expect(model.card?.title).toBe('Project churn');
    expect(model.problem).toEqual({ kind: 'error', message: 'No room.', hint: 'Run `df`.' });
  });

  it('forgets the problem with the next good answer', async () => {
    const { model } = serve(json(503, {}), json(200, SHOWN));
    await model.refresh();
    await model.refresh();
    expect(model.problem).toBeNull();
  });

  it('tells a missing server extension from a missing project', async () => {
    const unknown = serve(json(404, { message: 'Not Found', reason: null }));
    const empty = serve(json(404, { code: 'not-found', message: 'No project.' }));
    await Promise.all([unknown.model.refresh(), empty.model.refresh()]);
    expect(unknown.model.problem?.kind).toBe('no-server');
    expect(empty.model.problem?.kind).toBe('no-project');
  });

  it('survives a server that is gone or speaks no JSON', async () => {
    const gone = serve(() => Promise.reject(new TypeError('Failed to fetch')));
    const proxy = serve(async () => new Response('<h1>Bad gateway</h1>', { status: 502 }));
    await Promise.all([gone.model.refresh(), proxy.model.refresh()]);
    expect(gone.model.problem?.message).toContain('Failed to fetch');
    expect(proxy.model.problem?.message).toContain('502');
  });

  it('lets a late answer not overwrite a later one', async () => {
    let release: (response: Response) => void = () => {};
    const slow = new Promise<Response>(resolve => (release = resolve));
    const { model } = serve(() => slow, json(200, SHOWN));
    const first = model.refresh();
    await model.refresh();
    release(await json(503, {})());
    await first;
    expect(model.problem).toBeNull();
  });

  it('asks nothing until somebody looks', async () => {
    const { model, requests } = serve(json(200, SHOWN));
    await new Promise(resolve => setTimeout(resolve));
    expect(requests).toHaveLength(0);
    const answered = new Promise<void>(resolve =>
      model.changed.connect(() => model.card && resolve())
    );
    model.wake();
    await answered;
    expect(requests).toHaveLength(1);
  });
});
