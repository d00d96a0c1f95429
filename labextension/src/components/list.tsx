import React from 'react';

const OVERSCAN = 6;
const FIRST_ROOM = 400;
const LEAST_ROWS = 4;

/** A list of any length: only the rows in sight are in the page. */
export function List(props: List.IProps): JSX.Element {
  const { count, height, label, row, keyOf, onEnd, loaded } = props;
  const [top, setTop] = React.useState(0);
  const [host, room] = useRoom();
  const { first, last } = windowOf(count, height, top, room);
  const isAtEnd = last >= count;
  React.useEffect(() => {
    if (isAtEnd) {
      onEnd?.();
    }
  }, [isAtEnd, count, loaded]);
  const indices = Array.from({ length: last - first }, (_, index) => first + index);
  return (
    <div
      ref={host}
      className="jp-Mlops-list"
      role="list"
      aria-label={label}
      tabIndex={0}
      style={{ flexBasis: height * Math.min(count, LEAST_ROWS) }}
      onScroll={event => setTop(event.currentTarget.scrollTop)}
      onKeyDown={step}
    >
      <div role="presentation" className="jp-Mlops-reel" style={{ height: count * height }}>
        {indices.map(index => (
          <div
            key={keyOf(index)}
            className="jp-Mlops-row"
            role="listitem"
            aria-setsize={count}
            aria-posinset={index + 1}
            style={{ top: index * height, height }}
          >
            {row(index)}
          </div>
        ))}
      </div>
    </div>
  );
}

export namespace List {
  export interface IProps {
    readonly count: number;
    /** Of every row, in pixels. */
    readonly height: number;
    readonly label: string;
    readonly row: (index: number) => JSX.Element;
    readonly keyOf: (index: number) => string;
    /** Called when the last row comes into sight. */
    readonly onEnd?: () => void;
    /** How many rows were read: when it grows, the end is looked at again. */
    readonly loaded?: number;
  }
}

/** Say which rows stand in *room* pixels from *top* on, with a few to spare. */
export function windowOf(count: number, height: number, top: number, room: number) {
  const first = Math.max(0, Math.min(count, Math.floor(top / height)) - OVERSCAN);
  const last = Math.min(count, Math.ceil((top + room) / height) + OVERSCAN);
  return { first: Math.min(first, last), last };
}

function useRoom(): [React.RefObject<HTMLDivElement>, number] {
  const host = React.useRef<HTMLDivElement>(null);
  const [room, setRoom] = React.useState(FIRST_ROOM);
  React.useEffect(() => {
    const node = host.current;
    if (!node || typeof ResizeObserver === 'undefined') {
      return undefined;
    }
    const observer = new ResizeObserver(() => setRoom(node.clientHeight || FIRST_ROOM));
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  return [host, room];
}

/** Let the arrow keys go from row to row. */
function step(event: React.KeyboardEvent<HTMLElement>): void {
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const names = [...event.currentTarget.querySelectorAll<HTMLElement>('.jp-Mlops-name')];
  const at = names.indexOf(document.activeElement as HTMLElement);
  const target = way === undefined ? undefined : names[at < 0 ? 0 : at + way];
  if (target) {
    event.preventDefault();
    target.focus();
  }
}
