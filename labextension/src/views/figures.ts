import type { PartialJSONObject } from '@lumino/coreutils';
import type { ICurve, IRow } from '../api/contract';
import { brief } from '../text';

/** Draw the curves of each metric, a line a run. */
export function curves(found: readonly ICurve[], ink: IInk): [string, PartialJSONObject][] {
  const metrics = [...new Set(found.map(({ metric }) => metric))];
  return metrics.map(metric => [
    metric,
    {
      data: found
        .filter(curve => curve.metric === metric)
        .map(({ run, points }) => ({
          type: 'scatter',
          mode: 'lines',
          name: brief(run),
          x: points.map(([step]) => step),
          y: points.map(([, value]) => value)
        })),
      layout: {
        ...layout(ink),
        height: 260,
        margin: { l: 50, r: 20, t: 36, b: 40 },
        title: { text: escaped(metric), font: { size: 13 } },
        xaxis: { title: { text: 'step' }, gridcolor: ink.faint, zerolinecolor: ink.faint },
        yaxis: { gridcolor: ink.faint, zerolinecolor: ink.faint }
      }
    }
  ]);
}

/** Give a figure that the server drew the theme's colours. */
export function themed(figure: PartialJSONObject, ink: IInk): PartialJSONObject {
  const given = (figure.layout ?? {}) as PartialJSONObject;
  const axes = Object.entries(given).filter(([name]) => /^[xy]axis\d*$/.test(name));
  const grids = axes.map(([name, axis]) => [
    name,
    { gridcolor: ink.faint, zerolinecolor: ink.faint, ...(axis as PartialJSONObject) }
  ]);
  return { ...figure, layout: { ...given, ...Object.fromEntries(grids), ...layout(ink) } };
}

/** The theme's colours, as a chart can take them. */
export interface IInk {
  readonly text: string;
  readonly quiet: string;
  readonly faint: string;
  readonly font: string;
}

export function inkOf(node: Element): IInk {
  const style = getComputedStyle(node);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: read('--jp-ui-font-color1'),
    quiet: read('--jp-ui-font-color2'),
    faint: read('--jp-border-color2'),
    font: read('--jp-ui-font-family')
  };
}

/** Whether the runs have different values. */
export function differs({ values }: IRow): boolean {
  return new Set(values.map(value => JSON.stringify(value ?? null))).size > 1;
}

export function layout(ink: IInk): PartialJSONObject {
  return {
    autosize: true,
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    font: { color: ink.text, family: ink.font, size: 11 }
  };
}

/** Plotly reads a few tags in its texts: leave none. */
export function escaped(text: string): string {
  return brief(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
