import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import type { Diff } from '../api/contract';
import { brief } from '../text';
import { Choice } from '../components/field';
import { Grid } from '../components/grid';

const MOST = 12;
const KINDS = ['changed', 'added', 'removed'] as const;

type Row = Diff['rows'][number];

/** Some rows that differ, a column for each column that changed, the changed cells marked. */
export function Sample({ of, trans }: Sample.IProps): JSX.Element {
  const [kind, setKind] = React.useState<string>('');
  const rows = of.rows.filter(({ change }) => !kind || change === kind);
  const columns = columnsOf(rows);
  const found = KINDS.reduce((sum, name) => sum + (!kind || kind === name ? of[name] : 0), 0);
  const names = {
    changed: trans.__('changed'),
    added: trans.__('added'),
    removed: trans.__('removed')
  };
  const kinds = KINDS.filter(name => of[name] > 0).map(name => [name, names[name]] as const);
  return (
    <>
      {kinds.length > 1 && (
        <div className="jp-Mlops-fields">
          <Choice
            label={trans.__('Show')}
            value={kind}
            choices={[['', trans.__('all')], ...kinds]}
            onChange={setKind}
          />
        </div>
      )}
      <p className="jp-Mlops-note" role="status">
        {trans.__('%1 of %2 rows, counted from 0.', rows.length, found.toLocaleString())}
      </p>
      <Grid
        label={trans.__('Rows that differ')}
        columns={[
          trans.__('row'),
          trans.__('change'),
          ...(of.by === 'key' ? [brief(of.key.join(', '))] : []),
          ...columns.map(name => brief(name))
        ]}
        rows={rows.map(row => [
          placeOf(row),
          <span key="change" className="jp-Mlops-badge" data-change={row.change}>
            {names[row.change]}
          </span>,
          ...(of.by === 'key' ? [brief(row.key)] : []),
          ...columns.map(name => <Cell key={name} row={row} column={name} />)
        ])}
      />
    </>
  );
}

export namespace Sample {
  export interface IProps {
    readonly of: Diff;
    readonly trans: TranslationBundle;
  }
}

/** Name the columns that most rows tell of. */
export function columnsOf(rows: readonly Row[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { column } of rows.flatMap(({ cells }) => cells)) {
    counts.set(column, (counts.get(column) ?? 0) + 1);
  }
  const names = [...counts.keys()];
  return names.sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0)).slice(0, MOST);
}

/** Where a row stands, before and after. */
export function placeOf({ row_before: before, row_after: after }: Row): string {
  const places = [before, after].filter(place => place !== null && place !== undefined);
  return [...new Set(places)].join(' → ');
}

function Cell({ row, column }: { row: Row; column: string }): JSX.Element | null {
  const cell = row.cells.find(item => item.column === column);
  if (!cell) {
    return null;
  }
  return row.change === 'changed' ? (
    <>
      <del className="jp-Mlops-was">{brief(cell.before)}</del>{' '}
      <ins className="jp-Mlops-is">{brief(cell.after)}</ins>
    </>
  ) : (
    <>{brief(cell.before || cell.after)}</>
  );
}
