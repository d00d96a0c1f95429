import React from 'react';

/** A box to type what is looked for. */
export function Search({ value, label, onSearch }: Search.IProps): JSX.Element {
  const [typed, setTyped] = React.useState(value);
  return (
    <input
      className="jp-Mlops-search"
      type="search"
      value={typed}
      placeholder={label}
      aria-label={label}
      spellCheck={false}
      onChange={event => {
        setTyped(event.target.value);
        onSearch(event.target.value);
      }}
    />
  );
}

export namespace Search {
  export interface IProps {
    readonly value: string;
    readonly label: string;
    readonly onSearch: (query: string) => void;
  }
}
