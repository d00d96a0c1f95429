import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import React from 'react';
import type { IParameter, PipelinePlan, Times } from '../api/contract';
import { type Form, assigned } from '../components/form';
import { Proposal } from '../components/proposal';
import { PRESETS, Timing } from '../components/timing';
import { Watch } from '../components/watch';
import { type Arguments, lineOf } from '../line';
import { Draft } from '../model/draft';
import { pipelineOf } from '../model/execution';
import { Question } from '../model/question';
import type { ISession } from '../model/session';
import { call } from './confirm';

const ZONE = 'UTC';

/** A dialog's body that is drawn anew as its models change. */
class Body extends ReactWidget implements Dialog.IBodyWidget<Arguments> {
  /**
   * @param _given - What the dialog would do.
   * @param _isReady - Whether that can be done; its button is greyed otherwise.
   */
  constructor(
    private readonly _models: readonly Question<unknown>[],
    private readonly _given: () => Arguments,
    private readonly _isReady: () => boolean,
    private readonly _draw: () => JSX.Element
  ) {
    super();
    _models.forEach(model => {
      model.changed.connect(this._look, this);
      model.wake();
    });
  }

  getValue(): Arguments {
    return this._given();
  }

  override dispose(): void {
    this._models.forEach(model => model.dispose());
    super.dispose();
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._look();
  }

  private _look(): void {
    const button = this.node.closest('.jp-Dialog')?.querySelector('.jp-mod-accept');
    button?.toggleAttribute('disabled', !this._isReady());
  }

  protected override render(): JSX.Element {
    const signals = this._models.map(model => model.changed) as ISignal<unknown, unknown>[];
    return <Watch signals={signals}>{this._draw}</Watch>;
  }
}

interface IName {
  readonly name: string;
  readonly isForced: boolean;
}

/** Show what pipeline a notebook would become, and write it once the reader agrees. */
export async function makePipeline(
  session: ISession,
  notebook: string,
  trans: TranslationBundle
): Promise<void> {
  if (notebook === session.desk.path) {
    await session.desk.save();
  }
  const draft = new Draft<IName, PipelinePlan>(
    ({ name }) => session.client.ask('pipeline', { notebook, name, write: false, force: false }),
    { name: pipelineOf(notebook), isForced: false }
  );
  const given = (): Arguments => {
    const { name, isForced } = draft.given;
    return { notebook, name, write: true, ...(isForced ? { force: true } : {}) };
  };
  const isReady = () => draft.answer?.is_changed === true && !draft.problem && !draft.isBehind;
  const body = new Body([draft], given, isReady, () => (
    <Proposal
      {...draft.given}
      plan={draft.answer}
      problem={draft.problem}
      isBehind={draft.isBehind}
      line={lineOf('pipeline', given())}
      onName={name => draft.give({ name })}
      onForce={isForced => draft.give({ isForced })}
      trans={trans}
    />
  ));
  const { button, value } = await showDialog({
    title: trans.__('Make a pipeline of %1', notebook),
    body,
    focusNodeSelector: '.jp-Mlops-dialog input',
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Write') })]
  });
  if (button.accept && value) {
    await call(session, 'pipeline', value);
  }
}

interface IWhen {
  readonly cron: string;
  readonly zone: string;
  readonly values: Form.Values;
}

/** Ask when a notebook or a pipeline shall start by itself, and schedule it. */
export async function schedule(
  session: ISession,
  target: string,
  trans: TranslationBundle
): Promise<void> {
  if (target === session.desk.path) {
    await session.desk.save();
  }
  const fields = new Question(() => parametersOf(session, target));
  const draft = new Draft<IWhen, Times>(
    ({ cron, zone }) => session.client.ask('when', { cron, zone }),
    { cron: PRESETS[0] ?? '', zone: ownZone(), values: {} }
  );
  const given = (): Arguments => {
    const { cron, zone, values } = draft.given;
    return { target, cron, zone, param: assigned(fields.answer ?? [], values) };
  };
  const isReady = () => draft.answer !== null && !draft.problem && !draft.isBehind;
  const body = new Body([draft, fields], given, isReady, () => (
    <Timing
      {...draft.given}
      zones={zones()}
      times={draft.answer}
      problem={draft.problem ?? fields.problem}
      isBehind={draft.isBehind}
      fields={fields.answer ?? []}
      line={lineOf('schedule', given())}
      onGive={when => draft.give(when)}
      onChange={(name, value) => draft.give({ values: { ...draft.given.values, [name]: value } })}
      trans={trans}
    />
  ));
  const { button, value } = await showDialog({
    title: trans.__('Schedule %1', target),
    body,
    focusNodeSelector: '.jp-Mlops-dialog select',
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Schedule') })]
  });
  if (button.accept && value) {
    await call(session, 'schedule', value);
  }
}

async function parametersOf(session: ISession, target: string): Promise<readonly IParameter[]> {
  if (target.endsWith('.ipynb')) {
    const { record } = await session.client.ask('show', { ref: target });
    return (record as unknown as { parameters: readonly IParameter[] }).parameters;
  }
  const { pipelines } = await session.client.ask('pipelines', {});
  return pipelines.find(({ name }) => name === target)?.parameters ?? [];
}

function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || ZONE;
}

/** The zones that the browser knows; what else there is can be typed. */
function zones(): readonly string[] {
  const { supportedValuesOf } = Intl as { supportedValuesOf?: (key: string) => string[] };
  return [ZONE, ...(supportedValuesOf?.('timeZone') ?? []).filter(name => name !== ZONE)];
}
