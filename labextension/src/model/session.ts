import { Token } from '@lumino/coreutils';
import type { Client } from '../api/client';
import type { Feed } from './feed';
import type { JobsModel } from './jobs';
import type { Kept } from './kept';
import type { IDesk } from './notebook';
import type { StatusModel } from './status';

/** What every section and view leans on; one for each page. */
export interface ISession {
  readonly client: Client;
  readonly feed: Feed;
  readonly status: StatusModel;
  readonly jobs: JobsModel;
  readonly desk: IDesk;
  readonly kept: Kept;
}

export const ISession = new Token<ISession>(
  'jupyter-mlops:ISession',
  'Talks with the server extension of jupyter-mlops.'
);
