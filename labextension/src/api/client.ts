import { ServerConnection } from '@jupyterlab/services';
import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './generated';

export type Api = Client<paths>;

/** Make the typed client of the server extension, with Jupyter's own authentication. */
export function createApi(settings: ServerConnection.ISettings): Api {
  return createClient<paths>({
    baseUrl: settings.baseUrl,
    Request: settings.Request,
    fetch: request => send(request, settings)
  });
}

async function send(request: Request, settings: ServerConnection.ISettings): Promise<Response> {
  const { url, method, headers, signal } = request;
  const body = method === 'GET' ? undefined : await request.text();
  return ServerConnection.makeRequest(url, { method, headers, body, signal }, settings);
}
