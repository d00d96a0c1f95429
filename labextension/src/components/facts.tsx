import React from 'react';

/** Show what is known of a thing, a row each; what is empty is left out. */
export function Facts({ facts, label }: Facts.IProps): JSX.Element {
  return (
    <table className="jp-Mlops-facts" aria-label={label}>
      <tbody>
        {facts
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

export namespace Facts {
  export interface IProps {
    readonly facts: readonly (readonly [label: string, value: string])[];
    readonly label: string;
  }
}
