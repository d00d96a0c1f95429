import { lineOf, quote, variableOf } from '../line';

describe('lineOf', () => {
  it.each([
    ['%mlops promote churn@3', 'promote', { version: 'churn@3' }],
    ['%mlops promote churn@3 staging', 'promote', { version: 'churn@3', to: 'staging' }],
    ['%mlops runs --limit 5', 'runs', { limit: 5 }],
    ['%mlops audit --verify', 'audit', { verify: true }],
    ['%mlops audit --no-verify', 'audit', { verify: false }],
    [
      '%mlops run a.ipynb --param k=1 --param b=2',
      'run',
      { target: 'a.ipynb', param: ['k=1', 'b=2'] }
    ],
    ['%mlops status', 'status', {}]
  ])('writes %s', (line, verb, given) => {
    expect(lineOf(verb, given)).toBe(line);
  });

  it('leaves out what is not given', () => {
    expect(lineOf('promote', { version: 'churn@3', to: undefined, note: null })).toBe(
      '%mlops promote churn@3'
    );
  });

  it('names a word when one before it is left out', () => {
    expect(lineOf('promote', { to: 'staging' })).toBe('%mlops promote --to staging');
  });

  it('keeps a value that looks like an option a value', () => {
    expect(lineOf('promote', { version: 'churn@3', note: '--to x' })).toBe(
      "%mlops promote churn@3 --note='--to x'"
    );
  });
});

describe('quote', () => {
  it.each([
    ['churn@3', 'churn@3'],
    ['two words', "'two words'"],
    ["it's", `'it'"'"'s'`],
    ['$HOME {x} `y`', "'$HOME {x} `y`'"],
    ['', "''"],
    ['a\nb', "'a b'"]
  ])('writes %j as a shell would read it', (value, written) => {
    expect(quote(value)).toBe(written);
  });
});

describe('variableOf', () => {
  it.each([
    ['customers@3', 'customers'],
    ['sales-2026@1', 'sales_2026'],
    ['2026@1', '_2026'],
    ['class@1', '_class'],
    ['größe@1', 'größe']
  ])('makes a Python name of %s', (reference, name) => {
    expect(variableOf(reference)).toBe(name);
  });
});
