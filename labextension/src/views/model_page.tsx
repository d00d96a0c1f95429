import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import type { GateReport } from '../api/contract';
import { Asked, WHEN_PRESSED, tell } from '../model/asked';
import { modelVersions } from '../model/lists';
import { Question } from '../model/question';
import type { ISession } from '../model/session';
import { confirm } from '../sections/confirm';
import { reasonOf } from '../sections/frame';
import { opener } from '../sections/opener';
import { brief } from '../text';
import type { IViews } from '../tokens';
import type { Gate } from './gate';
import { Model } from './model';
import { Page } from './page';

/** The page of one model. */
export function modelPage(
  session: ISession,
  views: IViews,
  name: string,
  trans: TranslationBundle
): Page {
  const { client, feed, status } = session;
  const versions = modelVersions(client, name).hear(feed);
  const history = new Question(
    async () => (await client.ask('history', { ref: `model:${name}`, limit: 100 })).events
  ).hear(feed);
  const lineage = new Question(() => client.ask('lineage', { ref: `version:${name}` })).hear(feed);
  let chosen: Partial<Gate.IGiven> = {};
  const given = (): Gate.IGiven => ({ version: versions.rows[0]?.ref ?? name, ...chosen });
  let kept = '';
  const report = new Asked(async () => {
    const { record, ...rest } = await tell(client, 'gate', { ...asked(given()), report: kept });
    return { ...rest, record: record as GateReport };
  }, WHEN_PRESSED);
  const judge = (which: string) => {
    kept = which;
    report.start();
  };
  return new Page(
    brief(name),
    session,
    [versions, history, lineage, report],
    tools => (
      <Model
        name={name}
        versions={versions}
        history={history}
        lineage={lineage}
        gate={{
          given: given(),
          report,
          onGive: next => {
            chosen = next;
            report.clear();
          },
          onJudge: () => judge(''),
          onLast: () => judge('latest')
        }}
        refusal={verb => reasonOf(status.refusal(verb), trans)}
        onPromote={({ ref }) =>
          void confirm(
            session,
            'promote',
            { version: ref, to: undefined },
            trans.__('Promote'),
            trans
          )
        }
        onRollback={() => void confirm(session, 'rollback', { name }, trans.__('Roll back'), trans)}
        onRequest={({ ref }) =>
          void confirm(session, 'request', { subject: ref, to: undefined }, trans.__('Ask'), trans)
        }
        onPick={opener(views)}
        tools={tools}
      />
    ),
    trans
  );
}

function asked({ version, to }: Gate.IGiven): { version: string; to?: string } {
  return to ? { version, to } : { version };
}
