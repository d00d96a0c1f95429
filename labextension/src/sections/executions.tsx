import React from 'react';
import type { Execution, StepRun } from '../api/contract';
import { Action } from '../components/action';
import { Elapsed } from '../components/elapsed';
import { Empty } from '../components/empty';
import { Entry } from '../components/entry';
import { Facts } from '../components/facts';
import { List } from '../components/list';
import { markOf, statusName } from '../components/mark';
import { Strip } from '../components/strip';
import type { ITools } from '../components/tools';
import { lineOf } from '../line';
import { isRunning, labelOf, partsOf, shareOf, titleOf } from '../model/execution';
import type { Listing } from '../model/listing';
import { ago, brief, clean, digits } from '../text';
import { Deeds, type IHands } from './deeds';
import { Pane } from './frame';

const ROW = 44;

/** The executions, newest first, as they go on; what can be done with the chosen one. */
export function Executions(props: Executions.IProps): JSX.Element {
  const { listing, filter, looked, onLook, tools } = props;
  const { trans } = tools;
  const rows = listing.rows.filter(row =>
    titleOf(row).toLowerCase().includes(filter.toLowerCase())
  );
  const shown = rows.find(({ ref }) => ref === looked);
  return (
    <>
      <Pane of={listing} tools={tools}>
        {() => (
          <>
            {rows.length === 0 && !listing.hasMore && <None filter={filter} tools={tools} />}
            <List
              count={rows.length}
              height={ROW}
              label={trans.__('Executions')}
              keyOf={index => rows[index]?.ref ?? String(index)}
              onEnd={() => void listing.more()}
              loaded={listing.rows.length}
              row={index => (
                <Row
                  execution={rows[index] as Execution}
                  since={listing.answeredAt}
                  isLooked={rows[index]?.ref === looked}
                  onLook={onLook}
                  trans={trans}
                />
              )}
            />
          </>
        )}
      </Pane>
      {shown && <Details {...props} execution={shown} />}
    </>
  );
}

export namespace Executions {
  export interface IProps {
    readonly listing: Pane.IState & Pick<Listing<Execution>, 'rows' | 'more' | 'hasMore'>;
    readonly filter: string;
    /** Reference of the execution whose details are shown. */
    readonly looked: string;
    readonly hands: IHands;
    readonly onLook: (ref: string) => void;
    readonly onOpen: (ref: string) => void;
    readonly onSweep: (parent: string) => void;
    readonly tools: ITools;
  }
}

type Timed = Pick<Execution | StepRun, 'status' | 'duration_s'>;

/** How long it took, or has taken so far; nothing before it began. */
export function Took(props: { of: Timed; since: Date | null }): JSX.Element | null {
  const { of, since } = props;
  return of.duration_s === null ? null : (
    <Elapsed seconds={of.duration_s} since={since} isRunning={isRunning(of)} />
  );
}

function Row(props: {
  execution: Execution;
  since: Date | null;
  isLooked: boolean;
  onLook: (ref: string) => void;
  trans: ITools['trans'];
}): JSX.Element {
  const { execution, since, isLooked, onLook, trans } = props;
  const said = saidOf(execution, trans);
  return (
    <Entry
      name={brief(titleOf(execution))}
      aside={<Took of={execution} since={since} />}
      below={[said, ago(execution.created_at, new Date())].join(' · ')}
      strip={<Strip steps={partsOf(execution)} label={said} />}
      isChosen={isLooked}
      onChoose={() => onLook(isLooked ? '' : execution.ref)}
      mark={markOf(execution.status, trans)}
    />
  );
}

/** Say how much of it is done. */
function saidOf(execution: Execution, trans: ITools['trans']): string {
  const { done, total, ofCells } = shareOf(execution);
  if (ofCells) {
    return trans.__('%1 of %2 cells', done, total);
  }
  return total === 1
    ? statusName(execution.steps[0]?.status ?? '', trans)
    : trans.__('%1 of %2 steps', done, total);
}

function Details(props: Executions.IProps & { execution: Execution }): JSX.Element {
  const { execution, hands, onOpen, onSweep, tools } = props;
  const { trans } = tools;
  const { ref, parent } = execution;
  return (
    <section className="jp-Mlops-details" aria-label={trans.__('Execution %1', ref)}>
      <Deeds execution={execution} hands={hands} tools={tools} />
      <Action
        label={trans.__('Open page')}
        line={lineOf('follow', { ref })}
        onRun={() => onOpen(ref)}
        tools={tools}
      />
      {parent && (
        <Action
          label={trans.__('Open sweep')}
          line={lineOf('executions', { parent })}
          onRun={() => onSweep(parent)}
          tools={tools}
        />
      )}
      <Facts label={trans.__('Execution')} facts={factsOf(execution, trans)} />
    </section>
  );
}

/** What is known of an execution, besides its steps. */
export function factsOf(
  execution: Execution,
  trans: ITools['trans']
): (readonly [string, string])[] {
  const { kind, what, reference, slot } = execution.cause;
  const cause = [kind === 'manual' ? '' : kind, what, reference || slot].filter(Boolean).join(' ');
  const going = execution.steps.filter(isRunning).map(step => `${labelOf(step)}: ${atOf(step)}`);
  return [
    [trans.__('status'), statusName(execution.status, trans)],
    [trans.__('now'), brief(going.join(', '))],
    [trans.__('reason'), clean(execution.reason)],
    [trans.__('execution'), execution.ref],
    [trans.__('asked by'), brief(execution.actor)],
    [trans.__('because of'), brief(cause)],
    [trans.__('schedule'), brief(execution.schedule ?? '')],
    [trans.__('run'), brief(execution.run ?? '')],
    [trans.__('commit'), brief(execution.revision)],
    ...Object.entries(execution.parameters).map(
      ([name, value]) => [brief(name), valueOf(value)] as const
    )
  ];
}

/** Write a parameter or an output for a reader. */
export function valueOf(value: unknown): string {
  return typeof value === 'number' ? digits(value) : brief(value ?? '–');
}

/** Say at which cell a step is. */
function atOf(step: Execution['steps'][number]): string {
  const cell = step.cells.find(({ status }) => status === 'running');
  return cell ? `[${cell.number}] ${cell.label}` : step.status;
}

function None({ filter, tools }: { filter: string; tools: ITools }): JSX.Element {
  const { trans } = tools;
  return filter ? (
    <p className="jp-Mlops-note" role="status">
      {trans.__('No execution is of %1.', brief(filter))}
    </p>
  ) : (
    <Empty
      title={trans.__('No executions yet. Run a notebook as a whole, here or in a worker:')}
      lines={['%mlops run train.ipynb', '%mlops run train.ipynb --detach']}
      tools={tools}
    />
  );
}
