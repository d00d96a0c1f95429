import React from 'react';
import type { Audit as Answer, AuditEvent, Status } from '../api/contract';
import { VERBS } from '../api/verbs';
import type { ICard } from '../card';
import { Action } from '../components/action';
import { Card } from '../components/card';
import { Entry } from '../components/entry';
import { touched, whyOf } from './events';
import { Facts } from '../components/facts';
import { Choice, Field } from '../components/field';
import { List } from '../components/list';
import { Mark } from '../components/mark';
import type { ITools } from '../components/tools';
import { lineOf } from '../line';
import type { Listing } from '../model/listing';
import { type IAuditFilter, filtering } from '../model/lists';
import { ago, body, brief, clean } from '../text';
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
      <Evidence {...props} />
      <Action
        label={proof.isBusy ? trans.__('Verifying…') : trans.__('Verify')}
        line={lineOf('audit', { verify: true })}
        refusal={proof.isBusy ? trans.__('It is being read') : null}
        onRun={onVerify}
        tools={tools}
      />
      {proof.answer && <Card card={verdict(proof.answer)} copy={copy} trans={trans} />}
      <Filter {...props} />
      <Pane of={listing} tools={tools}>
        {() =>
          rows.length === 0 ? (
            <p className="jp-Mlops-note" role="status">
              {trans.__('No line is like that.')}
            </p>
          ) : (
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
                    name={brief([event.verb, touched(event)].filter(Boolean).join(' '))}
                    below={`${key} · ${brief(event.actor)} · ${ago(event.at, new Date())}`}
                    isChosen={key === looked}
                    onChoose={() => onLook(key === looked ? '' : key)}
                    mark={{ state: MARKS[event.outcome], label: event.outcome }}
                  />
                );
              }}
            />
          )
        }
      </Pane>
      {shown && <Details {...props} event={shown} />}
    </>
  );
}

export namespace Audit {
  export interface IProps {
    readonly listing: Pane.IState & Pick<Listing<AuditEvent>, 'rows' | 'more' | 'hasMore'>;
    /** How far rewriting the ledger would show, and what somebody should look at. */
    readonly standing: Pick<Status, 'evidence' | 'lines' | 'warnings'> | null;
    readonly filter: IAuditFilter;
    readonly proof: { readonly answer: ICard | null; readonly isBusy: boolean };
    /** Whether the chosen line is in what was signed. */
    readonly inclusion: Pane.IState<Answer> & { readonly isWanted: boolean };
    /** Number of the line whose details are shown. */
    readonly looked: string;
    readonly onLook: (seq: string) => void;
    readonly refusal: (verb: string) => string | null;
    readonly onVerify: () => void;
    /** Sign the ledger as it stands. */
    readonly onSign: () => void;
    readonly onFilter: (filter: IAuditFilter) => void;
    readonly onProve: (seq: number) => void;
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

/** How well the ledger is protected, and what is wrong with that. */
function Evidence({ standing, refusal, onSign, tools }: Audit.IProps): JSX.Element | null {
  const { trans } = tools;
  return (
    standing && (
      <>
        <Facts
          label={trans.__('Ledger')}
          facts={[
            [trans.__('lines'), standing.lines.toLocaleString()],
            [trans.__('tamper-evidence'), clean(standing.evidence)]
          ]}
        />
        {standing.warnings.map(warning => (
          <p key={warning} className="jp-Mlops-note" role="status">
            {clean(warning)}
          </p>
        ))}
        <Action
          label={trans.__('Sign')}
          line={lineOf('checkpoint')}
          refusal={refusal('checkpoint')}
          onRun={onSign}
          tools={tools}
        />
      </>
    )
  );
}

/** Fields for what the lines shall be about. */
function Filter({ filter, onFilter, tools }: Audit.IProps): JSX.Element {
  const { trans } = tools;
  const asked = filtering(filter);
  const count = Object.keys(asked).length;
  const give = (part: Partial<IAuditFilter>) => onFilter({ ...filter, ...part });
  const field = (name: keyof IAuditFilter, label: string, hint = '') => (
    <Field
      label={label}
      value={filter[name]}
      hint={hint}
      onChange={text => give({ [name]: text })}
    />
  );
  const verbs = Object.entries(VERBS).filter(([, { effect }]) => effect === 'write');
  return (
    <details className="jp-Mlops-fold" open={count > 0 || undefined}>
      <summary>{count > 0 ? trans.__('Filter (%1)', count) : trans.__('Filter')}</summary>
      <div className="jp-Mlops-form">
        {field('about', trans.__('About'), 'churn@3')}
        {field('by', trans.__('Who'))}
        <Choice
          label={trans.__('Verb')}
          value={filter.did}
          choices={[['', trans.__('any')], ...verbs.map(([name]) => [name, name] as const)]}
          onChange={did => give({ did })}
        />
        <Choice
          label={trans.__('Outcome')}
          value={filter.outcome}
          choices={[
            ['', trans.__('any')],
            ['ok', trans.__('ok')],
            ['failed', trans.__('failed')],
            ['refused', trans.__('refused')],
            ['started', trans.__('started')]
          ]}
          onChange={outcome => give({ outcome })}
        />
        <Field
          label={trans.__('From')}
          type="datetime-local"
          value={filter.start}
          onChange={start => give({ start })}
        />
        <Field
          label={trans.__('Until')}
          type="datetime-local"
          value={filter.end}
          onChange={end => give({ end })}
        />
      </div>
      <Action label={trans.__('Lines')} line={lineOf('audit', asked)} tools={tools} />
    </details>
  );
}

/** Show the proof that a line is in what was signed. */
function Inclusion({ event, inclusion, onProve, tools }: IDetails): JSX.Element {
  const { trans } = tools;
  const answer = inclusion.isWanted ? inclusion.answer : null;
  return (
    <>
      <Action
        label={trans.__('Prove')}
        line={lineOf('audit', { prove: event.seq })}
        onRun={() => onProve(event.seq)}
        tools={tools}
      />
      {inclusion.isWanted && (
        <Pane of={inclusion} tools={tools}>
          {() => answer?.proof && <Proven of={answer} proof={answer.proof} tools={tools} />}
        </Pane>
      )}
    </>
  );
}

function Proven(props: {
  of: Answer;
  proof: NonNullable<Answer['proof']>;
  tools: ITools;
}): JSX.Element {
  const { of, proof, tools } = props;
  const { trans } = tools;
  const said = of.is_verified
    ? trans.__('Line %1 is in what was signed.', proof.seq)
    : of.flaws.map(flaw => clean(flaw)).join(' ');
  return (
    <>
      <p className="jp-Mlops-line" role="status">
        <Mark
          state={of.is_verified ? 'ok' : 'failed'}
          label={of.is_verified ? trans.__('proven') : trans.__('not proven')}
        />
        {said}
      </p>
      <details className="jp-Mlops-fold">
        <summary>
          {trans._n('Merkle path of %1 hash', 'Merkle path of %1 hashes', proof.path.length)}
        </summary>
        <pre className="jp-Mlops-diff" role="region" tabIndex={0} aria-label={trans.__('Proof')}>
          {[clean(proof.line), ...proof.path, '', clean(proof.checkpoint)].join('\n')}
        </pre>
      </details>
      <Facts
        label={trans.__('Keys')}
        facts={[[trans.__('signed by'), proof.keys.map(brief).join('\n')]]}
      />
    </>
  );
}

type IDetails = Audit.IProps & { readonly event: AuditEvent };

function Details(props: IDetails): JSX.Element {
  const { event, tools } = props;
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
          [trans.__('why'), whyOf(event)],
          [trans.__('read'), brief(event.inputs.map(body).join(', '))],
          [trans.__('made'), brief(event.outputs.map(body).join(', '))],
          ...Object.entries(event.arguments)
            .filter(([name]) => !['note', 'message', 'comment'].includes(name))
            .map(([name, value]) => [brief(name), brief(value)] as const)
        ]}
      />
      <Inclusion {...props} />
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
