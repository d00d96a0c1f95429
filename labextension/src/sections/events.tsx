import React from 'react';
import type { AuditEvent } from '../api/contract';
import { body, brief, clean } from '../text';
import { Grid } from '../components/grid';
import type { ITools } from '../components/tools';

const MOVES = ['promote', 'rollback', 'request'];

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
        brief(event.actor),
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

/** The reason that somebody gave, or that a call was given. */
export function whyOf({ arguments: given, reason }: AuditEvent): string {
  return clean(given.note ?? given.message ?? given.comment ?? reason ?? '');
}

/** What a call made, else what it read; of a moved alias, which one; of a request, what it is about. */
export function touched({ verb, arguments: given, inputs, outputs }: AuditEvent): string {
  const made = outputs.filter(reference => !reference.startsWith('approval:'));
  const read = inputs.filter(reference => !reference.startsWith('approval:'));
  const all = [made, read, outputs, inputs].find(({ length }) => length > 0) ?? [];
  const names = all.map(body).join(', ');
  return MOVES.includes(verb) ? `${names} → ${clean(given.to ?? 'champion')}` : names;
}
