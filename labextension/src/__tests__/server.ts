import { ServerConnection } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import { Client } from '../api/client';
import { Feed } from '../model/feed';

export type Reply = () => Promise<Response>;

/** A server that gives *replies* in turn, the last one for ever. */
export function serve(...replies: Reply[]) {
  const requests: { url: string; init: RequestInit; body: unknown }[] = [];
  const settings = ServerConnection.makeSettings({
    baseUrl: 'http://localhost:8888/user/ada/',
    fetch: (async (request: Request) => {
      const text = request.method === 'GET' ? '' : await request.text();
      requests.push({ url: request.url, init: request, body: text ? JSON.parse(text) : null });
      const reply = replies[Math.min(requests.length, replies.length) - 1];
      if (!reply) {
        throw new Error('nothing to answer');
      }
      return reply();
    }) as typeof fetch
  });
  return { requests, client: new Client(settings), ...events() };
}

/** Jupyter's event stream, and a feed that listens to it. */
export function events() {
  const source = {};
  const stream = new Signal<object, unknown>(source);
  const feed = new Feed({ stream } as never);
  const emit = (name: string, data: object) =>
    stream.emit({ schema_id: `https://schema.jupyter-mlops.dev/${name}/v1`, ...data });
  return { feed, emit };
}

export function json(status: number, body: unknown): Reply {
  return async () => new Response(JSON.stringify(body), { status });
}

/** Let what is on its way arrive. */
export function settled(ms = 0): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
