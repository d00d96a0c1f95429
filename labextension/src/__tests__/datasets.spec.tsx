import React from 'react';
import type { Diff as Answer, Finding, Lineage, Report, Snapshot } from '../api/contract';
import { plainCard } from '../card';
import { nodesOf } from '../sections/lineage';
import { columnsOf, placeOf } from '../sections/sample';
import { Report as Findings, verdictOf } from '../sections/report';
import { opener } from '../sections/opener';
import { Dataset } from '../views/dataset';
import { Diff } from '../views/diff';
import { themed } from '../views/figures';
import { answered, buttonOf, draw, HOSTILE, listed, press, tools } from './draw';

const NO_RENDERER = { mimeTypes: [], createRenderer: () => ({}) as never };

function version(number: number, given: Partial<Snapshot> = {}): Snapshot {
  const made = { ref: `sales@${number}`, dataset: 'sales', version: number, actor: 'ada' };
  const what = { rows: 50, columns: 2, size_bytes: 12_300, digest: '3f9a12ffff', manifest: '' };
  const none = { is_new: null, same_as: null, made_by: '', made_from: [], findings: [], note: '' };
  const rest = {
    created_at: '2026-11-20T10:00:00Z',
    parent: null,
    newer: [],
    renewed: [],
    personal: []
  };
  return { ...made, ...what, ...none, ...rest, breaches: null, ...given };
}

function drawDataset(given: Partial<Dataset.IProps> = {}): HTMLElement {
  const nothing = answered({ answer: null, isWanted: false });
  const answers = { details: nothing, profile: nothing, lineage: nothing, history: nothing };
  const acts = { onLook() {}, onLoad() {}, onDiff() {}, onValidate() {}, onExpect() {} };
  const props = {
    name: 'sales',
    looked: '',
    versions: listed([version(2), version(1)]),
    rendermime: NO_RENDERER,
    refusal: () => null,
    ...answers,
    report: nothing,
    proposal: nothing,
    ...acts,
    onWrite() {},
    onPick() {},
    tools: tools(),
    ...given
  };
  return draw(<Dataset {...props} />);
}

const LINEAGE: Lineage = {
  of: 'sales@2',
  way: 'both',
  things: [
    { ref: 'snapshot:sales@2', kind: 'snapshot', name: 'sales@2', steps: 0, told: '' },
    { ref: 'source:s.csv', kind: 'source', name: 's.csv', steps: -1, told: '' },
    { ref: 'version:churn@1', kind: 'version', name: 'churn@1', steps: 1, told: 'version churn@1' }
  ],
  links: [
    { source: 'snapshot:sales@2', target: 'version:churn@1', verb: 'register', line: 3 },
    { source: 'source:s.csv', target: 'snapshot:sales@2', verb: 'snapshot', line: 1 }
  ],
  models: ['churn@1']
};

describe('Dataset', () => {
  it('shows the versions, and tells of the newest until one is chosen', () => {
    const onLook = jest.fn();
    const host = drawDataset({ onLook });
    expect(buttonOf(host, 'sales@2').getAttribute('aria-pressed')).toBe('true');
    expect(host.textContent).toContain('12.3 kB');
    press(host, 'sales@1');
    expect(onLook).toHaveBeenCalledWith('sales@1');
  });

  it('tells a version apart from the one before it; the only one from none', () => {
    const onDiff = jest.fn();
    press(drawDataset({ onDiff }), 'Diff…');
    expect(onDiff).toHaveBeenCalledWith('sales@1', 'sales@2');
    const alone = drawDataset({ versions: listed([version(1)]) });
    expect(buttonOf(alone, 'Diff…').title).toBe('There is one version only');
  });

  it('names what looks personal', () => {
    const found = { column: 'mail', kind: 'email', share: 1, by: 'values' } as const;
    const personal = [{ ...found, inside: [] }];
    const details = answered({ answer: version(2, { personal }) });
    expect(drawDataset({ details }).textContent).toContain('mail (email)');
  });

  it('writes a proposed contract once it was seen', () => {
    const onWrite = jest.fn();
    const made = { dataset: 'sales', good: ['sales@2'], file: 'sales.contract.toml', rules: 1 };
    const answer = {
      ...made,
      text: 'a = 1',
      diff: '',
      notes: [],
      is_changed: true,
      is_written: false
    };
    const host = drawDataset({ proposal: answered({ answer, isWanted: true }), onWrite });
    expect(host.textContent).toContain('a = 1');
    press(host, 'Write');
    expect(onWrite).toHaveBeenCalledWith('sales@2');
  });

  it('draws where it came from, and opens what is pressed', () => {
    const onPick = jest.fn();
    const host = drawDataset({ lineage: answered({ answer: LINEAGE }), onPick });
    host.querySelector<HTMLElement>('.jp-Mlops-node[title="version churn@1"]')?.click();
    expect(host.querySelectorAll('.jp-Mlops-node')).toHaveLength(3);
    expect(onPick).toHaveBeenCalledWith('version:churn@1');
  });

  it('shows hostile words as text', () => {
    const bad = version(1, { ref: HOSTILE, note: HOSTILE, actor: HOSTILE, made_by: HOSTILE });
    expect(drawDataset({ versions: listed([bad]) }).querySelector('img, script')).toBeNull();
  });
});

describe('nodesOf', () => {
  it('places what a thing came from before it', () => {
    expect(nodesOf(LINEAGE).map(({ name }) => name)).toEqual([
      'source:s.csv',
      'snapshot:sales@2',
      'version:churn@1'
    ]);
  });

  it('ends although a ledger says a circle', () => {
    const links = [
      ...LINEAGE.links,
      { ...LINEAGE.links[0]!, source: 'version:churn@1', target: 'source:s.csv' }
    ];
    expect(nodesOf({ ...LINEAGE, links })).toHaveLength(3);
  });
});

describe('opener', () => {
  it('opens the page of what has one', () => {
    const open = jest.fn();
    const pick = opener({ open, add: jest.fn() });
    ['snapshot:sales@2', 'version:churn@1', 'source:s.csv'].forEach(pick);
    expect(open.mock.calls).toEqual([
      ['dataset', { name: 'sales', ref: 'sales@2' }],
      ['model', { name: 'churn' }]
    ]);
  });
});

describe('Report', () => {
  const finding: Finding = {
    check: 'range',
    severity: 'warning',
    subject: 'age',
    message: '2 are below 0',
    count: 2,
    rows: [4, 9],
    sample: ['-1', '-2'],
    evidence: { least: '0' }
  };
  const report: Report = {
    subject: 'sales@2',
    checks: ['range'],
    findings: [finding],
    unknown: {}
  };

  it('passes only when no check failed and all were answered', () => {
    expect(verdictOf(report)).toBe('ok');
    expect(verdictOf({ ...report, unknown: { drift: 'no reference' } })).toBe('warning');
    const failed = { ...report, findings: [{ ...finding, severity: 'error' as const }] };
    expect(verdictOf(failed)).toBe('failed');
  });

  it('shows which rows, and by what evidence', () => {
    const host = draw(<Findings of={report} tools={tools()} />);
    expect(host.textContent).toContain('4: -1');
    expect(host.textContent).toContain('least 0');
  });
});

describe('Diff', () => {
  const row = { key: '7', row_before: 3, row_after: 4 };
  const cells = [{ column: 'age', before: '31', after: '32' }];
  const column = { missing_before: 0, missing_after: 0, measure: 'ks' } as const;
  const record: Answer = {
    before: 'sales@1',
    after: 'sales@2',
    rows_before: 50,
    rows_after: 51,
    by: 'key',
    key: ['id'],
    is_guessed: true,
    added: 1,
    removed: 0,
    changed: 1,
    is_moved: false,
    is_equal: false,
    cells_changed: 1,
    schema_changes: [{ column: 'city', change: 'added', before: '', after: 'str' }],
    columns: [{ column: 'age', changed: 1, shift: 0.5, mean_before: 1, mean_after: 2, ...column }],
    rows: [
      { change: 'changed', ...row, cells },
      { change: 'added', key: '9', row_before: null, row_after: 50, cells: [] }
    ]
  };

  function drawDiff(answer: Answer, onAsk = jest.fn()): HTMLElement {
    const told = { record: answer, card: plainCard('', {}), figure: null };
    const given = { before: 'sales@1', after: 'sales@2', key: [], match: null };
    const props = { given, versions: ['sales@2', 'sales@1'], rendermime: NO_RENDERER, onAsk };
    return draw(<Diff model={answered({ answer: told })} tools={tools()} {...props} />);
  }

  it('shows the schema, the columns that moved, and which rows', () => {
    const host = drawDiff(record);
    expect(host.querySelector('[aria-label="Changes of the schema"] tbody')?.textContent).toContain(
      'city'
    );
    expect(host.querySelector('[aria-label="Columns that differ"] tbody')?.textContent).toContain(
      '1 → 2'
    );
    expect(host.querySelector('[aria-label="Rows that differ"] tbody')?.textContent).toContain(
      '3 → 4'
    );
    expect(host.textContent).toContain('by the key id, a guess');
  });

  it('marks the cells that changed', () => {
    const host = drawDiff(record);
    expect(host.querySelector('del')?.textContent).toBe('31');
    expect(host.querySelector('ins')?.textContent).toBe('32');
  });

  it('compares what was chosen', () => {
    const onAsk = jest.fn();
    press(drawDiff(record, onAsk), 'Compare');
    expect(onAsk).toHaveBeenCalledWith({
      before: 'sales@1',
      after: 'sales@2',
      key: [],
      match: null
    });
  });

  it('says so when both hold the same', () => {
    const host = drawDiff({ ...record, is_equal: true, schema_changes: [], columns: [], rows: [] });
    expect(host.textContent).toContain('Both hold the same.');
  });

  it('shows hostile words as text', () => {
    const bad = {
      ...record.rows[0]!,
      key: HOSTILE,
      cells: [{ column: HOSTILE, before: HOSTILE, after: '' }]
    };
    expect(drawDiff({ ...record, rows: [bad] }).querySelector('img, script')).toBeNull();
  });

  it('names the columns that most rows tell of first', () => {
    const other = {
      ...record.rows[0]!,
      cells: [...cells, { column: 'city', before: 'a', after: 'b' }]
    };
    expect(columnsOf([other, record.rows[0]!])).toEqual(['age', 'city']);
    expect(placeOf(record.rows[1]!)).toBe('50');
  });
});

describe('themed', () => {
  it('gives a figure the colours of the page, and keeps its own words', () => {
    const ink = { text: 'black', quiet: 'grey', faint: 'silver', font: 'sans' };
    const figure = { data: [], layout: { height: 90, xaxis2: { title: 'x' }, annotations: [] } };
    expect(themed(figure, ink)).toMatchObject({
      layout: {
        height: 90,
        font: { color: 'black' },
        xaxis2: { title: 'x', gridcolor: 'silver' }
      }
    });
  });
});
