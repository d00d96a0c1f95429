import React from 'react';

const WIDTH = 72;
const HEIGHT = 18;
const EDGE = 2;

/** Draw values as a line, oldest first; what is no finite number leaves a gap. */
export function Sparkline({ values, label }: Sparkline.IProps): JSX.Element {
  const points = pointsOf(values);
  const last = points[points.length - 1];
  return (
    <svg
      className="jp-Mlops-spark"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
    >
      <polyline points={points.map(point => point.join(',')).join(' ')} />
      {last && <circle cx={last[0]} cy={last[1]} r={2} />}
    </svg>
  );
}

export namespace Sparkline {
  export interface IProps {
    readonly values: readonly number[];
    readonly label: string;
  }
}

/** Place the finite values in the picture, the least of them at the bottom. */
export function pointsOf(values: readonly number[]): (readonly [number, number])[] {
  const finite = values.filter(Number.isFinite);
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low || 1;
  const step = (WIDTH - 2 * EDGE) / Math.max(1, finite.length - 1);
  const room = HEIGHT - 2 * EDGE;
  return finite.map((value, index) => [
    round(EDGE + index * step),
    round(EDGE + room * (1 - (value - low) / span))
  ]);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
