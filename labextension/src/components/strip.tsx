import React from 'react';

const MOST = 24;

/** A square for each step, coloured by how it stands; of many, some. */
export function Strip({ steps, label }: Strip.IProps): JSX.Element {
  return (
    <span className="jp-Mlops-strip" role="img" aria-label={label} title={label}>
      {thinned(steps).map((status, index) => (
        <span key={index} data-status={status} />
      ))}
    </span>
  );
}

export namespace Strip {
  export interface IProps {
    /** How each stands, in their order. */
    readonly steps: readonly string[];
    readonly label: string;
  }
}

/** Keep at most as many as fit, evenly spread. */
function thinned(steps: readonly string[]): readonly string[] {
  const step = steps.length / MOST;
  return step <= 1
    ? steps
    : Array.from({ length: MOST }, (_, index) => steps[Math.floor(index * step)] ?? '');
}
