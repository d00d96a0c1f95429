import React from 'react';
import { lasting } from '../text';

const TICK_MS = 1000;

/** How long something took, or has taken so far: the seconds go on counting while it runs. */
export function Elapsed({ seconds, since, isRunning }: Elapsed.IProps): JSX.Element {
  const [, tick] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const timer = isRunning ? setInterval(tick, TICK_MS) : undefined;
    return () => clearInterval(timer);
  }, [isRunning]);
  const more = isRunning && since ? (Date.now() - since.getTime()) / 1000 : 0;
  return <span className="jp-Mlops-elapsed">{lasting(seconds + Math.max(0, more))}</span>;
}

export namespace Elapsed {
  export interface IProps {
    /** As the server said it. */
    readonly seconds: number;
    /** When the server said so. */
    readonly since: Date | null;
    readonly isRunning: boolean;
  }
}
