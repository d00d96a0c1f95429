import React from 'react';

/** A table that scrolls on its own; the first column names the row. */
export function Grid({ columns, rows, label }: Grid.IProps): JSX.Element {
  return (
    <div className="jp-Mlops-scroll" role="region" aria-label={label} tabIndex={0}>
      <table className="jp-Mlops-rows" aria-label={label}>
        <thead>
          <tr>
            {columns.map((name, index) => (
              <th key={index} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((value, column) =>
                column === 0 ? (
                  <th key={column} scope="row">
                    {value}
                  </th>
                ) : (
                  <td key={column}>{value}</td>
                )
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export namespace Grid {
  export interface IProps {
    readonly columns: readonly React.ReactNode[];
    readonly rows: readonly (readonly React.ReactNode[])[];
    readonly label: string;
  }
}
