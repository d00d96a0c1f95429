import React from 'react';
import type { Execution } from '../api/contract';
import { Action, Press } from '../components/action';
import { Grid } from '../components/grid';
import { Mark, markOf, statusName } from '../components/mark';
import type { ITools } from '../components/tools';
import { lineOf } from '../line';
import { titleOf } from '../model/execution';
import { Took, valueOf } from '../sections/executions';
import { Pane } from '../sections/frame';
import { comparing } from '../sections/runs';
import { brief } from '../text';

const MOST = 20; // as many runs as `compare` takes

/** The executions of one sweep in one table: what was varied, and what came of it. */
export function Sweep(props: Sweep.IProps): JSX.Element {
  const { model, parent, tools } = props;
  const { trans } = tools;
  return (
    <article className="jp-Mlops-page" aria-label={trans.__('Sweep %1', parent)}>
      <h1 className="jp-Mlops-heading">{trans.__('Sweep %1', parent)}</h1>
      <Action
        label={trans.__('Executions')}
        line={lineOf('executions', { parent })}
        tools={tools}
      />
      <Pane of={model} tools={tools}>
        {() => <Known {...props} executions={model.answer ?? []} />}
      </Pane>
    </article>
  );
}

export namespace Sweep {
  export interface IProps {
    readonly model: Pane.IState<readonly Execution[]>;
    readonly parent: string;
    readonly onOpen: (ref: string) => void;
    readonly onCompare: (runs: readonly string[]) => void;
    readonly tools: ITools;
  }
}

interface IOrder {
  readonly column: string;
  readonly isDown: boolean;
}

function Known(props: Sweep.IProps & { executions: readonly Execution[] }): JSX.Element {
  const { executions, model, onOpen, onCompare, tools } = props;
  const { trans } = tools;
  const [order, setOrder] = React.useState<IOrder | null>(null);
  const varied = variedOf(executions);
  const given = [...new Set(executions.flatMap(one => Object.keys(outputsOf(one))))];
  const rows = order ? sorted(executions, order) : executions;
  const runs = rows.flatMap(({ run }) => (run ? [run.replace(/^@/, '')] : [])).slice(0, MOST);
  const header = (name: string) => (
    <Press
      key={name}
      isQuiet
      label={`${brief(name)}${order?.column === name ? (order.isDown ? ' ↓' : ' ↑') : ''}`}
      title={trans.__('Sort by %1', brief(name))}
      onPress={() => setOrder({ column: name, isDown: order?.column === name && !order.isDown })}
    />
  );
  return (
    <>
      <p className="jp-Mlops-note">
        {executions[0] ? brief(titleOf(executions[0])) : trans.__('No execution is left of it.')}
      </p>
      <Action
        label={trans._n('Compare %1 run', 'Compare %1 runs', runs.length)}
        line={lineOf('compare', comparing(runs))}
        refusal={runs.length < 2 ? trans.__('Fewer than two have run') : null}
        onRun={() => onCompare(runs)}
        tools={tools}
      />
      <Grid
        label={trans.__('Executions of the sweep')}
        columns={[
          trans.__('execution'),
          ...varied.map(header),
          trans.__('status'),
          trans.__('took'),
          ...given.map(header)
        ]}
        rows={rows.map(one => [
          <Press
            key="ref"
            isQuiet
            label={one.ref.slice(-6)}
            title={one.ref}
            onPress={() => onOpen(one.ref)}
          />,
          ...varied.map(name => valueOf(one.parameters[name])),
          <span key="status" className="jp-Mlops-line">
            <Mark {...markOf(one.status, trans)} />
            {statusName(one.status, trans)}
          </span>,
          <Took key="took" of={one} since={model.answeredAt} />,
          ...given.map(name => valueOf(outputsOf(one)[name]))
        ])}
      />
    </>
  );
}

/** Name the parameters that are not the same in all. */
export function variedOf(executions: readonly Execution[]): readonly string[] {
  const names = [...new Set(executions.flatMap(({ parameters }) => Object.keys(parameters)))];
  return names.filter(
    name => new Set(executions.map(one => JSON.stringify(one.parameters[name]))).size > 1
  );
}

/** What its steps gave, by name; a later step's value stands for an earlier one's of the same name. */
export function outputsOf({ steps }: Execution): Readonly<Record<string, unknown>> {
  return Object.assign({}, ...steps.map(({ outputs }) => outputs)) as Record<string, unknown>;
}

function sorted(executions: readonly Execution[], order: IOrder): readonly Execution[] {
  const keyed = executions.map(one => ({
    one,
    key: one.parameters[order.column] ?? outputsOf(one)[order.column]
  }));
  const way = order.isDown ? -1 : 1;
  return keyed.sort((a, b) => way * compared(a.key, b.key)).map(({ one }) => one);
}

/** Order numbers as numbers, the rest as text; what is not there comes last. */
function compared(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') {
    return one - other;
  }
  return String(one ?? '\uFFFF').localeCompare(String(other ?? '\uFFFF'));
}
