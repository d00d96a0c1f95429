const MAX_LENGTH = 2000;
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;
const MINUTE = 60;
const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 24 * 60 * MINUTE],
  ['hour', 60 * MINUTE],
  ['minute', MINUTE]
];

/** Make any value text whose control and direction marks are harmless, and bound its length. */
export function clean(value: unknown, longest = MAX_LENGTH): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const head = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return head.replace(UNPRINTABLE, mark => (mark === '\n' ? mark : '\uFFFD'));
}

/** Make a name for a row: one line, and no longer than anybody reads. */
export function brief(value: unknown): string {
  return clean(value, 120).replace(/\s+/g, ' ');
}

/** Say how long ago it was, in the reader's language; the date when that is more than a week. */
export function ago(moment: string, now: Date, locale?: string): string {
  const then = new Date(moment);
  const seconds = (then.getTime() - now.getTime()) / 1000;
  if (Number.isNaN(seconds)) {
    return brief(moment);
  }
  if (Math.abs(seconds) > 7 * 24 * 60 * MINUTE) {
    return then.toLocaleDateString(locale);
  }
  const [unit, length] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  return format.format(Math.round(seconds / length), unit);
}

/** Say how long something took, in the two units that matter. */
export function lasting(seconds: number): string {
  const whole = Math.round(seconds);
  if (seconds < 10) {
    return `${Math.max(0, seconds).toFixed(1)} s`;
  }
  if (whole < MINUTE) {
    return `${whole} s`;
  }
  if (whole < 60 * MINUTE) {
    return `${Math.floor(whole / MINUTE)} min ${whole % MINUTE} s`;
  }
  const minutes = Math.round(seconds / MINUTE);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Show how many bytes there are, as people read it. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** power).toFixed(power > 0 ? 1 : 0)} ${units[power]}`;
}

/** Leave out the kind: `snapshot:customers@3` is shown as customers@3. */
export function body(reference: string): string {
  return reference.slice(reference.indexOf(':') + 1);
}

/** Show a number with four digits that matter. */
export function digits(value: unknown): string {
  const number = typeof value === 'number' ? value : Number(value || NaN);
  return Number.isFinite(number) ? String(Number(number.toPrecision(4))) : brief(value ?? '');
}
