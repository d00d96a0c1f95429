import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import type { IComparison } from '../api/contract';
import { lineOf } from '../line';
import { EXECUTION_VERBS } from '../model/execution';
import { Question } from '../model/question';
import type { ISession } from '../model/session';
import { handsOf } from '../sections/hands';
import { comparing } from '../sections/runs';
import type { IView, IViews } from '../tokens';
import { Compare } from './compare';
import { datasetPage, diffPage } from './data_pages';
import { Execution } from './execution';
import { modelPage } from './model_page';
import { Page } from './page';
import { Sweep } from './sweep';

const CALM_MS = 500; // a running step tells twice a second how far it is
const SWEEP_MS = 2000;

/** The pages that we bring: runs compared, a dataset, a diff, a model, an execution, and a sweep. */
export function ourViews(
  session: ISession,
  views: IViews,
  rendermime: IRenderMimeRegistry,
  trans: TranslationBundle
): IView[] {
  return [
    {
      name: 'compare',
      create: args => comparePage(session, rendermime, strings(args.runs), trans)
    },
    {
      name: 'dataset',
      create: args =>
        datasetPage(
          session,
          views,
          rendermime,
          String(args.name ?? ''),
          String(args.ref ?? ''),
          trans
        )
    },
    {
      name: 'diff',
      create: args =>
        diffPage(session, rendermime, String(args.before ?? ''), String(args.after ?? ''), trans)
    },
    {
      name: 'model',
      create: args => modelPage(session, views, String(args.name ?? ''), trans)
    },
    {
      name: 'execution',
      create: args => executionPage(session, views, String(args.ref ?? ''), trans)
    },
    { name: 'sweep', create: args => sweepPage(session, views, String(args.parent ?? ''), trans) }
  ];
}

function comparePage(
  session: ISession,
  rendermime: IRenderMimeRegistry,
  runs: readonly string[],
  trans: TranslationBundle
): Page {
  const given = comparing(runs);
  const model = new Question<IComparison>(
    async () => (await session.client.send('POST', 'compare', given)) as IComparison
  );
  const line = lineOf('compare', given);
  return new Page(
    trans._n('Compare %1 run', 'Compare %1 runs', runs.length),
    session,
    [model],
    tools => <Compare model={model} line={line} rendermime={rendermime} tools={tools} />,
    trans
  );
}

function executionPage(
  session: ISession,
  views: IViews,
  ref: string,
  trans: TranslationBundle
): Page {
  const { client, feed, desk } = session;
  const execution = new Question(() => client.ask('follow', { ref, wait: 0 }));
  const plans = new Question(() => client.ask('pipelines', {}));
  execution.hear(feed, EXECUTION_VERBS, CALM_MS);
  plans.hear(feed, ['schedule', 'unschedule', 'pause', 'resume']);
  const scheduleOf = () =>
    plans.answer?.schedules.find(({ name }) => name === execution.answer?.schedule) ?? null;
  return new Page(
    trans.__('Execution %1', ref.slice(-6)),
    session,
    [execution, plans],
    tools => (
      <Execution
        model={execution}
        schedule={scheduleOf()}
        hands={handsOf(session, trans)}
        onOutput={path => void desk.show(path)}
        onSweep={parent => views.open('sweep', { parent })}
        tools={tools}
      />
    ),
    trans
  );
}

function sweepPage(
  session: ISession,
  views: IViews,
  parent: string,
  trans: TranslationBundle
): Page {
  const { client, feed } = session;
  const executions = new Question(async () => {
    const answer = await client.ask('executions', { parent, limit: 1000 });
    return answer.executions.sort((a, b) => a.created_at.localeCompare(b.created_at));
  }).hear(feed, EXECUTION_VERBS, SWEEP_MS);
  return new Page(
    trans.__('Sweep %1', parent.slice(-6)),
    session,
    [executions],
    tools => (
      <Sweep
        model={executions}
        parent={parent}
        onOpen={ref => views.open('execution', { ref })}
        onCompare={runs => views.open('compare', { runs: [...runs] })}
        tools={tools}
      />
    ),
    trans
  );
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
