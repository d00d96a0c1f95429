import type { PartialJSONObject } from '@lumino/coreutils';
import type { IComparison, IRow } from '../api/contract';
import { brief, digits } from '../text';
import { differs, escaped, type IInk, layout } from './figures';

const MOST_AXES = 12;
const MOST_WORDS = 8;
const LONGEST = 24;

/**
 * Draw the runs as lines across what differs and every run has; null when there is too little.
 *
 * Plotly's own parallel coordinates want WebGL, which many a remote desktop has not: these are plain lines, each axis
 * stretched from its least value to its greatest.
 */
export function parallel(
  { params, metrics }: Pick<IComparison, 'params' | 'metrics'>,
  names: readonly string[],
  ink: IInk
): PartialJSONObject | null {
  const axes = [...chosen(params), ...chosen(metrics)].map(axisOf);
  return axes.length < 2
    ? null
    : {
        data: names.map((name, run) => ({
          type: 'scatter',
          mode: 'lines+markers',
          name: escaped(name),
          x: axes.map((_, place) => place),
          y: axes.map(({ at }) => at[run] ?? null),
          text: axes.map(({ label, shown }) => `${label} ${shown[run] ?? ''}`),
          hoverinfo: 'text+name'
        })),
        layout: {
          ...layout(ink),
          height: 340,
          margin: { l: 20, r: 20, t: 30, b: 40 },
          showlegend: true,
          hovermode: 'closest',
          legend: { orientation: 'h', y: 1.2 },
          xaxis: {
            tickvals: axes.map((_, place) => place),
            ticktext: axes.map(({ label }) => label),
            automargin: true,
            gridcolor: ink.faint,
            zeroline: false
          },
          yaxis: { visible: false, range: [-0.15, 1.15] },
          annotations: axes.flatMap(({ marks }, place) =>
            marks.map(([at, text]) => ({
              x: place,
              y: at,
              text,
              showarrow: false,
              xanchor: 'left',
              xshift: 4,
              yshift: at > 0 ? 9 : -9,
              font: { color: ink.quiet, size: 10 }
            }))
          )
        }
      };
}

/** An axis: where each run is on it from 0 to 1, what is said there, and what is written beside it. */
interface IAxis {
  readonly label: string;
  readonly at: readonly number[];
  readonly shown: readonly string[];
  readonly marks: readonly (readonly [number, string])[];
}

function chosen(rows: readonly IRow[]): readonly IRow[] {
  const isKnown = ({ values }: IRow) => values.every(value => value !== null && value !== '');
  return rows.filter(row => differs(row) && isKnown(row)).slice(0, MOST_AXES / 2);
}

function axisOf({ name, values }: IRow): IAxis {
  const label = escaped(name);
  const numbers = values.map(Number);
  if (numbers.every(Number.isFinite)) {
    const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
    return {
      label,
      at: numbers.map(number => (number - least) / (most - least)),
      shown: numbers.map(digits),
      marks: [
        [0, digits(least)],
        [1, digits(most)]
      ]
    };
  }
  const words = [...new Set(values.map(value => brief(value ?? '–')))];
  const place = (word: string) => words.indexOf(word) / (words.length - 1);
  const short = (word: string) => escaped(word.slice(0, LONGEST));
  return {
    label,
    at: values.map(value => place(brief(value ?? '–'))),
    shown: values.map(value => short(brief(value ?? '–'))),
    marks: words.length > MOST_WORDS ? [] : words.map(word => [place(word), short(word)] as const)
  };
}
