import { clean } from './text';

export type State = 'ok' | 'info' | 'warning' | 'failed';

/** What a reader sees of a record. Every word is plain text. */
export interface ICard {
  readonly title: string;
  readonly state: State;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
  readonly next: readonly string[];
}

const STATES: readonly string[] = ['ok', 'info', 'warning', 'failed'];

/** Read the card of a shown record: `{kind, card, record}`, from a stranger's notebook perhaps. */
export function readShown(data: unknown): ICard | null {
  return isObject(data) && isObject(data.card) ? readCard(data.card) : null;
}

/** Show a record that came without its card: its fields, as they are. */
export function plainCard(title: string, record: unknown): ICard {
  const fields = isObject(record) ? Object.entries(record) : [];
  return readCard({ title, state: 'info', facts: fields });
}

function readCard(card: Record<string, unknown>): ICard {
  return {
    title: clean(card.title),
    state: isState(card.state) ? card.state : 'info',
    facts: lists(card.facts).map(([label, value]) => [label ?? '', value ?? '']),
    columns: strings(card.columns),
    rows: lists(card.rows),
    notes: strings(card.notes),
    next: strings(card.next)
  };
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(item => clean(item)) : [];
}

function lists(value: unknown): string[][] {
  return Array.isArray(value) ? value.map(strings) : [];
}

function isState(value: unknown): value is State {
  return typeof value === 'string' && STATES.includes(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
