import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import type { ICard, State } from '../card';
import { Next } from './next';

const MARKS: Record<State, string> = { ok: '✓', info: '·', warning: '!', failed: '✗' };

/** Draw a record's card: what it says, and what to type next. */
export function Card(props: Card.IProps): JSX.Element {
  const { card, copy, trans } = props;
  return (
    <section className="jp-Mlops-card" data-state={card.state} aria-label={card.title}>
      <div className="jp-Mlops-title" role="status">
        <span className="jp-Mlops-mark" role="img" aria-label={stateName(card.state, trans)}>
          {MARKS[card.state]}
        </span>
        <span>{card.title}</span>
      </div>
      {card.facts.length > 0 && <Facts facts={card.facts} label={trans.__('Facts')} />}
      {card.columns.length > 0 && (
        <Rows columns={card.columns} rows={card.rows} label={card.title} />
      )}
      {card.notes.map((note, index) => (
        <p key={index} className="jp-Mlops-note">
          {note}
        </p>
      ))}
      {card.next.map((line, index) => (
        <Next key={index} line={line} copy={copy} trans={trans} />
      ))}
    </section>
  );
}

export namespace Card {
  export interface IProps {
    readonly card: ICard;
    readonly copy: (text: string) => void;
    readonly trans: TranslationBundle;
  }
}

function Facts(props: { facts: ICard['facts']; label: string }): JSX.Element {
  return (
    <table className="jp-Mlops-facts" aria-label={props.label}>
      <tbody>
        {props.facts.map(([label, value], index) => (
          <tr key={index}>
            <th scope="row">{label}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Rows(props: Pick<ICard, 'columns' | 'rows'> & { label: string }): JSX.Element {
  return (
    <div className="jp-Mlops-scroll" role="region" aria-label={props.label} tabIndex={0}>
      <table className="jp-Mlops-rows" aria-label={props.label}>
        <thead>
          <tr>
            {props.columns.map((name, index) => (
              <th key={index} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row, index) => (
            <tr key={index}>
              {row.map((value, column) => (
                <td key={column}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function stateName(state: State, trans: TranslationBundle): string {
  switch (state) {
    case 'ok':
      return trans.__('OK');
    case 'info':
      return trans.__('Information');
    case 'warning':
      return trans.__('Warning');
    case 'failed':
      return trans.__('Failed');
  }
}
