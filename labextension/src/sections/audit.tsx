import React from 'react';
import type { AuditEvent } from '../api/contract';
import type { ICard } from '../card';
import { Action } from '../components/action';
import { Card } from '../components/card';
import { Entry } from '../components/entry';
import { Facts } from '../components/facts';
import { List } from '../components/list';
import type { ITools } from '../components/tools';
import { lineOf } from '../line';
import type { Listing } from '../model/listing';
import { ago, brief, clean } from '../text';
import { Pane } from './frame';

const ROW = 44;
const MARKS = { started: 'info', ok: 'ok', failed: 'failed', refused: 'warning' } as const;

/** The lines of the ledger, newest first, and the proof that nobody rewrote them. */
export function Audit(props: Audit.IProps): JSX.Element {
  const { listing, proof, looked, onLook, onVerify, tools } = props;
  const { trans, copy } = tools;
  const rows = told(listing.rows);
  const shown = rows.find(({ seq }) => String(seq) === looked);
  return (
    <>
      <Action
        label={proof.isBusy ? trans.__('Verifying…') : trans.__('Verify')}
        line={lineOf('audit', { verify: true })}
        refusal={proof.isBusy ? trans.__('It is being read') : null}
        onRun={onVerify}
        tools={tools}
      />
      {proof.answer && <Card card={verdict(proof.answer)} copy={copy} trans={trans} />}
      <Pane of={listing} tools={tools}>
        {() => (
          <List
            count={rows.length}
            height={ROW}
            label={trans.__('Lines of the ledger')}
            keyOf={index => String(rows[index]?.seq ?? index)}
            onEnd={() => void listing.more()}
            loaded={listing.rows.length}
            row={index => {
              const event = rows[index] as AuditEvent;
              const key = String(event.seq);
              return (
                <Entry
                  name={[event.verb, touched(event)].filter(Boolean).join(' ')}
                  below={`${key} · ${brief(event.actor)} · ${ago(event.at, new Date())}`}
                  isChosen={key === looked}
                  onChoose={() => onLook(key === looked ? '' : key)}
                  mark={{ state: MARKS[event.outcome], label: event.outcome }}
                />
              );
            }}
          />
        )}
      </Pane>
      {shown && <Details event={shown} tools={tools} />}
    </>
  );
}

export namespace Audit {
  export interface IProps {
    readonly listing: Pane.IState & Pick<Listing<AuditEvent>, 'rows' | 'more' | 'hasMore'>;
    readonly proof: { readonly answer: ICard | null; readonly isBusy: boolean };
    /** Number of the line whose details are shown. */
    readonly looked: string;
    readonly onLook: (seq: string) => void;
    readonly onVerify: () => void;
    readonly tools: ITools;
  }
}

/** Keep what was proved: the lines themselves stand below. */
function verdict(card: ICard): ICard {
  return { ...card, columns: [], rows: [], next: [] };
}

/** Leave out the lines that announced what a later line tells the end of. */
export function told(events: readonly AuditEvent[]): readonly AuditEvent[] {
  const settled = new Set(events.map(({ intent }) => intent));
  return events.filter(({ seq }) => !settled.has(seq));
}

function touched(event: AuditEvent): string {
  const references = event.outputs.length > 0 ? event.outputs : event.inputs;
  return brief(references.map(body).join(', '));
}

/** Leave out the kind: `snapshot:customers@3` is shown as customers@3. */
function body(reference: string): string {
  return reference.slice(reference.indexOf(':') + 1);
}

function Details({ event, tools }: { event: AuditEvent; tools: ITools }): JSX.Element {
  const { trans } = tools;
  const about = [...event.outputs, ...event.inputs].map(body)[0];
  return (
    <section className="jp-Mlops-details" aria-label={trans.__('Line %1', event.seq)}>
      <Facts
        label={trans.__('Line %1', event.seq)}
        facts={[
          [trans.__('when'), new Date(event.at).toLocaleString()],
          [trans.__('who'), brief(`${event.actor} (${event.source}, ${event.face})`)],
          [trans.__('outcome'), `${event.phase}: ${event.outcome}`],
          [trans.__('why'), clean(event.arguments.note ?? event.reason ?? '')],
          [trans.__('read'), brief(event.inputs.map(body).join(', '))],
          [trans.__('made'), brief(event.outputs.map(body).join(', '))],
          ...Object.entries(event.arguments)
            .filter(([name]) => name !== 'note')
            .map(([name, value]) => [brief(name), brief(value)] as const)
        ]}
      />
      {about && (
        <Action
          label={trans.__('History')}
          line={lineOf('history', { ref: about })}
          tools={tools}
        />
      )}
    </section>
  );
}
