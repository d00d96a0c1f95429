import React from 'react';
import { Mark } from './mark';

/** One row of a list: a name to press, what stands beside it, and a line below. */
export function Entry(props: Entry.IProps): JSX.Element {
  const { name, aside, badges = [], below, isChosen, onChoose } = props;
  const { mark, check, strip } = props;
  return (
    <div className="jp-Mlops-entry" data-chosen={isChosen || undefined}>
      {check}
      <div className="jp-Mlops-lines">
        <div className="jp-Mlops-line">
          {mark && <Mark {...mark} />}
          <button
            type="button"
            className="jp-Mlops-name"
            aria-pressed={isChosen}
            title={name}
            onClick={onChoose}
          >
            {name}
          </button>
          {badges.map(badge => (
            <span key={badge} className="jp-Mlops-badge" data-badge={badge}>
              {badge}
            </span>
          ))}
          <span className="jp-Mlops-aside">{aside}</span>
        </div>
        <div className="jp-Mlops-below" title={below}>
          {strip}
          {below}
        </div>
      </div>
    </div>
  );
}

export namespace Entry {
  export interface IProps {
    readonly name: string;
    readonly aside?: React.ReactNode;
    readonly badges?: readonly string[];
    readonly below: string;
    readonly isChosen: boolean;
    readonly onChoose: () => void;
    readonly mark?: Mark.IProps;
    readonly check?: JSX.Element;
    /** Drawn before the line below. */
    readonly strip?: JSX.Element;
  }
}
