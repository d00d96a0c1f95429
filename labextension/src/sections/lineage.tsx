import React from 'react';
import type { Lineage as Answer } from '../api/contract';
import { brief } from '../text';
import { Facts } from '../components/facts';
import { Graph } from '../components/graph';
import { Grid } from '../components/grid';
import type { ITools } from '../components/tools';

const MOST = 60;
const SIGNS: Readonly<Record<string, string>> = {
  source: '⇣',
  snapshot: '▦',
  run: '▸',
  version: '◆',
  deployment: '▲',
  predictions: '∴'
};

/** What a thing came from and what came from it, as a graph and as a table. */
export function Lineage({ of, onPick, tools }: Lineage.IProps): JSX.Element {
  const { trans } = tools;
  const nodes = nodesOf(of);
  return of.links.length === 0 ? (
    <p className="jp-Mlops-note">
      {trans.__('Nothing is known that it came from, or that came from it.')}
    </p>
  ) : (
    <>
      <Graph
        nodes={nodes}
        label={trans.__('Lineage of %1 as a graph', brief(of.of))}
        onPick={onPick}
      />
      {of.things.length > nodes.length && (
        <p className="jp-Mlops-note">
          {trans.__('The graph shows %1 of %2; the table has all.', nodes.length, of.things.length)}
        </p>
      )}
      <Facts
        label={trans.__('What it touches')}
        facts={[
          [trans.__('models that saw it'), brief(of.models.join(', ')) || trans.__('none')],
          [trans.__('a change would touch'), touched(of) || trans.__('nothing')]
        ]}
      />
      <details className="jp-Mlops-fold">
        <summary>
          {trans._n('%1 derivation as a table', '%1 derivations as a table', of.links.length)}
        </summary>
        <Grid
          label={trans.__('Lineage')}
          columns={[trans.__('what'), trans.__('from'), trans.__('by'), trans.__('line')]}
          rows={of.links.map(link => [
            brief(link.target),
            brief(link.source),
            link.verb,
            String(link.line)
          ])}
        />
      </details>
    </>
  );
}

export namespace Lineage {
  export interface IProps {
    readonly of: Answer;
    /** Called with a reference and its kind, like `snapshot:customers@3`. */
    readonly onPick: (ref: string) => void;
    readonly tools: ITools;
  }
}

/** What a change would touch, counted by kind. */
function touched({ things }: Answer): string {
  const counts = new Map<string, number>();
  things
    .filter(({ steps }) => steps > 0)
    .forEach(({ kind }) => counts.set(kind, (counts.get(kind) ?? 0) + 1));
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
}

/** The nearest things as nodes, each after those that it came from. */
export function nodesOf({ things, links }: Answer): readonly Graph.INode[] {
  const near = [...things].sort((a, b) => Math.abs(a.steps) - Math.abs(b.steps)).slice(0, MOST);
  const known = new Map(near.map(thing => [thing.ref, thing]));
  const needs = (ref: string) =>
    links.filter(({ target, source }) => target === ref && known.has(source)).map(l => l.source);
  const placed = new Map<string, Graph.INode>();
  const visiting = new Set<string>();
  const place = (ref: string) => {
    const thing = known.get(ref);
    if (!thing || placed.has(ref) || visiting.has(ref)) {
      return;
    }
    visiting.add(ref);
    needs(ref).forEach(place);
    placed.set(ref, {
      name: ref,
      shown: thing.name,
      title: thing.told,
      needs: needs(ref),
      status: thing.steps === 0 ? 'running' : thing.kind,
      mark: { state: 'info', sign: SIGNS[thing.kind] ?? '·', label: thing.kind }
    });
  };
  near.map(({ ref }) => ref).forEach(place);
  return [...placed.values()];
}
