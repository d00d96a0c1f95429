import { Clipboard, showErrorMessage } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  PanelWithToolbar,
  ReactWidget,
  ToolbarButton,
  refreshIcon
} from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import React from 'react';
import { Press } from '../components/action';
import { Notice } from '../components/notice';
import type { ITools } from '../components/tools';
import { Watch } from '../components/watch';
import type { IProblem } from '../model/problem';
import type { ISession } from '../model/session';
import type { Refusal } from '../model/status';

/** Something that asks the server while it is seen. */
export interface IWakeable {
  readonly changed: ISignal<unknown, void>;
  wake(): void;
  rest(): void;
  refresh(): Promise<void>;
  dispose(): void;
}

/** A collapsible part of the panel. Its models rest while it is folded or hidden. */
export class Section extends PanelWithToolbar {
  constructor(options: Section.IOptions) {
    super();
    const { session, trans } = options;
    this._models = options.models;
    this.addClass('jp-Mlops-section');
    this.addClass(`jp-Mlops-${options.id}`);
    this.title.label = options.label;
    this.toolbar.addItem(
      'refresh',
      new ToolbarButton({
        icon: refreshIcon,
        tooltip: trans.__('Refresh %1', options.label),
        onClick: () => this._models.forEach(model => void model.refresh())
      })
    );
    const { status, jobs, desk } = session;
    const signals = [...this._models, status, jobs, desk].map(source => source.changed);
    const body = ReactWidget.create(
      <Watch signals={signals as ISignal<unknown, unknown>[]}>
        {() => options.draw(toolsOf(session, trans))}
      </Watch>
    );
    body.addClass('jp-Mlops-body');
    this.addWidget(body);
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._models.forEach(model => model.dispose());
      super.dispose();
    }
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._follow();
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._follow();
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this._models.forEach(model => model.rest());
  }

  private _follow(): void {
    if (this.isVisible) {
      this._models.forEach(model => model.wake());
    }
  }

  private readonly _models: readonly IWakeable[];
}

export namespace Section {
  export interface IOptions {
    readonly id: string;
    readonly label: string;
    readonly models: readonly IWakeable[];
    readonly session: ISession;
    readonly trans: TranslationBundle;
    readonly draw: (tools: ITools) => JSX.Element;
  }
}

/** What components may do, as things stand now. */
export function toolsOf(session: ISession, trans: TranslationBundle): ITools {
  const insert = (line: string) => void session.desk.insert(line);
  return {
    trans,
    copy: text => Clipboard.copyToSystem(text),
    insert: session.desk.path === null ? null : insert,
    begin: () => void begin(session, trans)
  };
}

async function begin(session: ISession, trans: TranslationBundle): Promise<void> {
  try {
    await session.client.ask('init', {});
  } catch (reason) {
    void showErrorMessage(trans.__('No project was made'), reason as Error);
  }
  await session.status.refresh();
}

/** Say why a verb may not be called; null when it may. */
export function reasonOf(refusal: Refusal | null, trans: TranslationBundle): string | null {
  switch (refusal?.kind) {
    case undefined:
      return null;
    case 'role':
      return trans.__('It takes the role %1; yours is %2.', refusal.needs, refusal.role);
    case 'version':
      return trans.__(
        'The server runs version %1, this page %2: reload the page.',
        refusal.server,
        refusal.ours
      );
  }
}

/** Draw the last good answer, and above it what is wrong now. */
export function Pane(props: Pane.IProps): JSX.Element {
  const { of, tools, children } = props;
  const { trans } = tools;
  const isStale = of.problem !== null && of.answer !== null;
  return (
    <div className="jp-Mlops-pane" aria-busy={of.isBusy} data-stale={isStale || undefined}>
      {of.problem && <Trouble problem={of.problem} tools={tools} />}
      {isStale && (
        <p className="jp-Mlops-note" role="status">
          {trans.__('As of %1.', of.answeredAt?.toLocaleTimeString() ?? '')}
        </p>
      )}
      {of.answer !== null && children()}
      {of.answer === null && !of.problem && (
        <p className="jp-Mlops-note" role="status">
          {trans.__('Asking the server…')}
        </p>
      )}
    </div>
  );
}

/** Say what is wrong, and offer what mends it. */
function Trouble(props: { problem: IProblem; tools: ITools }): JSX.Element {
  const { problem, tools } = props;
  const { trans, copy, begin } = tools;
  return (
    <>
      <Notice {...explain(problem, trans)} copy={copy} trans={trans} />
      {problem.kind === 'no-project' && (
        <Press label={trans.__('Make this folder a project')} onPress={begin} />
      )}
    </>
  );
}

export namespace Pane {
  /** What a pane needs to know of its model. */
  export interface IState<T = unknown> {
    readonly answer: T | null;
    readonly answeredAt: Date | null;
    readonly problem: IProblem | null;
    readonly isBusy: boolean;
  }

  export interface IProps {
    readonly of: IState;
    readonly tools: ITools;
    readonly children: () => React.ReactNode;
  }
}

type Explanation = Pick<Notice.IProps, 'title' | 'hint' | 'lines' | 'role'>;

/** Say what is wrong, and which lines mend it. */
export function explain(problem: IProblem, trans: TranslationBundle): Explanation {
  switch (problem.kind) {
    case 'no-project':
      return {
        title: trans.__('No project here yet.'),
        hint: trans.__('Start one here, or in a cell of a notebook:'),
        lines: ['%load_ext jupyter_mlops', '%mlops init'],
        role: 'status'
      };
    case 'no-server':
      return {
        title: trans.__('The server part of jupyter-mlops is not running.'),
        hint: trans.__(
          'It must be installed where Jupyter itself runs. Enable it in a terminal, then restart Jupyter:'
        ),
        lines: ['jupyter server extension enable jupyter_mlops'],
        role: 'alert'
      };
    case 'offline':
      return {
        title: trans.__('The server does not answer.'),
        hint: trans.__('The panel keeps trying, and goes on by itself.'),
        lines: [],
        role: 'status'
      };
    case 'error':
      return { title: problem.message, hint: problem.hint, lines: [], role: 'alert' };
  }
}
