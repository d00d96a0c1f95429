import { Clipboard } from '@jupyterlab/apputils';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import {
  PanelWithToolbar,
  ReactWidget,
  ToolbarButton,
  UseSignal,
  refreshIcon
} from '@jupyterlab/ui-components';
import React from 'react';
import { Card } from '../components/card';
import { Notice } from '../components/notice';
import type { IProblem, StatusModel } from '../model';
import { DOMAIN } from '../tokens';

/** Show how the project stands, with a button that asks again. */
export class StatusSection extends PanelWithToolbar {
  constructor(model: StatusModel, translator: ITranslator) {
    super();
    const trans = translator.load(DOMAIN);
    this.addClass('jp-Mlops-section');
    this.title.label = trans.__('Status');
    this.toolbar.addItem(
      'refresh',
      new ToolbarButton({
        icon: refreshIcon,
        tooltip: trans.__('Refresh'),
        onClick: () => void model.refresh()
      })
    );
    const body = ReactWidget.create(
      <UseSignal signal={model.changed}>
        {() => <Status model={model} copy={Clipboard.copyToSystem} trans={trans} />}
      </UseSignal>
    );
    body.addClass('jp-Mlops-body');
    this.addWidget(body);
  }
}

/** Draw the last good answer, and above it what is wrong now. */
export function Status(props: Status.IProps): JSX.Element {
  const { model, copy, trans } = props;
  const { card, problem, answeredAt } = model;
  return (
    <div aria-busy={model.isBusy}>
      {problem && <Notice {...explain(problem, trans)} copy={copy} trans={trans} />}
      {problem && card && answeredAt && (
        <p className="jp-Mlops-note">
          {trans.__('The last answer, of %1:', answeredAt.toLocaleTimeString())}
        </p>
      )}
      {card && <Card card={card} copy={copy} trans={trans} />}
      {!card && !problem && (
        <p className="jp-Mlops-note" role="status">
          {trans.__('Asking the server…')}
        </p>
      )}
    </div>
  );
}

export namespace Status {
  export interface IProps {
    readonly model: Pick<StatusModel, 'card' | 'problem' | 'answeredAt' | 'isBusy'>;
    readonly copy: (text: string) => void;
    readonly trans: TranslationBundle;
  }
}

type Explanation = Pick<Notice.IProps, 'title' | 'hint' | 'lines' | 'role'>;

function explain(problem: IProblem, trans: TranslationBundle): Explanation {
  switch (problem.kind) {
    case 'no-project':
      return {
        title: trans.__('No project here yet.'),
        hint: trans.__('Start one in a cell of a notebook:'),
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
    case 'error':
      return { title: problem.message, hint: problem.hint, lines: [], role: 'alert' };
  }
}
