import { Asked, WHEN_PRESSED, tell } from '../model/asked';
import { json, serve, settled } from './server';

describe('Asked', () => {
  it('asks nothing until somebody wants to know', async () => {
    const ask = jest.fn(async () => 1);
    const question = new Asked(ask, WHEN_PRESSED);
    question.wake();
    await question.refresh();
    expect(ask).not.toHaveBeenCalled();
    question.start();
    await settled();
    expect(question.answer).toBe(1);
  });

  it('keeps an answer that lasts when it is seen again', async () => {
    const ask = jest.fn(async () => 1);
    const question = new Asked(ask, { isLasting: true });
    question.wake();
    await settled();
    question.rest();
    question.wake();
    await settled();
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('forgets what it was about before', async () => {
    const question = new Asked(async () => 1);
    question.wake();
    await settled();
    question.clear();
    expect([question.answer, question.isWanted]).toEqual([null, false]);
  });
});

describe('tell', () => {
  it('reads a record, its card, and its figure where it has one', async () => {
    const card = { title: 'sales@1', state: 'info' };
    const shown = { kind: 'Profile', card, record: { rows: 1 }, figure: { data: [] } };
    const { client } = serve(json(200, shown));
    const told = await tell(client, 'profile', { subject: 'sales@1' });
    expect([told.card.title, told.record.rows, told.figure]).toEqual(['sales@1', 1, { data: [] }]);
  });
});
