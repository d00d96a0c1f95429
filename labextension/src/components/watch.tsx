import type { ISignal } from '@lumino/signaling';
import React from 'react';

/** Draw anew whenever one of *signals* is emitted. */
export function Watch({ signals, children }: Watch.IProps): JSX.Element {
  const [, turn] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const hear = () => turn();
    signals.forEach(signal => signal.connect(hear));
    turn(); // what changed between drawing and listening
    return () => signals.forEach(signal => void signal.disconnect(hear));
  }, []);
  return children();
}

export namespace Watch {
  export interface IProps {
    readonly signals: readonly ISignal<unknown, unknown>[];
    readonly children: () => JSX.Element;
  }
}
