import React from 'react';
import type { Approval } from '../api/contract';
import { Action } from '../components/action';
import { Empty } from '../components/empty';
import { Entry } from '../components/entry';
import { Facts } from '../components/facts';
import { Grid } from '../components/grid';
import { List } from '../components/list';
import type { Mark } from '../components/mark';
import type { ITools } from '../components/tools';
import { lineOf } from '../line';
import { ago, body, brief, clean } from '../text';
import { Deed, type IHands } from './deeds';
import { Pane } from './frame';

const ROW = 44;

/** What waits for approval, what became of the rest, and the votes on the chosen one. */
export function Approvals(props: Approvals.IProps): JSX.Element {
  const { inbox, looked, tools } = props;
  const { trans } = tools;
  const items = inbox.answer?.items ?? [];
  const open = items.filter(({ state }) => state === 'open');
  const over = items.filter(({ state }) => state !== 'open');
  const shown = items.find(({ ref }) => ref === looked);
  return (
    <Pane of={inbox} tools={tools}>
      {() => (
        <>
          {open.length > 0 ? (
            <Requests {...props} label={trans.__('Requests that wait')} items={open} />
          ) : (
            <Empty
              title={trans.__('Nothing waits for approval. Ask for one of a model version:')}
              lines={['%mlops request churn@2 --message "why"']}
              tools={tools}
            />
          )}
          {over.length > 0 && (
            <details className="jp-Mlops-fold">
              <summary>
                {trans._n('%1 settled request', '%1 settled requests', over.length)}
              </summary>
              <Requests {...props} label={trans.__('Settled requests')} items={over} />
            </details>
          )}
          {shown && <Details {...props} item={shown} />}
        </>
      )}
    </Pane>
  );
}

export namespace Approvals {
  export interface IProps {
    readonly inbox: Pane.IState<{ readonly items: readonly Approval[] }>;
    /** Id of the request whose details are shown. */
    readonly looked: string;
    readonly hands: IHands;
    readonly onLook: (ref: string) => void;
    /** Open what a request is about: its reference with its kind. */
    readonly onPick: (ref: string) => void;
    readonly tools: ITools;
  }
}

/** What a request is about, as people read it: `version:churn@3>champion` is churn@3 → champion. */
export function subjectOf({ subject }: Pick<Approval, 'subject'>): string {
  return brief(body(subject).replace('>', ' → '));
}

function Requests(
  props: Approvals.IProps & { label: string; items: readonly Approval[] }
): JSX.Element {
  const { label, items, looked, onLook, tools } = props;
  const { trans } = tools;
  return (
    <List
      count={items.length}
      height={ROW}
      label={label}
      keyOf={index => items[index]?.ref ?? String(index)}
      row={index => {
        const item = items[index] as Approval;
        const now = new Date();
        return (
          <Entry
            name={subjectOf(item)}
            aside={`${approvers(item).length}/${item.needed}`}
            below={
              item.state === 'open'
                ? trans.__('%1 · expires %2', brief(item.requester), ago(item.expires_at, now))
                : trans.__(
                    '%1 · %2 %3',
                    brief(item.requester),
                    stateOf(item, trans),
                    ago(item.settled_at ?? item.expires_at, now)
                  )
            }
            mark={markOf(item, trans)}
            isChosen={item.ref === looked}
            onChoose={() => onLook(item.ref === looked ? '' : item.ref)}
          />
        );
      }}
    />
  );
}

function Details(props: Approvals.IProps & { item: Approval }): JSX.Element {
  const { item, onPick, tools } = props;
  const { trans } = tools;
  return (
    <section className="jp-Mlops-details" aria-label={subjectOf(item)}>
      <Facts
        label={trans.__('Request')}
        facts={[
          [trans.__('asked by'), brief(`${item.requester} (${item.source})`)],
          [trans.__('why'), clean(item.message)],
          [trans.__('state'), stateOf(item, trans)],
          [trans.__('votes'), trans.__('%1 of %2', approvers(item).length, item.needed)],
          [trans.__('expires'), new Date(item.expires_at).toLocaleString()],
          [trans.__('used'), item.spent_at ? new Date(item.spent_at).toLocaleString() : '']
        ]}
      />
      {item.state === 'open' && <Votes {...props} />}
      {item.votes.length > 0 && (
        <Grid
          label={trans.__('Votes')}
          columns={[trans.__('who'), trans.__('decided'), trans.__('why'), trans.__('when')]}
          rows={item.votes.map(vote => [
            brief(`${vote.actor} (${vote.source})`),
            vote.decision === 'approve' ? trans.__('approved') : trans.__('denied'),
            clean(vote.comment),
            new Date(vote.at).toLocaleString()
          ])}
        />
      )}
      <Action
        label={trans.__('Open page')}
        line={lineOf('approvals', { about: body(item.subject).split(/[>/]/)[0] })}
        onRun={() => onPick(item.subject.split(/[>/]/)[0] ?? '')}
        tools={tools}
      />
    </section>
  );
}

/** The buttons to vote with; who asked may take it back instead. */
function Votes({ item, hands, tools }: Approvals.IProps & { item: Approval }): JSX.Element {
  const { trans } = tools;
  const isOwn = hands.actor.toLowerCase() === item.requester.toLowerCase();
  const reason = isOwn ? trans.__('You asked for it, so somebody else decides.') : null;
  const given = { ref: item.ref };
  const common = { given, reason, hands, tools };
  const [subject] = body(item.subject).split('>');
  return (
    <>
      {reason && <p className="jp-Mlops-note">{reason}</p>}
      <Deed verb="approve" label={trans.__('Approve…')} {...common} />
      <Deed verb="deny" label={trans.__('Deny…')} {...common} />
      {isOwn && item.subject.startsWith('version:') && (
        <Deed
          verb="request"
          given={{ subject, withdraw: true }}
          label={trans.__('Withdraw')}
          hands={hands}
          tools={tools}
        />
      )}
    </>
  );
}

function approvers({ votes }: Approval): readonly string[] {
  return votes.filter(({ decision }) => decision === 'approve').map(({ actor }) => actor);
}

function stateOf({ state }: Approval, trans: ITools['trans']): string {
  return {
    open: trans.__('open'),
    approved: trans.__('approved'),
    denied: trans.__('denied'),
    expired: trans.__('expired'),
    withdrawn: trans.__('withdrawn')
  }[state];
}

function markOf(item: Approval, trans: ITools['trans']): Mark.IProps {
  const label = stateOf(item, trans);
  switch (item.state) {
    case 'open':
      return { state: 'warning', sign: '?', label };
    case 'approved':
      return { state: 'ok', label };
    case 'denied':
      return { state: 'failed', label };
    default:
      return { state: 'info', sign: '–', label };
  }
}
