import React from 'react';
import type { Execution as Answer, Planned, StepRun } from '../api/contract';
import { Action } from '../components/action';
import { Facts } from '../components/facts';
import { Graph } from '../components/graph';
import { Mark, markOf } from '../components/mark';
import type { ITools } from '../components/tools';
import { lineOf } from '../line';
import { labelOf, titleOf } from '../model/execution';
import { Deeds, type IHands } from '../sections/deeds';
import { Took, factsOf } from '../sections/executions';
import { Pane } from '../sections/frame';
import { Changed } from '../sections/plan';
import { brief } from '../text';
import { Step } from './step';

/** One execution: what can be done with it, why it runs, and each of its steps as they go on. */
export function Execution(props: Execution.IProps): JSX.Element {
  const { model, tools } = props;
  return (
    <article className="jp-Mlops-page" aria-label={tools.trans.__('Execution')}>
      <Pane of={model} tools={tools}>
        {() => model.answer && <Known {...props} execution={model.answer} />}
      </Pane>
    </article>
  );
}

export namespace Execution {
  export interface IProps {
    readonly model: Pane.IState<Answer>;
    /** The schedule that asked for it, where there still is one. */
    readonly schedule: Planned | null;
    readonly hands: IHands;
    readonly onOutput: (path: string) => void;
    readonly onSweep: (parent: string) => void;
    readonly tools: ITools;
  }
}

function Known(props: Execution.IProps & { execution: Answer }): JSX.Element {
  const { execution, model, schedule, hands, onOutput, onSweep, tools } = props;
  const { trans } = tools;
  const { run, parent, steps } = execution;
  const nodes = nodesOf(steps, trans);
  return (
    <>
      <h1 className="jp-Mlops-line jp-Mlops-heading">
        <Mark {...markOf(execution.status, trans)} />
        <span className="jp-Mlops-name">{brief(titleOf(execution))}</span>
        <span className="jp-Mlops-aside">
          <Took of={execution} since={model.answeredAt} />
        </span>
      </h1>
      <Deeds execution={execution} hands={hands} tools={tools} />
      {schedule && schedule.changed.length > 0 ? (
        <Changed of={schedule} hands={hands} tools={tools} />
      ) : (
        <Older of={execution} tools={tools} />
      )}
      <Facts
        label={trans.__('Execution')}
        facts={[
          ...factsOf(execution, trans),
          [trans.__('asked for'), new Date(execution.created_at).toLocaleString()],
          [trans.__('digest'), execution.digest.slice(0, 12)]
        ]}
      />
      {run && (
        <Action label={trans.__('Show run')} line={lineOf('show', { ref: run })} tools={tools} />
      )}
      {parent && (
        <Action
          label={trans.__('Open sweep')}
          line={lineOf('executions', { parent })}
          onRun={() => onSweep(parent)}
          tools={tools}
        />
      )}
      <h2 className="jp-Mlops-heading">{trans.__('Steps')}</h2>
      {nodes.length > 1 && <Graph nodes={nodes} label={trans.__('Steps as a graph')} />}
      {steps.map(step => (
        <Step
          key={labelOf(step)}
          step={step}
          since={model.answeredAt}
          onOutput={onOutput}
          tools={tools}
        />
      ))}
    </>
  );
}

/** Say which files changed since an execution froze them: it shows what they were. */
function Older(props: { of: Answer; tools: ITools }): JSX.Element | null {
  const { changed } = props.of;
  if (changed.length === 0) {
    return null;
  }
  const said = props.tools.trans.__(
    '%1 changed since this execution began; it runs what was there then.',
    brief(changed.join(', '))
  );
  return (
    <p className="jp-Mlops-note" role="status">
      {said}
    </p>
  );
}

/** Of several that one step fans out into, the graph shows the one that most needs a look. */
const URGENCY: readonly string[] = [
  'failed',
  'waiting',
  'running',
  'queued',
  'pending',
  'cancelled'
];

function nodesOf(steps: readonly StepRun[], trans: ITools['trans']): Graph.INode[] {
  const names = [...new Set(steps.map(({ name }) => name))];
  return names.map(name => {
    const items = steps.filter(step => step.name === name);
    const found = items.map(({ status }) => status);
    const status = URGENCY.find(it => found.some(one => one === it)) ?? found[0] ?? 'pending';
    return { name, needs: items[0]?.needs ?? [], status, mark: markOf(status, trans) };
  });
}
