import { MimeModel, RenderMimeRegistry } from '@jupyterlab/rendermime';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Widget } from '@lumino/widgets';
import plugins from '..';
import { recordPlugin } from '../plugins/record';
import { RECORD_MIME } from '../tokens';
import { act } from './draw';

const ANSWER = {
  [RECORD_MIME]: { kind: 'Snapshot', card: { title: 'customers@3' }, record: {} },
  'text/html': '<b>customers@3</b>',
  'text/plain': 'customers@3'
};

function registry(): RenderMimeRegistry {
  const rendermime = new RenderMimeRegistry();
  recordPlugin.activate({} as JupyterFrontEnd, rendermime, null);
  return rendermime;
}

describe('plugins', () => {
  it('are seven, that can be disabled one by one', () => {
    expect(plugins.map(plugin => plugin.id)).toEqual([
      'jupyter-mlops:record',
      'jupyter-mlops:session',
      'jupyter-mlops:panel',
      'jupyter-mlops:commands',
      'jupyter-mlops:views',
      'jupyter-mlops:sections',
      'jupyter-mlops:statusbar'
    ]);
  });
});

describe('record renderer', () => {
  it.each([true, false])('is chosen for our records (trusted: %s)', trusted => {
    const safe = trusted ? 'any' : 'ensure';
    expect(registry().preferredMimeType(ANSWER, safe)).toBe(RECORD_MIME);
  });

  it.each([
    ['customers@3', ANSWER],
    ['another version', { [RECORD_MIME]: { future: true } }]
  ])('draws %s', async (text, data) => {
    const renderer = registry().createRenderer(RECORD_MIME);
    act(() => Widget.attach(renderer, document.body));
    await act(() => renderer.renderModel(new MimeModel({ data, trusted: false })));
    expect(renderer.node.textContent).toContain(text);
  });
});
