import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import React from 'react';
import type { IComparison } from '../api/contract';
import type { ITools } from '../components/tools';
import { Watch } from '../components/watch';
import { lineOf } from '../line';
import { EXECUTION_VERBS } from '../model/execution';
import { modelVersions } from '../model/lists';
import { Question } from '../model/question';
import type { ISession } from '../model/session';
import { confirm } from '../sections/confirm';
import { type IWakeable, reasonOf, toolsOf } from '../sections/frame';
import { handsOf } from '../sections/hands';
import { comparing } from '../sections/runs';
import type { IView, IViews } from '../tokens';
import { brief } from '../text';
import { Compare } from './compare';
import { Execution } from './execution';
import { Model } from './model';
import { Sweep } from './sweep';

const CALM_MS = 500; // a running step tells twice a second how far it is
const SWEEP_MS = 2000;

/** The pages that we bring: a comparison of runs, a model, an execution, and a sweep. */
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
    { name: 'model', create: args => modelPage(session, String(args.name ?? ''), trans) },
    {
      name: 'execution',
      create: args => executionPage(session, views, String(args.ref ?? ''), trans)
    },
    { name: 'sweep', create: args => sweepPage(session, views, String(args.parent ?? ''), trans) }
  ];
}

/** A page whose models ask while it is seen. */
class Page extends ReactWidget {
  constructor(
    label: string,
    private readonly _session: ISession,
    private readonly _models: readonly IWakeable[],
    private readonly _draw: (tools: ITools) => JSX.Element,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.title.label = label;
    this.addClass('jp-Mlops-view');
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._models.forEach(model => model.dispose());
      super.dispose();
    }
  }

  protected override render(): JSX.Element {
    const { status, desk } = this._session;
    const signals = [...this._models, status, desk].map(source => source.changed);
    return (
      <Watch signals={signals as ISignal<unknown, unknown>[]}>
        {() => this._draw(toolsOf(this._session, this._trans))}
      </Watch>
    );
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._models.forEach(model => model.wake());
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    if (this.isVisible) {
      this._models.forEach(model => model.wake());
    }
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this._models.forEach(model => model.rest());
  }
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

function modelPage(session: ISession, name: string, trans: TranslationBundle): Page {
  const { client, feed, status } = session;
  const versions = modelVersions(client, name).hear(feed);
  const history = new Question(
    async () => (await client.ask('history', { ref: `model:${name}`, limit: 100 })).events
  ).hear(feed);
  return new Page(
    brief(name),
    session,
    [versions, history],
    tools => (
      <Model
        name={name}
        versions={versions}
        history={history}
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
        tools={tools}
      />
    ),
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
