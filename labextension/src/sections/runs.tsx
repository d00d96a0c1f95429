import React from 'react';
import type { Run } from '../api/contract';
import { VERBS } from '../api/verbs';
import { Action, Press } from '../components/action';
import { Empty } from '../components/empty';
import { Entry } from '../components/entry';
import { Facts } from '../components/facts';
import { List } from '../components/list';
import { Search } from '../components/search';
import { Sparkline } from '../components/sparkline';
import type { ITools } from '../components/tools';
import { lineOf } from '../line';
import type { Listing } from '../model/listing';
import { ago, brief, clean, digits } from '../text';
import { Pane } from './frame';

const ROW = 44;
const SPARKS = 3;
const DRAWN = 40;
const UNASKED = /^training_|^duration_s$/;
const MARKS = { running: 'info', finished: 'ok', failed: 'failed', killed: 'warning' } as const;

/** The runs, newest first: search them, look at one, choose some to compare. */
export function Runs(props: Runs.IProps): JSX.Element {
  const { listing, chosen, looked, onChoose, onLook, onCompare, tools } = props;
  const { trans } = tools;
  const { rows, query } = listing;
  const main = mainMetrics(rows);
  const shown = rows.find(run => run.id === looked);
  return (
    <>
      <Search
        value={query}
        label={trans.__('Search runs: a name, or metrics.auc > 0.9')}
        onSearch={text => listing.search(text)}
      />
      <Pane of={listing} tools={tools}>
        {() => (
          <>
            {rows.length === 0 && <None query={query} tools={tools} />}
            <Sparks runs={rows} metrics={main} trans={trans} />
            <List
              count={rows.length}
              height={ROW}
              label={trans.__('Runs')}
              keyOf={index => rows[index]?.id ?? String(index)}
              onEnd={() => void listing.more()}
              loaded={rows.length}
              row={index => (
                <Row
                  run={rows[index] as Run}
                  metric={main[0]}
                  isLooked={rows[index]?.id === looked}
                  isChosen={chosen.includes(rows[index]?.id ?? '')}
                  onLook={onLook}
                  onChoose={onChoose}
                  tools={tools}
                />
              )}
            />
          </>
        )}
      </Pane>
      {VERBS.compare && chosen.length > 0 && (
        <Compare chosen={chosen} onCompare={onCompare} onChoose={onChoose} tools={tools} />
      )}
      {shown && <Details run={shown} tools={tools} />}
    </>
  );
}

export namespace Runs {
  export interface IProps {
    readonly listing: Pane.IState &
      Pick<Listing<Run>, 'rows' | 'query' | 'search' | 'more' | 'hasMore'>;
    /** Ids of the runs to compare. */
    readonly chosen: readonly string[];
    /** Id of the run whose details are shown. */
    readonly looked: string;
    readonly onChoose: (id: string) => void;
    readonly onLook: (id: string) => void;
    readonly onCompare: (ids: readonly string[]) => void;
    readonly tools: ITools;
  }
}

/** Name the metrics that most runs have; those that are logged unasked only where there are no others. */
export function mainMetrics(runs: readonly Run[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of runs.slice(0, DRAWN).flatMap(run => Object.keys(run.metrics))) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const names = [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
  const meant = names.filter(name => !UNASKED.test(name));
  return (meant.length > 0 ? meant : names).slice(0, SPARKS);
}

/** Name a run as every face does. */
export function refOf(id: string): string {
  return `@${id.slice(0, 8)}`;
}

interface IRowProps {
  readonly run: Run;
  readonly metric: string | undefined;
  readonly isLooked: boolean;
  readonly isChosen: boolean;
  readonly onLook: (id: string) => void;
  readonly onChoose: (id: string) => void;
  readonly tools: ITools;
}

function Row({ run, metric, isLooked, isChosen, onLook, onChoose, tools }: IRowProps) {
  const { trans } = tools;
  const value = metric === undefined ? undefined : run.metrics[metric];
  const name = brief(run.name);
  return (
    <Entry
      name={name}
      aside={value === undefined ? '' : digits(value)}
      below={`${refOf(run.id)} · ${ago(run.started_at, new Date())}${took(run)}`}
      isChosen={isLooked}
      onChoose={() => onLook(isLooked ? '' : run.id)}
      mark={{ state: MARKS[run.status], label: run.status }}
      check={
        <input
          type="checkbox"
          aria-label={trans.__('Compare %1 %2', name, refOf(run.id))}
          checked={isChosen}
          onChange={() => onChoose(run.id)}
        />
      }
    />
  );
}

function took(run: Run): string {
  return run.duration_s === null ? '' : ` · ${digits(run.duration_s)} s`;
}

function Sparks(props: {
  runs: readonly Run[];
  metrics: readonly string[];
  trans: ITools['trans'];
}) {
  const recent = props.runs.slice(0, DRAWN).reverse();
  const drawn = props.metrics
    .map(name => ({ name, values: recent.flatMap(run => run.metrics[name] ?? []).map(Number) }))
    .filter(({ values }) => values.length > 1);
  return drawn.length === 0 ? null : (
    <div className="jp-Mlops-sparks">
      {drawn.map(({ name, values }) => (
        <span key={name} className="jp-Mlops-tile" title={brief(name)}>
          <span className="jp-Mlops-quiet">{brief(name)}</span>
          <Sparkline
            values={values}
            label={props.trans.__('%1 over the last %2 runs', brief(name), values.length)}
          />
          <span>{digits(values[values.length - 1])}</span>
        </span>
      ))}
    </div>
  );
}

function None({ query, tools }: { query: string; tools: ITools }): JSX.Element {
  const { trans } = tools;
  return query ? (
    <p className="jp-Mlops-note" role="status">
      {trans.__('No run matches %1.', brief(query))}
    </p>
  ) : (
    <Empty
      title={trans.__('No runs yet. Put this on top of a cell that trains a model, and run it:')}
      lines={['%%mlops record']}
      tools={tools}
    />
  );
}

function Compare(props: Pick<Runs.IProps, 'chosen' | 'onCompare' | 'onChoose' | 'tools'>) {
  const { chosen, onCompare, onChoose, tools } = props;
  const { trans } = tools;
  const reason = chosen.length < 2 ? trans.__('Choose two runs or more') : null;
  return (
    <div className="jp-Mlops-foot">
      <Action
        label={trans._n('Compare %1 run', 'Compare %1 runs', chosen.length)}
        line={lineOf('compare', comparing(chosen))}
        refusal={reason}
        onRun={() => onCompare(chosen)}
        tools={tools}
      />
      <Press isQuiet label={trans.__('Choose none')} onPress={() => onChoose('')} />
    </div>
  );
}

/** Write the runs as the arguments of `compare`, whose last word takes all that are left. */
export function comparing(ids: readonly string[]): Record<string, string | string[]> {
  const refs = ids.map(refOf);
  const words = VERBS.compare?.words ?? [];
  return Object.fromEntries(
    words
      .map((word, index): [string, string | string[]] => {
        const isLast = index === words.length - 1 && index !== 1;
        return [word, isLast ? refs.slice(index) : (refs[index] ?? '')];
      })
      .filter(([, value]) => value.length > 0)
  );
}

function Details({ run, tools }: { run: Run; tools: ITools }): JSX.Element {
  const { trans } = tools;
  const tag = (name: string) => clean(run.tags[`jupyter_mlops.${name}`] ?? '');
  const numbers = Object.entries(run.metrics)
    .sort(([one], [other]) => Number(UNASKED.test(one)) - Number(UNASKED.test(other)))
    .map(([name, value]) => [brief(name), digits(value)] as const);
  const params = Object.entries(run.params).map(
    ([name, value]) => [brief(name), brief(value)] as const
  );
  return (
    <section className="jp-Mlops-details" aria-label={brief(run.name)}>
      <Action
        label={trans.__('Show')}
        line={lineOf('show', { ref: refOf(run.id) })}
        tools={tools}
      />
      <Facts
        label={trans.__('Run')}
        facts={[
          [trans.__('notebook'), tag('notebook')],
          [trans.__('data'), tag('snapshots')],
          [trans.__('commit'), tag('git.commit').slice(0, 8)],
          [trans.__('by'), tag('actor')]
        ]}
      />
      <Facts label={trans.__('Metrics')} facts={numbers} />
      <Facts label={trans.__('Parameters')} facts={params} />
    </section>
  );
}
