import { VERBS } from './api/verbs';

const SAFE = /^[\w@%+=:,./-]+$/;
const MAGIC = '%mlops';

/** Arguments of a verb by name, as the server takes them. */
export type Arguments = Readonly<Record<string, unknown>>;

/** Write the `%mlops` line that stands for a call; arguments that are absent or null are left out. */
export function lineOf(verb: string, given: Arguments = {}): string {
  const { words = [], options = [] } = VERBS[verb] ?? {};
  const gap = words.findIndex(name => listed(given[name]).length === 0);
  const placed = gap < 0 ? words : words.slice(0, gap);
  return [
    MAGIC,
    verb,
    ...placed.flatMap(name => listed(given[name]).map(quote)),
    ...words
      .slice(placed.length)
      .flatMap(name => listed(given[name]).map(value => option(name, value))),
    ...options.flatMap(({ name, flag }) =>
      listed(given[name]).map(value => (flag ? flagged(name, value) : option(name, value)))
    )
  ].join(' ');
}

/** Quote a word as a shell would, so that the magic reads it back as it was. */
export function quote(value: unknown): string {
  const text = String(value).replace(/[\r\n]+/g, ' ');
  return SAFE.test(text) ? text : `'${text.replace(/'/g, `'"'"'`)}'`;
}

/** Make a Python name of a reference: `sales-2026@3` becomes `sales_2026`. */
export function variableOf(reference: string): string {
  const name = (reference.split('@')[0] ?? '').replace(/[^\p{L}\p{N}_]/gu, '_');
  return /^[\p{L}_]/u.test(name) && !KEYWORDS.has(name) ? name : `_${name}`;
}

const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except ' +
    'finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' ')
);

function listed(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) {
    return [];
  }
  return Array.isArray(value) ? value : [value];
}

function option(name: string, value: unknown): string {
  const text = quote(value);
  const separator = String(value).startsWith('-') ? '=' : ' ';
  return `--${name.replace(/_/g, '-')}${separator}${text}`;
}

function flagged(name: string, value: unknown): string {
  return `--${value ? '' : 'no-'}${name.replace(/_/g, '-')}`;
}
