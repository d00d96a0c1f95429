import React from 'react';
import type { ModelVersion } from '../api/contract';
import { Action } from '../components/action';
import { Empty } from '../components/empty';
import { Entry } from '../components/entry';
import { Facts } from '../components/facts';
import { List } from '../components/list';
import { Search } from '../components/search';
import type { ITools } from '../components/tools';
import { lineOf } from '../line';
import type { Listing } from '../model/listing';
import { ago, brief, clean } from '../text';
import { Pane } from './frame';

const ROW = 44;

/** The model versions, newest first, and what can be done with the chosen one. */
export function Models(props: Models.IProps): JSX.Element {
  const { listing, filter, looked, onFilter, onLook, tools } = props;
  const { trans } = tools;
  const rows = listing.rows.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()));
  const shown = rows.find(({ ref }) => ref === looked);
  return (
    <>
      <Search value={filter} label={trans.__('Find a model')} onSearch={onFilter} />
      <Pane of={listing} tools={tools}>
        {() => (
          <>
            {rows.length === 0 && !listing.hasMore && <None filter={filter} tools={tools} />}
            <List
              count={rows.length}
              height={ROW}
              label={trans.__('Model versions')}
              keyOf={index => rows[index]?.ref ?? String(index)}
              onEnd={() => void listing.more()}
              loaded={listing.rows.length}
              row={index => {
                const version = rows[index] as ModelVersion;
                return (
                  <Entry
                    name={brief(version.ref)}
                    badges={version.aliases.map(brief)}
                    below={belowOf(version)}
                    isChosen={version.ref === looked}
                    onChoose={() => onLook(version.ref === looked ? '' : version.ref)}
                  />
                );
              }}
            />
          </>
        )}
      </Pane>
      {shown && <Details {...props} version={shown} />}
    </>
  );
}

export namespace Models {
  export interface IProps {
    readonly listing: Pane.IState & Pick<Listing<ModelVersion>, 'rows' | 'more' | 'hasMore'>;
    readonly filter: string;
    /** Reference of the version whose details are shown. */
    readonly looked: string;
    readonly onFilter: (text: string) => void;
    readonly onLook: (ref: string) => void;
    readonly onPromote: (version: ModelVersion) => void;
    readonly onRollback: (version: ModelVersion) => void;
    readonly onOpen: (name: string) => void;
    /** Why a verb may not be called, or null. */
    readonly refusal: (verb: string) => string | null;
    readonly tools: ITools;
  }
}

function belowOf(version: ModelVersion): string {
  const estimator = brief(version.tags['jupyter_mlops.class'] ?? '')
    .split('.')
    .pop();
  return [estimator, version.run, ago(version.created_at, new Date())].filter(Boolean).join(' · ');
}

function Details(props: Models.IProps & { version: ModelVersion }): JSX.Element {
  const { version, onPromote, onRollback, onOpen, refusal, tools } = props;
  const { trans } = tools;
  const isChampion = version.aliases.includes('champion');
  return (
    <section className="jp-Mlops-details" aria-label={brief(version.ref)}>
      <Facts
        label={trans.__('Model version')}
        facts={[
          [trans.__('run'), brief(version.run ?? '')],
          [trans.__('data'), brief(version.tags['jupyter_mlops.snapshots'] ?? '')],
          [trans.__('note'), clean(version.tags['jupyter_mlops.note'] ?? '')]
        ]}
      />
      {!isChampion && (
        <Action
          label={trans.__('Promote')}
          line={lineOf('promote', { version: version.ref })}
          refusal={refusal('promote')}
          onRun={() => onPromote(version)}
          tools={tools}
        />
      )}
      {isChampion && (
        <Action
          label={trans.__('Roll back')}
          line={lineOf('rollback', { name: version.name })}
          refusal={refusal('rollback')}
          onRun={() => onRollback(version)}
          tools={tools}
        />
      )}
      <Action
        label={trans.__('Open page')}
        line={lineOf('models', { name: version.name })}
        onRun={() => onOpen(version.name)}
        tools={tools}
      />
    </section>
  );
}

function None({ filter, tools }: { filter: string; tools: ITools }): JSX.Element {
  const { trans } = tools;
  return filter ? (
    <p className="jp-Mlops-note" role="status">
      {trans.__('No model is called %1.', brief(filter))}
    </p>
  ) : (
    <Empty
      title={trans.__('No models yet. Register an estimator that you have fitted:')}
      lines={['%mlops register model churn']}
      tools={tools}
    />
  );
}
