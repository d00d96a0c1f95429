import React from 'react';

/** Show a unified diff, its lines marked by colour and by their sign. */
export function Diff({ text, label }: Diff.IProps): JSX.Element {
  return (
    <pre className="jp-Mlops-diff" role="region" aria-label={label} tabIndex={0}>
      {text.split('\n').map((line, index) => (
        <span key={index} data-sign={signOf(line)}>
          {`${line}\n`}
        </span>
      ))}
    </pre>
  );
}

export namespace Diff {
  export interface IProps {
    readonly text: string;
    readonly label: string;
  }
}

function signOf(line: string): string | undefined {
  if (/^(\+\+\+|---|@@)/.test(line)) {
    return 'head';
  }
  return line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : undefined;
}
