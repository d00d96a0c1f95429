import React from 'react';
import type { Snapshot } from '../api/contract';
import { Data } from '../sections/data';
import { buttonOf, draw, HOSTILE, listed, press, tools } from './draw';

function snapshot(number: number, given: Partial<Snapshot> = {}): Snapshot {
  const made = {
    ref: `sales-2026@${number}`,
    dataset: 'sales-2026',
    version: number,
    actor: 'ada'
  };
  const size = { rows: 5000, columns: 12, size_bytes: 9, digest: '3f9a12ffffffffff', manifest: '' };
  const rest = { created_at: '2026-11-20T10:00:00Z', note: 'cleaned', parent: null };
  const none = { is_new: null, same_as: null, made_by: '', made_from: [], findings: [] };
  return {
    ...made,
    ...size,
    ...rest,
    ...none,
    newer: [],
    renewed: [],
    personal: [],
    breaches: null,
    ...given
  };
}

function drawData(given: Partial<Data.IProps> = {}): HTMLElement {
  const acts = { onFilter() {}, onOpen() {}, onLook() {}, onLoad() {}, onPage() {}, onDiff() {} };
  const lists = { datasets: listed([snapshot(3)]), versions: listed([snapshot(3), snapshot(2)]) };
  const props = {
    filter: '',
    dataset: '',
    looked: '',
    tools: tools(),
    ...lists,
    ...acts,
    ...given
  };
  return draw(<Data {...props} />);
}

describe('Data', () => {
  it('teaches how to keep the first table', () => {
    const host = drawData({ datasets: listed([]) });
    expect(host.querySelector('code')?.textContent).toBe('%mlops snapshot df customers');
  });

  it('shows the size of each dataset and who made its newest version', () => {
    const row = drawData().querySelector('[role="listitem"]');
    expect(row?.textContent).toContain('5,000 × 12');
    expect(row?.textContent).toContain('@3 · 9 B · ada');
  });

  it('marks what breaks its contract, and what is due to be made again', () => {
    const broken = snapshot(3, { breaches: 2, newer: ['raw@4'] });
    const host = drawData({ datasets: listed([broken]) });
    expect(host.querySelector('.jp-Mlops-mark')?.getAttribute('aria-label')).toBe(
      '2 findings against its contract'
    );
    expect(host.querySelector('.jp-Mlops-badge')?.textContent).toBe('stale');
  });

  it('tells a version apart from the one before it', () => {
    const onDiff = jest.fn();
    press(drawData({ dataset: 'sales-2026', looked: 'sales-2026@3', onDiff }), 'Diff…');
    expect(onDiff).toHaveBeenCalledWith('sales-2026@2', 'sales-2026@3');
  });

  it('opens the versions of one', () => {
    const host = drawData({ dataset: 'sales-2026' });
    expect(host.querySelector('section [role="list"]')?.getAttribute('aria-label')).toBe(
      'Versions of sales-2026'
    );
    expect(host.querySelectorAll('section [role="listitem"]')).toHaveLength(2);
  });

  it('loads a version into the notebook, under a name that Python takes', () => {
    const onLoad = jest.fn();
    const host = drawData({ dataset: 'sales-2026', looked: 'sales-2026@2', onLoad });
    press(host, 'Load here');
    expect(onLoad).toHaveBeenCalledWith('sales_2026 = %mlops load sales-2026@2');
  });

  it('asks for a notebook to load into', () => {
    const given = { dataset: 'sales-2026', looked: 'sales-2026@2', tools: tools({ insert: null }) };
    expect(buttonOf(drawData(given), 'Load here').title).toBe('Open a notebook first');
  });

  it('shows hostile names as text', () => {
    const bad = snapshot(1, { dataset: HOSTILE, ref: HOSTILE, note: HOSTILE, actor: HOSTILE });
    const rows = listed([bad]);
    const host = drawData({ datasets: rows, versions: rows, dataset: HOSTILE, looked: HOSTILE });
    expect(host.querySelector('img, script')).toBeNull();
  });
});
