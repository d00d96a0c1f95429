import React from 'react';
import type { CellRun, StepRun } from '../api/contract';
import { Press } from '../components/action';
import { Elapsed } from '../components/elapsed';
import { Facts } from '../components/facts';
import { anchorOf } from '../components/graph';
import { Grid } from '../components/grid';
import { Mark, markOf, statusName } from '../components/mark';
import type { ITools } from '../components/tools';
import { cellsOf, isRunning, labelOf } from '../model/execution';
import { Took, valueOf } from '../sections/executions';
import { brief, clean, lasting } from '../text';

/** One step of an execution: how it stands, what went in and out, and its cells one by one. */
export function Step({ step, since, onOutput, tools }: Step.IProps): JSX.Element {
  const { trans } = tools;
  const name = brief(labelOf(step));
  const share = cellsOf(step);
  return (
    <section className="jp-Mlops-step" id={anchorOf(step.name)} aria-label={name}>
      <h3 className="jp-Mlops-line jp-Mlops-heading">
        <Mark {...markOf(step.status, trans)} />
        <span className="jp-Mlops-name">{name}</span>
        <span className="jp-Mlops-quiet">{toldOf(step, trans)}</span>
        <span className="jp-Mlops-aside">
          <Took of={step} since={since} />
        </span>
      </h3>
      {step.reason && (
        <p className="jp-Mlops-note" role={step.status === 'failed' ? 'alert' : undefined}>
          {clean(step.reason)}
        </p>
      )}
      <div className="jp-Mlops-sides">
        <Values label={trans.__('Parameters')} of={step.parameters} />
        <Values label={trans.__('Outputs')} of={step.outputs} />
      </div>
      {step.output && (
        <Press
          isQuiet
          label={trans.__('Open notebook')}
          title={brief(step.output)}
          onPress={() => onOutput(step.output)}
        />
      )}
      {step.cells.length > 0 && (
        <details className="jp-Mlops-fold" open={step.status !== 'succeeded'}>
          <summary>{trans.__('%1 of %2 cells done', share.done, share.total)}</summary>
          <Cells step={step} since={since} label={trans.__('Cells of %1', name)} tools={tools} />
        </details>
      )}
    </section>
  );
}

export namespace Step {
  export interface IProps {
    readonly step: StepRun;
    /** When the server said so. */
    readonly since: Date | null;
    readonly onOutput: (path: string) => void;
    readonly tools: ITools;
  }
}

/** Say what a step is, how it stands, and how often it was tried. */
function toldOf(step: StepRun, trans: ITools['trans']): string {
  const kinds = {
    notebook: trans.__('notebook'),
    verb: trans.__('verb'),
    approval: trans.__('approval')
  };
  const after = step.needs.length > 0 ? trans.__('after %1', step.needs.map(brief).join(', ')) : '';
  const attempt = step.attempt > 1 ? trans.__('attempt %1', step.attempt) : '';
  const parts = [kinds[step.kind], statusName(step.status, trans), attempt, after, step.run ?? ''];
  return parts.filter(Boolean).join(' · ');
}

function Values(props: { label: string; of: Readonly<Record<string, unknown>> }) {
  const values = Object.entries(props.of);
  return values.length === 0 ? null : (
    <div>
      <div className="jp-Mlops-quiet">{props.label}</div>
      <Facts
        label={props.label}
        facts={values.map(([name, value]) => [brief(name), valueOf(value)] as const)}
      />
    </div>
  );
}

function Cells(props: {
  step: StepRun;
  since: Date | null;
  label: string;
  tools: ITools;
}): JSX.Element {
  const { step, since, label, tools } = props;
  const { trans } = tools;
  const longest = Math.max(0, ...step.cells.map(cell => cell.duration_s ?? 0));
  return (
    <Grid
      label={label}
      columns={[trans.__('cell'), trans.__('what'), trans.__('status'), trans.__('took')]}
      rows={step.cells.map(cell => [
        `[${cell.number}]`,
        brief(cell.label),
        <span key="status" className="jp-Mlops-line">
          <Mark {...markOf(cell.status, trans)} />
          {statusName(cell.status, trans)}
        </span>,
        <Timing key="took" cell={cell} step={step} since={since} longest={longest} />
      ])}
    />
  );
}

function Timing(props: {
  cell: CellRun;
  step: StepRun;
  since: Date | null;
  longest: number;
}): JSX.Element | null {
  const { cell, step, since, longest } = props;
  if (cell.status === 'running' && isRunning(step)) {
    return <Elapsed seconds={soFar(cell, step)} since={since} isRunning />;
  }
  return cell.duration_s === null ? null : (
    <span className="jp-Mlops-timing">
      <span className="jp-Mlops-elapsed">{lasting(cell.duration_s)}</span>
      <span
        className="jp-Mlops-bar"
        style={{ width: `${Math.round((60 * cell.duration_s) / (longest || 1))}px` }}
      />
    </span>
  );
}

/** How long a cell had run when the server spoke: both times are on the server's own clock. */
function soFar(cell: CellRun, step: StepRun): number {
  if (!cell.started_at || !step.started_at || step.duration_s === null) {
    return 0;
  }
  const later = new Date(cell.started_at).getTime() - new Date(step.started_at).getTime();
  return Math.max(0, step.duration_s - later / 1000);
}
