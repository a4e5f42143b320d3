import assert from 'node:assert/strict';
import { Agenda } from '../../../testnet/agenda.ts';
import { ManualTime } from '../../helpers/manual-network.ts';

describe('Agenda', () => {
  const recorded = () => {
    const time = new ManualTime(0);
    const agenda = new Agenda(time);
    const done: [name: string, atMs: number][] = [];
    const note = (name: string) => () => void done.push([name, time.clock.nowMs()]);
    return { time, agenda, done, note };
  };

  it('does what is due on the way, in order of time and then of adding', async () => {
    const { agenda, done, note, time } = recorded();
    agenda.add(30, note('c'));
    agenda.add(10, note('a'));
    agenda.add(10, note('b'));
    agenda.add(31, note('later'));
    await agenda.sleepUntil(30);
    assert.deepEqual(done, [
      ['a', 10],
      ['b', 10],
      ['c', 30],
    ]);
    assert.equal(time.clock.nowMs(), 30);
    await agenda.sleepUntil(100);
    assert.deepEqual(done.at(-1), ['later', 31]);
    assert.equal(time.clock.nowMs(), 100);
  });

  it('does what is overdue at the next wait, even for a moment that is over', async () => {
    const { agenda, done, note, time } = recorded();
    agenda.add(10, note('a'));
    time.pass(50);
    await agenda.sleepUntil(20);
    assert.deepEqual(done, [['a', 50]]);
  });

  it('takes up what an act adds', async () => {
    const { agenda, done, note } = recorded();
    agenda.add(10, () => {
      agenda.add(15, note('added'));
    });
    await agenda.sleepUntil(20);
    assert.deepEqual(done, [['added', 15]]);
  });

  it('repeats, and makes nothing up', async () => {
    const { agenda, done, note, time } = recorded();
    agenda.repeat(10, 20, note('look'));
    await agenda.sleepUntil(50);
    time.pass(65);
    await agenda.sleepUntil(130);
    assert.deepEqual(
      done.map(([, atMs]) => atMs),
      [10, 30, 50, 115, 130],
    );
  });
});
