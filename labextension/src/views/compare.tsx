import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import React from 'react';
import type { IComparison, IRow } from '../api/contract';
import { Action } from '../components/action';
import { Diff } from '../components/diff';
import { Grid } from '../components/grid';
import type { ITools } from '../components/tools';
import { Pane } from '../sections/frame';
import { brief, clean, digits } from '../text';
import { curves, differs, inkOf } from './figures';
import { parallel } from './parallel';
import { Plot } from './plot';

/** Runs side by side: what went in, what came out, and where they differ. */
export function Compare({ model, line, rendermime, tools }: Compare.IProps): JSX.Element {
  const { trans } = tools;
  return (
    <article className="jp-Mlops-page" aria-label={trans.__('Comparison of runs')}>
      <Action label={trans.__('Compare')} line={line} tools={tools} />
      <Pane of={model} tools={tools}>
        {() => model.answer && <Sides of={model.answer} rendermime={rendermime} tools={tools} />}
      </Pane>
    </article>
  );
}

export namespace Compare {
  export interface IProps {
    readonly model: Pane.IState<IComparison>;
    readonly line: string;
    readonly rendermime: Pick<IRenderMimeRegistry, 'mimeTypes' | 'createRenderer'>;
    readonly tools: ITools;
  }
}

function Sides(props: {
  of: IComparison;
  rendermime: Compare.IProps['rendermime'];
  tools: ITools;
}): JSX.Element {
  const { of, rendermime, tools } = props;
  const { trans } = tools;
  const ink = inkOf(document.body);
  const names = of.runs.map(run =>
    typeof run === 'string' ? brief(run) : `${brief(run.name)} @${run.id.slice(0, 8)}`
  );
  const lines = parallel(of, names, ink);
  return (
    <>
      {lines && (
        <Plot
          figure={lines}
          label={trans.__('Parallel coordinates of parameters and metrics')}
          rendermime={rendermime}
        />
      )}
      <Table title={trans.__('Metrics')} names={names} rows={of.metrics} tools={tools} />
      <div className="jp-Mlops-plots">
        {curves(of.curves, ink).map(([metric, figure]) => (
          <Plot
            key={metric}
            figure={figure}
            label={trans.__('Curves of %1', brief(metric))}
            rendermime={rendermime}
          />
        ))}
      </div>
      <Table title={trans.__('Parameters')} names={names} rows={of.params} tools={tools} />
      <Table title={trans.__('Origins')} names={names} rows={of.origins} tools={tools} />
      <h2 className="jp-Mlops-heading">{trans.__('Code')}</h2>
      {of.code ? (
        <Diff text={clean(of.code, 200_000)} label={trans.__('Difference of the code')} />
      ) : (
        <p className="jp-Mlops-note">{trans.__('The code is the same, or was not recorded.')}</p>
      )}
    </>
  );
}

function Table(props: {
  title: string;
  names: readonly string[];
  rows: readonly IRow[];
  tools: ITools;
}): JSX.Element {
  const { title, names, rows, tools } = props;
  const { trans } = tools;
  const cells = rows.map(row => [
    brief(row.name),
    ...row.values.map(value => (
      <span key="" data-differs={differs(row) || undefined}>
        {value === null || value === undefined ? '–' : digits(value)}
      </span>
    ))
  ]);
  return (
    <>
      <h2 className="jp-Mlops-heading">{title}</h2>
      {rows.length > 0 ? (
        <Grid columns={[trans.__('name'), ...names]} rows={cells} label={title} />
      ) : (
        <p className="jp-Mlops-note">{trans.__('None was recorded.')}</p>
      )}
    </>
  );
}
