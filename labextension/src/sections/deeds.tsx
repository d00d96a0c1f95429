import React from 'react';
import type { Execution } from '../api/contract';
import { Action } from '../components/action';
import type { ITools } from '../components/tools';
import { type Arguments, lineOf } from '../line';
import { isOver, labelOf, requestsOf } from '../model/execution';
import { brief } from '../text';

/** What may be asked for, of executions and schedules. */
export type DeedName =
  | 'approve'
  | 'attach'
  | 'cancel'
  | 'deny'
  | 'pause'
  | 'request'
  | 'resume'
  | 'retry'
  | 'run'
  | 'schedule'
  | 'trigger'
  | 'unschedule';

/** How deeds are done, and why they may not be. */
export interface IHands {
  /** Who looks, as the server knows them. */
  readonly actor: string;
  readonly refusal: (verb: string) => string | null;
  readonly onDo: (verb: DeedName, given: Arguments) => void;
}

interface IDeed {
  readonly verb: DeedName;
  readonly given: Arguments;
  readonly label: string;
  readonly reason?: string | null;
}

/** The buttons for what can be done with an execution as it stands. */
export function Deeds(props: Deeds.IProps): JSX.Element {
  const { execution, hands, tools } = props;
  return (
    <>
      {deedsOf(execution, hands.actor, tools.trans).map(deed => (
        <Deed key={deed.label} {...deed} hands={hands} tools={tools} />
      ))}
    </>
  );
}

export namespace Deeds {
  export interface IProps {
    readonly execution: Execution;
    readonly hands: IHands;
    readonly tools: ITools;
  }
}

/** One button, with the line that it stands for. */
export function Deed(props: IDeed & { hands: IHands; tools: ITools }): JSX.Element {
  const { verb, given, label, reason, hands, tools } = props;
  return (
    <Action
      label={label}
      line={lineOf(verb, given)}
      refusal={hands.refusal(verb) ?? reason ?? null}
      onRun={() => hands.onDo(verb, given)}
      tools={tools}
    />
  );
}

/** Whether a step left its kernel behind when it failed. */
function hasKernel({ error }: Execution['steps'][number]): boolean {
  return Boolean(error.kernel_file);
}

function deedsOf(execution: Execution, actor: string, trans: ITools['trans']): readonly IDeed[] {
  const { ref, status } = execution;
  const votes = requestsOf(execution).flatMap(({ step, approval }) => {
    const given = { ref: approval };
    const name = brief(labelOf(step));
    const reason =
      actor === execution.actor ? trans.__('You asked for it, so somebody else decides.') : null;
    return [
      { verb: 'approve', given, label: trans.__('Approve %1', name), reason } as const,
      { verb: 'deny', given, label: trans.__('Deny %1', name), reason } as const
    ];
  });
  if (status === 'failed' || status === 'cancelled') {
    const retry = {
      verb: 'retry',
      given: { ref, detach: true },
      label: trans.__('Retry')
    } as const;
    const attach = { verb: 'attach', given: { ref }, label: trans.__('Attach') } as const;
    return execution.steps.some(hasKernel) ? [retry, attach] : [retry];
  }
  if (isOver(execution)) {
    return [];
  }
  const paused = { verb: 'resume', given: { ref }, label: trans.__('Resume') } as const;
  const going = { verb: 'pause', given: { ref }, label: trans.__('Pause') } as const;
  return [
    ...votes,
    { verb: 'cancel', given: { ref }, label: trans.__('Cancel') },
    status === 'paused' ? paused : going
  ];
}
