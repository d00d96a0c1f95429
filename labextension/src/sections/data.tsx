import React from 'react';
import type { Snapshot } from '../api/contract';
import { Action } from '../components/action';
import { Empty } from '../components/empty';
import { Entry } from '../components/entry';
import { Facts } from '../components/facts';
import { List } from '../components/list';
import type { Mark } from '../components/mark';
import { Search } from '../components/search';
import type { ITools } from '../components/tools';
import { lineOf, variableOf } from '../line';
import type { Listing } from '../model/listing';
import { ago, brief, clean, size } from '../text';
import { Pane } from './frame';

const ROW = 44;

type Rows = Pane.IState & Pick<Listing<Snapshot>, 'rows' | 'more' | 'hasMore'>;

/** The datasets; the versions of the chosen one; what can be done with the chosen version. */
export function Data(props: Data.IProps): JSX.Element {
  const { datasets, versions, dataset, looked, filter, onFilter, onOpen, onLook, tools } = props;
  const { trans } = tools;
  const matches = datasets.rows.filter(row =>
    row.dataset.toLowerCase().includes(filter.toLowerCase())
  );
  const shown = versions.rows.find(({ ref }) => ref === looked);
  return (
    <>
      <Search value={filter} label={trans.__('Find a dataset')} onSearch={onFilter} />
      <Pane of={datasets} tools={tools}>
        {() => (
          <>
            {matches.length === 0 && !datasets.hasMore && <None filter={filter} tools={tools} />}
            <Snapshots
              label={trans.__('Datasets')}
              rows={matches}
              of={datasets}
              nameOf={row => row.dataset}
              chosen={dataset}
              onChoose={row => onOpen(row.dataset === dataset ? '' : row.dataset)}
              trans={trans}
            />
          </>
        )}
      </Pane>
      {dataset && (
        <section className="jp-Mlops-details" aria-label={brief(dataset)}>
          <Pane of={versions} tools={tools}>
            {() => (
              <Snapshots
                label={trans.__('Versions of %1', brief(dataset))}
                rows={versions.rows}
                of={versions}
                nameOf={row => row.ref}
                chosen={looked}
                onChoose={row => onLook(row.ref === looked ? '' : row.ref)}
                trans={trans}
              />
            )}
          </Pane>
          {shown && <Details {...props} snapshot={shown} />}
        </section>
      )}
    </>
  );
}

export namespace Data {
  export interface IProps {
    readonly datasets: Rows;
    readonly versions: Rows;
    readonly filter: string;
    /** Name of the dataset whose versions are shown. */
    readonly dataset: string;
    /** Reference of the version whose details are shown. */
    readonly looked: string;
    readonly onFilter: (text: string) => void;
    readonly onOpen: (name: string) => void;
    readonly onLook: (ref: string) => void;
    readonly onLoad: (line: string) => void;
    /** Open the page of a version. */
    readonly onPage: (snapshot: Snapshot) => void;
    readonly onDiff: (before: string, after: string) => void;
    readonly tools: ITools;
  }
}

function Snapshots(props: {
  label: string;
  rows: readonly Snapshot[];
  of: Rows;
  nameOf: (row: Snapshot) => string;
  chosen: string;
  onChoose: (row: Snapshot) => void;
  trans: ITools['trans'];
}): JSX.Element {
  const { label, rows, of, nameOf, chosen, onChoose, trans } = props;
  return (
    <List
      count={rows.length}
      height={ROW}
      label={label}
      keyOf={index => rows[index]?.ref ?? String(index)}
      onEnd={() => void of.more()}
      loaded={of.rows.length}
      row={index => {
        const row = rows[index] as Snapshot;
        return (
          <Entry
            name={brief(nameOf(row))}
            aside={`${row.rows.toLocaleString()} × ${row.columns.toLocaleString()}`}
            below={[
              `@${row.version}`,
              size(row.size_bytes),
              brief(row.actor),
              ago(row.created_at, new Date())
            ].join(' · ')}
            mark={contractOf(row, trans) ?? undefined}
            badges={row.newer.length > 0 ? [trans.__('stale')] : []}
            isChosen={nameOf(row) === chosen}
            onChoose={() => onChoose(row)}
          />
        );
      }}
    />
  );
}

function Details(props: Data.IProps & { snapshot: Snapshot }): JSX.Element {
  const { snapshot, versions, onLoad, onPage, onDiff, tools } = props;
  const { trans } = tools;
  const before = versions.rows.find(({ version }) => version < snapshot.version)?.ref;
  const line = `${variableOf(snapshot.ref)} = ${lineOf('load', { ref: snapshot.ref })}`;
  return (
    <>
      <Facts
        label={trans.__('Snapshot')}
        facts={[
          [trans.__('made by'), brief(snapshot.actor)],
          [trans.__('when'), new Date(snapshot.created_at).toLocaleString()],
          [trans.__('contract'), contractOf(snapshot, trans)?.label ?? ''],
          [trans.__('digest'), snapshot.digest.slice(0, 12)],
          [trans.__('note'), clean(snapshot.note)]
        ]}
      />
      <Action
        label={trans.__('Load here')}
        line={line}
        refusal={tools.insert ? null : trans.__('Open a notebook first')}
        onRun={() => onLoad(line)}
        tools={tools}
      />
      {before !== undefined && (
        <Action
          label={trans.__('Diff…')}
          line={lineOf('diff', { before, after: snapshot.ref })}
          onRun={() => onDiff(before, snapshot.ref)}
          tools={tools}
        />
      )}
      <Action
        label={trans.__('Open page')}
        line={lineOf('profile', { subject: snapshot.ref })}
        onRun={() => onPage(snapshot)}
        tools={tools}
      />
    </>
  );
}

/** How a version kept its dataset's contract when it was made; null where there was none. */
export function contractOf(
  { breaches }: Pick<Snapshot, 'breaches'>,
  trans: ITools['trans']
): Mark.IProps | null {
  if (breaches === null || breaches === undefined) {
    return null;
  }
  return breaches === 0
    ? { state: 'ok', label: trans.__('keeps its contract') }
    : {
        state: 'failed',
        label: trans._n(
          '%1 finding against its contract',
          '%1 findings against its contract',
          breaches
        )
      };
}

/** Name the columns that look personal, and what they seem to hold. */
export function personalOf(snapshot: Snapshot | null, trans: ITools['trans']): string {
  if (!snapshot) {
    return '';
  }
  const columns = snapshot.personal.map(({ column, kind, inside }) =>
    brief(`${column} (${kind === 'text' ? ['text', ...inside].join(', ') : kind})`)
  );
  return columns.join(', ') || trans.__('nothing was found');
}

function None({ filter, tools }: { filter: string; tools: ITools }): JSX.Element {
  const { trans } = tools;
  return filter ? (
    <p className="jp-Mlops-note" role="status">
      {trans.__('No dataset is called %1.', brief(filter))}
    </p>
  ) : (
    <Empty
      title={trans.__('No datasets yet. Keep a DataFrame of yours as it is:')}
      lines={['%mlops snapshot df customers']}
      tools={tools}
    />
  );
}
