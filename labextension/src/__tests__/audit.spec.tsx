import React from 'react';
import type { Audit as Proven, AuditEvent } from '../api/contract';
import { plainCard } from '../card';
import { Audit } from '../sections/audit';
import { filtering } from '../model/lists';
import { answered, draw, HOSTILE, listed, press, tools } from './draw';

function event(seq: number, given: Partial<AuditEvent> = {}): AuditEvent {
  const who = { at: '2026-11-20T10:00:00Z', actor: 'ada', source: 'os', face: 'magic' };
  const what = {
    verb: 'promote',
    phase: 'outcome',
    outcome: 'ok',
    arguments: {},
    inputs: []
  } as const;
  const rest = {
    intent: null,
    parent: null,
    outputs: ['version:churn@3'],
    reason: '',
    duration_ms: 1
  };
  return { seq, ...who, ...what, ...rest, ...given } as AuditEvent;
}

const NO_FILTER = { by: '', did: '', about: '', outcome: '', start: '', end: '' };

function drawAudit(rows: AuditEvent[], given: Partial<Audit.IProps> = {}): HTMLElement {
  const proof = { answer: null, isBusy: false };
  const none = {
    looked: '',
    standing: null,
    filter: NO_FILTER,
    refusal: () => null,
    tools: tools()
  };
  const acts = { onLook() {}, onVerify() {}, onSign() {}, onFilter() {}, onProve() {} };
  const inclusion = answered({ answer: null, isWanted: false });
  const props = { proof, inclusion, ...none, ...acts, ...given };
  return draw(<Audit listing={listed(rows)} {...props} />);
}

describe('Audit', () => {
  it('shows who did what', () => {
    const row = drawAudit([event(7)]).querySelector('[role="listitem"]');
    expect(row?.textContent).toContain('promote churn@3');
    expect(row?.textContent).toContain('7 · ada');
  });

  it('tells a call once: its end, or its beginning while it has none', () => {
    const begun = event(4, { phase: 'intent', outcome: 'started' });
    const rows = [
      event(6, { phase: 'intent', outcome: 'started' }),
      event(5, { intent: 4 }),
      begun
    ];
    expect(drawAudit(rows).querySelectorAll('[role="listitem"]')).toHaveLength(2);
  });

  it('tells why', () => {
    const refused = event(7, {
      outcome: 'refused',
      reason: 'auc fell.',
      arguments: { note: 'try' }
    });
    expect(drawAudit([refused], { looked: '7' }).querySelector('section')?.textContent).toContain(
      'try'
    );
  });

  it('verifies the chain, and shows the proof', () => {
    const onVerify = jest.fn();
    const proof = { answer: plainCard('17 lines, every one as it was written', {}), isBusy: false };
    const host = drawAudit([event(1)], { proof, onVerify });
    press(host, 'Verify');
    expect(onVerify).toHaveBeenCalled();
    expect(host.querySelector('.jp-Mlops-card')?.textContent).toContain('every one');
  });

  it('says how well it is protected', () => {
    const standing = { lines: 12, evidence: 'local only', warnings: ['Line 9 was cut off.'] };
    const host = drawAudit([event(1)], { standing });
    expect(host.textContent).toContain('local only');
    expect(host.textContent).toContain('Line 9 was cut off.');
  });

  it('writes the filter as the line that it is, moments in UTC', () => {
    const start = '2026-11-20T10:00:00Z';
    const filter = { ...NO_FILTER, by: 'ada', outcome: 'refused', start };
    expect(drawAudit([], { filter }).textContent).toContain(
      '%mlops audit --by ada --outcome refused --start 2026-11-20T10:00:00.000Z'
    );
    expect(filtering({ ...NO_FILTER, start: 'soon' })).toEqual({});
  });

  it('proves that a line is in what was signed', () => {
    const onProve = jest.fn();
    const made = { seq: 7, line: '{}', path: ['a', 'b'], checkpoint: 'signed', keys: ['k'] };
    const proof = { ...made, since: null, since_root: '', growth: [] };
    const answer = { is_verified: true, flaws: [], proof } as unknown as Proven;
    const inclusion = answered({ answer, isWanted: true });
    const host = drawAudit([event(7)], { looked: '7', inclusion, onProve });
    press(host, 'Prove');
    expect(onProve).toHaveBeenCalledWith(7);
    expect(host.textContent).toContain('Line 7 is in what was signed.');
    expect(host.textContent).toContain('Merkle path of 2 hashes');
  });

  it('shows hostile words as text', () => {
    const bad = event(7, { actor: HOSTILE, outputs: [`version:${HOSTILE}`], reason: HOSTILE });
    expect(drawAudit([bad], { looked: '7' }).querySelector('img, script')).toBeNull();
  });
});
