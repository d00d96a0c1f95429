import React from 'react';
import { Action } from './action';
import type { ITools } from './tools';

/** Say what would stand here, and the lines that make it so. */
export function Empty({ title, lines, label, tools }: Empty.IProps): JSX.Element {
  return (
    <div className="jp-Mlops-empty" role="status">
      <p className="jp-Mlops-note">{title}</p>
      {lines.map(line => (
        <Action key={line} label={label ?? ''} line={line} tools={tools} />
      ))}
    </div>
  );
}

export namespace Empty {
  export interface IProps {
    readonly title: string;
    readonly lines: readonly string[];
    readonly label?: string;
    readonly tools: ITools;
  }
}
