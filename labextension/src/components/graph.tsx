import React from 'react';
import { brief } from '../text';
import { Mark } from './mark';

const WIDTH = 148;
const HEIGHT = 30;
const GAP_X = 36;
const GAP_Y = 10;

/** Things as a graph, each to the right of those that it needs; pressing one goes to what the page tells of it. */
export function Graph({ nodes, label, onPick = scrollTo }: Graph.IProps): JSX.Element {
  const places = placed(nodes);
  const all = [...places.values()];
  const width = Math.max(0, ...all.map(({ x }) => x)) + WIDTH;
  const height = Math.max(0, ...all.map(({ y }) => y)) + HEIGHT;
  return (
    <div className="jp-Mlops-scroll" role="region" aria-label={label} tabIndex={0}>
      <div className="jp-Mlops-graph" style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true">
          {nodes.flatMap(({ name, needs }) =>
            needs.map(need => (
              <Edge key={`${need} ${name}`} from={places.get(need)} to={places.get(name)} />
            ))
          )}
        </svg>
        {nodes.map(({ name, shown, title, mark, status }) => (
          <a
            key={name}
            className="jp-Mlops-node"
            data-status={status}
            style={{
              left: places.get(name)?.x,
              top: places.get(name)?.y,
              width: WIDTH,
              height: HEIGHT
            }}
            href={`#${anchorOf(name)}`}
            title={brief(title ?? name)}
            onClick={event => {
              event.preventDefault();
              onPick(name);
            }}
          >
            <Mark {...mark} />
            <span className="jp-Mlops-name">{brief(shown ?? name)}</span>
          </a>
        ))}
      </div>
    </div>
  );
}

export namespace Graph {
  export interface INode {
    readonly name: string;
    /** What is written in the node, where it is not the name. */
    readonly shown?: string;
    /** What is told of it when somebody points at it. */
    readonly title?: string;
    readonly needs: readonly string[];
    readonly status: string;
    readonly mark: Mark.IProps;
  }

  export interface IProps {
    readonly nodes: readonly INode[];
    readonly label: string;
    readonly onPick?: (name: string) => void;
  }

  export interface IPlace {
    readonly x: number;
    readonly y: number;
  }
}

function scrollTo(name: string): void {
  document.getElementById(anchorOf(name))?.scrollIntoView({ block: 'nearest' });
}

/** The id of the part of the page that tells of a step. */
export function anchorOf(name: string): string {
  return `jp-Mlops-step-${encodeURIComponent(name)}`;
}

/** Place each node in the column after the last of those that it needs, below the others there. */
export function placed(
  nodes: readonly Pick<Graph.INode, 'name' | 'needs'>[]
): Map<string, Graph.IPlace> {
  const columns = new Map<string, number>();
  const taken: number[] = [];
  const places = new Map<string, Graph.IPlace>();
  for (const { name, needs } of nodes) {
    const column = Math.max(-1, ...needs.map(need => columns.get(need) ?? -1)) + 1;
    const row = taken[column] ?? 0;
    columns.set(name, column);
    taken[column] = row + 1;
    places.set(name, { x: column * (WIDTH + GAP_X), y: row * (HEIGHT + GAP_Y) });
  }
  return places;
}

function Edge({ from, to }: { from?: Graph.IPlace; to?: Graph.IPlace }): JSX.Element | null {
  if (!from || !to) {
    return null;
  }
  const [x1, y1, x2, y2] = [from.x + WIDTH, from.y + HEIGHT / 2, to.x, to.y + HEIGHT / 2];
  const bend = x1 + (x2 - x1) / 2;
  return <path d={`M${x1},${y1} C${bend},${y1} ${bend},${y2} ${x2},${y2}`} />;
}
