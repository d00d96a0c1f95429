import React from 'react';
import type { AuditEvent, Lineage as Told } from '../api/contract';
import { Events, whyOf } from '../sections/events';
import { Lineage } from '../sections/lineage';
import { draw, HOSTILE, tools } from './draw';

const PROMOTED: AuditEvent = {
  seq: 7,
  at: '2026-11-20T10:00:00Z',
  actor: 'ada',
  source: 'jupyter',
  face: 'rest',
  verb: 'promote',
  phase: 'outcome',
  intent: 6,
  parent: null,
  arguments: { to: 'champion', note: 'monthly' },
  inputs: [],
  outputs: ['version:churn@3'],
  outcome: 'ok',
  reason: 'gate champion passed',
  duration_ms: 1
};

describe('Events', () => {
  it('say who it was and how one knows, and what was moved where', () => {
    const page = draw(<Events events={[PROMOTED]} tools={tools()} />);
    expect(page.textContent).toContain('ada (jupyter)');
    expect(page.textContent).toContain('churn@3 → champion');
    expect(page.textContent).toContain('monthly · gate champion passed');
  });

  it('leave out digests of files, which say nothing to a reader', () => {
    const reason = `model files sha256:${'5b'.repeat(32)}`;
    expect(whyOf({ ...PROMOTED, arguments: {}, reason })).toBe('');
    expect(whyOf({ ...PROMOTED, arguments: { note: '' }, reason: 'away from churn@2' })).toBe(
      'away from churn@2'
    );
  });

  it('show what people typed as text', () => {
    const page = draw(
      <Events
        events={[{ ...PROMOTED, source: HOSTILE, arguments: { note: HOSTILE } }]}
        tools={tools()}
      />
    );
    expect(page.querySelector('img, script')).toBeNull();
  });
});

describe('Lineage', () => {
  it('says which models saw it, and what a change would touch', () => {
    const thing = (ref: string, steps: number) => {
      const [kind = '', name = ''] = ref.split(':');
      return { ref, kind, name, steps, told: ref };
    };
    const link = (source: string, target: string) => ({
      source,
      target,
      verb: 'evaluate',
      line: 1
    });
    const predictions = 'predictions:churn@1 of holdout@1';
    const told: Told = {
      of: 'holdout@1',
      way: 'both',
      things: [thing('snapshot:holdout@1', 0), thing(predictions, 1)],
      links: [link('snapshot:holdout@1', predictions)],
      models: []
    };
    const page = draw(<Lineage of={told} onPick={() => undefined} tools={tools()} />);
    const facts = page.querySelector('[aria-label="What it touches"]')?.textContent;
    expect(facts).toContain('models that saw itnone');
    expect(facts).toContain('a change would touch1 predictions');
  });
});
