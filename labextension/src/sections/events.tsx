import React from 'react';
import type { AuditEvent } from '../api/contract';
import { body, brief, clean } from '../text';
import { Grid } from '../components/grid';
import type { ITools } from '../components/tools';

const MOVES = ['promote', 'rollback', 'request', 'gate'];
const DIGEST = /(?:model files )?sha256:[0-9a-f]{64}/g;

/** Who did what to one thing, when and why. */
export function Events({ events, tools }: Events.IProps): JSX.Element {
  const { trans } = tools;
  return (
    <Grid
      label={trans.__('History')}
      columns={[
        trans.__('when'),
        trans.__('who'),
        trans.__('verb'),
        trans.__('what'),
        trans.__('outcome'),
        trans.__('why')
      ]}
      rows={events.map(event => [
        new Date(event.at).toLocaleString(),
        `${brief(event.actor)} (${brief(event.source)})`,
        event.verb,
        brief(touched(event)),
        event.outcome,
        whyOf(event)
      ])}
    />
  );
}

export namespace Events {
  export interface IProps {
    readonly events: readonly AuditEvent[];
    readonly tools: ITools;
  }
}

/** What somebody said, then the grounds that the ledger keeps; a digest says nothing to a reader. */
export function whyOf({ arguments: given, reason }: AuditEvent): string {
  const said = [given.note, given.comment, given.message].find(Boolean) ?? '';
  const grounds = clean(reason ?? '')
    .replace(DIGEST, '')
    .trim();
  return [...new Set([clean(said), grounds])].filter(Boolean).join(' · ');
}

/** What a call made, else what it read; of a moved alias, which one; of a request, what it is about. */
export function touched({ verb, arguments: given, inputs, outputs }: AuditEvent): string {
  const made = outputs.filter(reference => !reference.startsWith('approval:'));
  const read = inputs.filter(reference => !reference.startsWith('approval:'));
  const all = [made, read, outputs, inputs].find(({ length }) => length > 0) ?? [];
  const names = all.map(body).join(', ');
  return MOVES.includes(verb) ? `${names} → ${clean(given.to ?? 'champion')}` : names;
}
