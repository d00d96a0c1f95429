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
import { modelVersions } from '../model/lists';
import { Question } from '../model/question';
import type { ISession } from '../model/session';
import { confirm } from '../sections/confirm';
import { type IWakeable, reasonOf, toolsOf } from '../sections/frame';
import { comparing } from '../sections/runs';
import type { IView } from '../tokens';
import { brief } from '../text';
import { Compare } from './compare';
import { Model } from './model';

/** The pages that we bring: a comparison of runs, and a model. */
export function ourViews(
  session: ISession,
  rendermime: IRenderMimeRegistry,
  trans: TranslationBundle
): IView[] {
  return [
    {
      name: 'compare',
      create: args => comparePage(session, rendermime, strings(args.runs), trans)
    },
    { name: 'model', create: args => modelPage(session, String(args.name ?? ''), trans) }
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

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
