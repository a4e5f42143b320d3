import assert from 'node:assert/strict';
import type { Action, Message, Reach } from '../../../../src/peers/membership/actions.ts';
import {
  defaultMembershipOptions,
  type MembershipOptions,
} from '../../../../src/peers/membership/options.ts';
import { Swim } from '../../../../src/peers/membership/swim.ts';
import { MAX_INCARNATION_JUMP, type Update } from '../../../../src/peers/membership/update.ts';

const { periodMs, timeoutMs } = defaultMembershipOptions;

/** One member among peers that do only what the test says. */
class Alone {
  readonly swim: Swim;
  readonly actions: Action[] = [];
  nowMs = 0;
  #seed = 1;

  constructor(peers: readonly string[], options: Partial<MembershipOptions> = {}) {
    this.swim = new Swim({
      self: 'self',
      addresses: () => ['/memory/0'],
      random: { next: () => (this.#seed = (this.#seed * 16807) % 2147483647) / 2147483647 },
      options: { ...defaultMembershipOptions, exchangeMs: 1e9, verifyMs: 0, ...options },
      isPeerId: (text) => text !== 'nonsense',
      believable: (said) => said.filter((address) => address !== '/memory/unknowable'),
    });
    this.swim.start(0);
    for (const peer of peers) this.connect(peer);
    this.pass(10);
    this.take();
  }

  connect(peer: string): void {
    this.swim.connected(peer, `/memory/${peer}`, this.nowMs);
    this.swim.greeted(peer, this.nowMs);
    this.#collect();
  }

  reached(peer: string, id: number, reach: Reach): void {
    this.swim.reached(peer, id, reach, this.nowMs);
    this.#collect();
  }

  disconnect(peer: string): void {
    this.swim.disconnected(peer, this.nowMs);
    this.#collect();
  }

  hear(from: string, message: Message): void {
    this.swim.heard(from, message, this.nowMs);
    this.#collect();
  }

  news(from: string, ...updates: Partial<Update>[]): void {
    const whole = updates.map((update) => {
      return { peer: 'x', state: 'alive' as const, incarnation: 0, addresses: [], by: [], ...update };
    });
    this.hear(from, { kind: 'news', updates: whole });
  }

  /** Every ping is answered at once, but for those of `silent`. */
  pass(ms: number, silent: readonly string[] = []): void {
    const untilMs = this.nowMs + ms;
    for (let atMs = this.swim.wakeAtMs(); atMs <= untilMs; atMs = this.swim.wakeAtMs()) {
      this.nowMs = atMs;
      this.swim.tick(atMs);
      for (const action of this.#collect()) {
        if (action.do !== 'ping' || silent.includes(action.peer)) continue;
        this.swim.ponged(action.peer, action.id, this.nowMs);
      }
    }
    this.nowMs = untilMs;
  }

  /** Until a ping of `peer` is sent; returns it, unanswered. */
  untilPing(peer: string): Extract<Action, { do: 'ping' }> {
    for (let rounds = 0; rounds < 1000; rounds++) {
      this.nowMs = this.swim.wakeAtMs();
      this.swim.tick(this.nowMs);
      const actions = this.#collect();
      for (const action of actions) {
        if (action.do !== 'ping') continue;
        if (action.peer === peer) return action;
        this.swim.ponged(action.peer, action.id, this.nowMs);
      }
    }
    throw new Error(`${peer} is not pinged`);
  }

  /** What it did since this was last asked. */
  take(): Action[] {
    return this.actions.splice(0);
  }

  /** States it told of since this was last asked. */
  told(): string[] {
    return this.take().flatMap((action) =>
      action.do === 'tell' ? `${action.member.peer} ${action.member.state} ${action.member.cause}` : [],
    );
  }

  sent<Kind extends Message['kind']>(
    kind: Kind,
  ): { to: string; message: Extract<Message, { kind: Kind }> }[] {
    return this.actions.flatMap((action) =>
      action.do === 'send' && action.message.kind === kind
        ? { to: action.peer, message: action.message as Extract<Message, { kind: Kind }> }
        : [],
    );
  }

  state(peer: string): string | undefined {
    return this.swim.get(peer)?.state;
  }

  #collect(): Action[] {
    const actions = this.swim.take();
    this.actions.push(...actions);
    return actions;
  }
}

const PEERS = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Lets a probe of `peer` fail, the helpers answering so; returns who was asked. */
function failProbe(
  alone: Alone,
  peer: string,
  reach: 'silent' | 'reached' | 'refused' | undefined,
): string[] {
  alone.untilPing(peer);
  alone.pass(timeoutMs, [peer]);
  const asked = alone.sent('ask').filter(({ message }) => message.peer === peer);
  for (const { to, message } of asked)
    if (reach !== undefined) alone.hear(to, { kind: 'answer', id: message.id, reach });
  alone.pass(timeoutMs + 1, [peer]);
  return asked.map(({ to }) => to);
}

describe('swim', () => {
  describe('probes', () => {
    it('one neighbour a period, every one in a round', () => {
      const alone = new Alone(PEERS);
      alone.pass(60 * periodMs);
      const pinged = alone.take().flatMap((action) => (action.do === 'ping' ? action.peer : []));
      assert.equal(pinged.length, 60);
      // Whoever was first in a round may be last in the next.
      for (let at = 0; at + 11 <= pinged.length; at++)
        assert.deepEqual([...new Set(pinged.slice(at, at + 11))].sort(), PEERS);
      for (const peer of PEERS)
        assert.ok(Math.abs(pinged.filter((other) => other === peer).length - 10) <= 1);
    });

    it('asks k others when it gets no answer, with the address, and suspects when none has one', () => {
      const alone = new Alone(PEERS);
      const asked = failProbe(alone, 'a', 'silent');
      assert.equal(asked.length, 3);
      assert.equal(new Set(asked).size, 3);
      assert.ok(!asked.includes('a'));
      assert.deepEqual(alone.sent('ask')[0]!.message.addresses, ['/memory/a']);
      assert.deepEqual(alone.told(), ['a suspect silent']);
      assert.equal(alone.swim.health.points, 0, 'those asked have none either: it is not us');
    });

    it('tells the suspect first, and again with each ping', () => {
      const alone = new Alone(PEERS);
      failProbe(alone, 'a', 'silent');
      const first = alone.sent('news').find(({ message }) => message.updates[0]!.peer === 'a');
      assert.equal(first!.to, 'a');
      assert.deepEqual(
        first!.message.updates.map(({ peer, state, by }) => [peer, state, by]),
        [['a', 'suspect', ['self']]],
      );
      alone.take();
      alone.untilPing('a');
      assert.ok(alone.sent('news').some(({ to, message }) => to === 'a' && message.updates[0]!.peer === 'a'));
    });

    it('knows a cut link: others reach it, and nobody is suspected', () => {
      const alone = new Alone(PEERS);
      failProbe(alone, 'a', 'reached');
      const links = alone.actions.filter((action) => action.do === 'link');
      assert.deepEqual(links, [{ do: 'link', peer: 'a', state: 'cut' }]);
      assert.deepEqual(alone.told(), []);
      assert.equal(alone.state('a'), 'alive');
      // And no longer, once it answers.
      alone.untilPing('a');
      const { id } = alone.actions.findLast((action) => action.do === 'ping' && action.peer === 'a') as {
        id: number;
      };
      alone.swim.ponged('a', id, alone.nowMs);
      assert.deepEqual(alone.swim.take(), [{ do: 'link', peer: 'a', state: 'good' }]);
    });

    it('knows a slow one: it answers late, and is not suspected', () => {
      const alone = new Alone(PEERS);
      const { id } = alone.untilPing('a');
      alone.pass(timeoutMs + 500, ['a']);
      alone.swim.ponged('a', id, alone.nowMs);
      assert.deepEqual(alone.swim.take(), [{ do: 'link', peer: 'a', state: 'slow' }]);
      alone.pass(2 * timeoutMs);
      assert.deepEqual(alone.told(), []);
    });

    it('takes an answer that comes too late, even for a suspect', () => {
      const alone = new Alone(PEERS);
      const { id } = alone.untilPing('a');
      alone.pass(2 * timeoutMs + 1, ['a']);
      assert.equal(alone.state('a'), 'suspect');
      alone.take();
      alone.swim.ponged('a', id, alone.nowMs);
      assert.equal(alone.state('a'), 'alive');
      const sent = alone.swim.take().find((action) => action.do === 'send' && action.peer === 'a');
      assert.ok(sent !== undefined, 'it is told, so that it tells the others');
    });

    it('waits longer when those it asks do not answer either: perhaps it is us', () => {
      const alone = new Alone(PEERS);
      failProbe(alone, 'a', undefined);
      // A point for each of the three, and one less for each probe since.
      assert.ok(alone.swim.health.points >= 2);
      alone.take();
      alone.pass(4 * periodMs, ['a']);
      const pings = alone.actions.filter((action) => action.do === 'ping' && action.peer !== 'a');
      assert.ok(pings.length <= 3, `${pings.length} pings in four periods`);
      alone.pass(60 * periodMs, ['a']);
      assert.equal(alone.swim.health.points, 0, 'and is well again after some answers');
    });

    it('adds the time it stood still to all it waits for', () => {
      const alone = new Alone(PEERS);
      alone.untilPing('a');
      failProbe(alone, 'b', 'silent');
      assert.equal(alone.state('b'), 'suspect');
      alone.untilPing('c');
      alone.take();
      // SIGSTOP for a minute, and SIGCONT.
      alone.nowMs += 60_000;
      alone.swim.tick(alone.nowMs);
      alone.pass(timeoutMs / 2, ['b', 'c']);
      assert.deepEqual(alone.told(), []);
      assert.ok(alone.swim.health.points > 0);
    });

    it('dials a member it is not connected to, now and then, and finds the dead that nobody is connected to', () => {
      const alone = new Alone(PEERS, { verifyMs: 30_000 });
      alone.news('a', { peer: 'far', addresses: ['/memory/far'] });
      const dials = (): Extract<Action, { do: 'reach' }>[] =>
        alone.actions.filter((action) => action.do === 'reach');
      while (dials().length === 0) alone.pass(100);
      assert.ok(alone.nowMs <= 40_000);
      const { peer, id } = dials()[0]!;
      assert.equal(peer, 'far');
      alone.reached('far', id, 'refused');
      assert.equal(alone.state('far'), 'suspect');
    });
  });

  describe('a lost connection', () => {
    const lost = (): { alone: Alone; id: number } => {
      const alone = new Alone(PEERS);
      alone.pass(5000);
      alone.take();
      alone.disconnect('a');
      const dial = alone.actions.find((action) => action.do === 'reach');
      assert.ok(dial?.do === 'reach' && dial.peer === 'a');
      return { alone, id: dial.id };
    };

    it('and a refused dial: dead at once', () => {
      const { alone, id } = lost();
      alone.swim.reached('a', id, 'refused', alone.nowMs);
      const told = alone.swim.take().find((action) => action.do === 'tell');
      assert.ok(told?.do === 'tell');
      assert.deepEqual([told.member.state, told.member.cause, told.member.by], ['dead', 'refused', null]);
    });

    it('and a dial that is accepted: alive', () => {
      const { alone, id } = lost();
      alone.swim.reached('a', id, 'reached', alone.nowMs);
      alone.pass(60_000);
      assert.equal(alone.state('a'), 'alive');
    });

    it('and no answer: others are asked; reached by one, the way there is cut; by none, it is a suspect', () => {
      for (const [reach, state, cause] of [
        ['reached', 'alive', 'cut'],
        ['unreachable', 'suspect', 'unreachable'],
      ] as const) {
        const { alone, id } = lost();
        alone.take();
        alone.reached('a', id, 'unreachable');
        for (const { to, message } of alone.sent('ask'))
          alone.hear(to, { kind: 'answer', id: message.id, reach });
        assert.equal(alone.state('a'), state);
        const told = alone.actions.flatMap((action) =>
          action.do === 'tell' ? action.member.cause : action.do === 'link' ? action.state : [],
        );
        assert.deepEqual(told, [cause]);
      }
    });

    it('after a goodbye: it has left, and nobody dials it', () => {
      const alone = new Alone(PEERS);
      alone.pass(5000);
      alone.take();
      alone.hear('a', { kind: 'goodbye', incarnation: 0 });
      alone.disconnect('a');
      assert.deepEqual(
        alone.actions.filter((action) => action.do === 'reach'),
        [],
      );
      assert.deepEqual(alone.told(), ['a left goodbye']);
    });

    it('as short as one likes, over which something was said: it is dialled', () => {
      const alone = new Alone(PEERS);
      alone.connect('g');
      alone.news('g');
      alone.disconnect('g');
      assert.ok(alone.take().some((action) => action.do === 'reach' && action.peer === 'g'));
    });

    it('that was a visit is none: no dial in return', () => {
      const alone = new Alone(PEERS);
      alone.connect('visitor');
      alone.disconnect('visitor');
      assert.deepEqual(
        alone.actions.filter((action) => action.do === 'reach'),
        [],
      );
    });
  });

  describe('a dial of others in this node, in vain', () => {
    /** `a` was connected and is not, and is alive; `last`: what was done about the dial. */
    const after = (
      failed: 'refused' | 'unreachable',
      triedAt: string,
      then: (alone: Alone) => void = () => undefined,
    ): { alone: Alone; last: Action[] } => {
      const alone = new Alone(PEERS);
      alone.pass(5000);
      alone.disconnect('a');
      const dial = alone.take().find((action) => action.do === 'reach');
      assert.ok(dial?.do === 'reach');
      alone.reached('a', dial.id, 'reached');
      then(alone);
      alone.take();
      alone.swim.dialFailed('a', failed, [triedAt], alone.nowMs);
      return { alone, last: alone.swim.take() };
    };
    const moved = (alone: Alone): void =>
      alone.news('b', { peer: 'a', incarnation: 1, addresses: ['/memory/new'] });

    it('refused where it was reached: dead at once', () => {
      assert.equal(after('refused', '/memory/a').alone.state('a'), 'dead');
    });

    it('refused where it was before it moved: it is looked for where it is', () => {
      for (const failed of ['refused', 'unreachable'] as const) {
        const { alone, last } = after(failed, '/memory/a', moved);
        assert.equal(alone.state('a'), 'alive');
        const dials = last.flatMap((action) => (action.do === 'reach' ? action.addresses : []));
        assert.deepEqual(dials, ['/memory/new']);
      }
      assert.equal(after('refused', '/memory/new', moved).alone.state('a'), 'dead');
    });

    it('refused at another address than it was reached at, which others know as well: it is looked for', () => {
      const says = (alone: Alone): void => {
        alone.connect('a');
        const self: Update = { peer: 'a', state: 'alive', incarnation: 0, addresses: ['/memory/b'], by: [] };
        alone.hear('a', { kind: 'hello', self, digest: 0, isAnswer: true });
        assert.deepEqual(alone.swim.get('a')!.addresses, ['/memory/a', '/memory/b']);
        alone.disconnect('a');
        const dial = alone.take().find((action) => action.do === 'reach');
        assert.ok(dial?.do === 'reach');
        alone.reached('a', dial.id, 'reached');
      };
      const { alone, last } = after('refused', '/memory/b', says);
      assert.equal(alone.state('a'), 'alive');
      assert.ok(last.some((action) => action.do === 'reach'));
    });

    it('no answer where it is: others are asked', () => {
      const { last } = after('unreachable', '/memory/a');
      assert.ok(last.some((action) => action.do === 'send' && action.message.kind === 'ask'));
    });
  });

  describe('suspicion', () => {
    it('ends in death, later the fewer confirm it, and the dead are dropped', () => {
      const until = (confirmers: readonly string[]): number => {
        const alone = new Alone(PEERS);
        failProbe(alone, 'a', 'silent');
        const sinceMs = alone.swim.get('a')!.sinceMs;
        for (const by of confirmers) alone.news(by, { peer: 'a', state: 'suspect', by: [by] });
        alone.take();
        while (alone.state('a') === 'suspect') alone.pass(10, ['a']);
        assert.deepEqual(
          alone.actions.filter((action) => action.do === 'drop'),
          [{ do: 'drop', peer: 'a' }],
        );
        return alone.nowMs - sinceMs;
      };
      // 7 members: log10 is below 1.
      const shortest = 3 * periodMs;
      const times = [[], ['b'], ['b', 'c'], ['b', 'c', 'd'], ['b', 'b', 'b']].map(until);
      const expected = [4, 4 - (3 * Math.log(2)) / Math.log(3), 1, 1, 4 - (3 * Math.log(2)) / Math.log(3)];
      times.forEach((ms, index) => {
        assert.ok(Math.abs(ms - expected[index]! * shortest) <= 20, `${ms} ms with ${index} confirmations`);
      });
    });

    it('ends when the suspect counts up', () => {
      const alone = new Alone(PEERS);
      failProbe(alone, 'a', 'silent');
      alone.take();
      alone.news('b', { peer: 'a', state: 'alive', incarnation: 1 });
      assert.deepEqual(alone.told(), ['a alive refuted']);
      // And what was said before is old.
      alone.news('b', { peer: 'a', state: 'suspect', incarnation: 0, by: ['b'] });
      alone.news('c', { peer: 'a', state: 'dead', incarnation: 0, by: ['b'] });
      alone.pass(1000);
      assert.deepEqual(alone.told(), []);
    });

    it('is contradicted by its object, at once and by one more each time; a stale one is not', () => {
      const alone = new Alone(PEERS);
      for (const [said, is] of [
        [0, 1],
        [0, 1],
        [1, 2],
        [40, 41],
      ] as const) {
        alone.news('b', { peer: 'self', state: 'suspect', incarnation: said, by: ['c'] });
        assert.equal(alone.swim.incarnation, is);
      }
      const answers = alone.sent('news').filter(({ message }) => message.updates[0]!.peer === 'self');
      assert.deepEqual(
        answers.filter(({ to }) => to === 'b').map(({ message }) => message.updates[0]!.incarnation),
        [1, 2, 41],
      );
      // It was suspected while it lived, twice; of 40 only a former life can have heard.
      assert.equal(alone.swim.health.points, 2);
    });
  });

  describe('hearsay', () => {
    it('does not cost a neighbour that answers its connection, nor is it passed on', () => {
      for (const state of ['suspect', 'dead', 'left'] as const) {
        const alone = new Alone(PEERS);
        alone.pass(3 * periodMs);
        alone.take();
        alone.news('b', { peer: 'a', state, incarnation: 7, by: ['c'] });
        const did = alone.actions.slice();
        assert.ok(
          did.some((action) => action.do === 'ping' && action.peer === 'a'),
          'it is pinged at once',
        );
        assert.ok(
          did.some((action) => action.do === 'send' && action.peer === 'a'),
          'it is told',
        );
        const ping = did.find((action) => action.do === 'ping') as { id: number };
        alone.swim.ponged('a', ping.id, alone.nowMs);
        alone.pass(30_000);
        assert.equal(alone.state('a'), 'alive');
        assert.ok(!alone.actions.some((action) => action.do === 'drop'));
        const passedOn = alone
          .sent('news')
          .filter(
            ({ to, message }) => to !== 'a' && message.updates.some((update) => update.state === state),
          );
        assert.deepEqual(passedOn, []);
      }
    });

    it('is believed of a neighbour that fails us too', () => {
      const alone = new Alone(PEERS);
      alone.pass(3 * periodMs);
      alone.take();
      alone.news('b', { peer: 'a', state: 'dead', by: ['c'] });
      alone.pass(2 * timeoutMs + 1, ['a']);
      assert.deepEqual(alone.told(), ['a dead silent']);
    });

    it('is believed of others, and passed on to some', () => {
      const alone = new Alone(PEERS);
      alone.news('a', { peer: 'far', addresses: ['/memory/far'] });
      alone.news('a', { peer: 'far', state: 'dead', by: ['g'] });
      alone.pass(5000);
      const told = alone
        .sent('news')
        .filter(({ message }) => message.updates.some(({ peer }) => peer === 'far'));
      assert.ok(!told.some(({ to }) => to === 'a'), 'not to who told us');
      const tellings = Math.ceil(4 * Math.log10(8));
      assert.ok(told.length >= tellings - 2 && told.length <= tellings, `told ${told.length} times`);
      assert.deepEqual(alone.told().slice(-2), ['far alive joined', 'far dead told']);
      assert.equal(alone.swim.get('far')!.by, 'g');
    });

    it('of where one is goes on only as far as whoever said so could know it', () => {
      const alone = new Alone(PEERS);
      const addresses = ['/memory/unknowable', '/memory/x'];
      alone.news('a', { peer: 'x', addresses }, { peer: 'y', state: 'suspect', addresses, by: ['b'] });
      alone.news('a', { peer: 'x', incarnation: 1, addresses });
      alone.pass(5000);
      const told = alone.sent('news').flatMap(({ message }) => message.updates);
      assert.ok(told.some(({ peer, incarnation }) => peer === 'x' && incarnation === 1));
      assert.ok(told.some(({ peer }) => peer === 'y'));
      assert.ok(told.every((update) => !update.addresses.includes('/memory/unknowable')));
    });

    it('of incarnations that jump too far is not believed, of oneself neither', () => {
      const alone = new Alone(PEERS);
      const incarnation = MAX_INCARNATION_JUMP + 1;
      alone.take();
      alone.news('b', { peer: 'far', incarnation }, { peer: 'self', state: 'dead', incarnation });
      alone.news('b', { peer: 'near' }, { peer: 'near', state: 'dead', incarnation });
      assert.deepEqual(alone.told(), ['near alive joined']);
      assert.equal(alone.swim.incarnation, 0);
    });

    it('of what is no peer id is not kept', () => {
      const alone = new Alone(PEERS);
      alone.news('b', { peer: 'nonsense' });
      assert.equal(alone.state('nonsense'), undefined);
    });

    it('fills no more memory than it may, and not at the cost of neighbours', () => {
      const alone = new Alone(PEERS, { maxMembers: 20 });
      for (let k = 0; k < 1000; k++) alone.news('b', { peer: `made-up-${k}` });
      assert.equal([...alone.swim.members()].length, 20);
      alone.connect('g');
      assert.equal(alone.state('g'), 'alive');
      for (const peer of PEERS) assert.equal(alone.state(peer), 'alive');
      // The dead make room.
      alone.news('b', { peer: 'made-up-0', state: 'dead' });
      alone.news('b', { peer: 'new' });
      assert.equal(alone.state('made-up-0'), undefined);
    });
  });

  describe('forgetting', () => {
    it('is for good: the gone are not met anew, nor told of, by whoever remembers them still', () => {
      const alone = new Alone(PEERS, { forgetMs: 60_000 });
      alone.news('a', { peer: 'x' }, { peer: 'y' });
      const gone = (['dead', 'left'] as const).map((state, at) => ({ peer: 'xy'[at]!, state, by: ['b'] }));
      alone.news('a', ...gone);
      assert.deepEqual([alone.state('x'), alone.state('y')], ['dead', 'left']);
      alone.pass(180_000);
      assert.deepEqual([alone.state('x'), alone.state('y')], [undefined, undefined]);
      alone.take();
      const updates = gone.map((update) => ({ incarnation: 0, addresses: [], ...update }));
      alone.hear('c', { kind: 'list', updates });
      alone.news('c', ...gone);
      alone.pass(20_000);
      assert.deepEqual([alone.state('x'), alone.state('y')], [undefined, undefined]);
      const told = alone.sent('news').flatMap(({ message }) => message.updates);
      assert.ok(!told.some(({ peer }) => peer === 'x' || peer === 'y'));
      assert.deepEqual(alone.told(), []);
    });
  });

  describe('coming back', () => {
    it('the dead that connect are alive, and hear what was held of them', () => {
      const alone = new Alone(PEERS);
      alone.pass(3000);
      alone.disconnect('a');
      const dial = alone.take().findLast((action) => action.do === 'reach') as { id: number };
      alone.swim.reached('a', dial.id, 'refused', alone.nowMs);
      alone.connect('a');
      const grudge = alone.sent('news').find(({ to }) => to === 'a')!.message.updates[0]!;
      assert.deepEqual([grudge.peer, grudge.state, grudge.incarnation], ['a', 'dead', 0]);
      assert.deepEqual(alone.told().slice(-1), ['a alive returned']);
    });

    it('a process that begins anew hears what its former life came to', () => {
      const alone = new Alone(PEERS);
      alone.news('b', { peer: 'a', incarnation: 5 });
      alone.take();
      const self: Update = { peer: 'a', state: 'alive', incarnation: 0, addresses: [], by: [] };
      alone.hear('a', { kind: 'hello', self, digest: 1, isAnswer: true });
      const told = alone.sent('news').find(({ to }) => to === 'a')!.message.updates[0]!;
      assert.equal(told.incarnation, 5);
      // And this is what it does then.
      alone.news('b', { peer: 'self', incarnation: 5 });
      assert.equal(alone.swim.incarnation, 6);
    });
  });

  describe('exchange', () => {
    it('of all members where a digest differs, in pages, not again at once; of nothing where it does not', () => {
      const alone = new Alone(PEERS);
      for (let k = 0; k < 100; k++) alone.news('b', { peer: `member-${k}` });
      alone.pass(20_000);
      alone.take();
      const self: Update = { peer: 'a', state: 'alive', incarnation: 0, addresses: ['/memory/a'], by: [] };
      alone.hear('a', { kind: 'hello', self, digest: 1, isAnswer: false });
      const pages = alone.sent('list');
      assert.ok(pages.every(({ to, message }) => to === 'a' && message.updates.length <= 32));
      const listed = pages.flatMap(({ message }) => message.updates.map(({ peer }) => peer));
      assert.equal(new Set(listed).size, PEERS.length - 1 + 100);
      const hello = alone.sent('hello')[0]!.message;
      assert.equal(hello.isAnswer, true);
      alone.take();
      alone.hear('a', { kind: 'hello', self, digest: 1, isAnswer: true });
      alone.hear('a', { kind: 'hello', self, digest: hello.digest, isAnswer: false });
      assert.deepEqual(alone.take(), []);
    });
  });

  describe('errands', () => {
    const ask = (id: number): Message => ({ kind: 'ask', id, peer: 'far', addresses: ['/memory/far'] });

    it('are run, and answered with what came of them', () => {
      const alone = new Alone(PEERS);
      alone.take();
      alone.hear('a', ask(7));
      const [action] = alone.take();
      assert.ok(action?.do === 'reach');
      assert.deepEqual([action.peer, action.addresses], ['far', ['/memory/far']]);
      assert.ok(action.timeoutMs < timeoutMs, 'the answer is there before it is waited for no longer');
      alone.swim.reached('far', action.id, 'refused', alone.nowMs);
      assert.deepEqual(alone.swim.take(), [
        { do: 'send', peer: 'a', message: { kind: 'answer', id: 7, reach: 'refused' } },
      ]);
    });

    it('are bounded: in number, and in rate', () => {
      const alone = new Alone(PEERS);
      alone.take();
      for (let id = 0; id < 20; id++) alone.hear('a', ask(id));
      const dials = alone.actions.flatMap((action) => (action.do === 'reach' ? action.id : []));
      assert.equal(dials.length, 4);
      assert.ok(alone.sent('answer').every(({ message }) => message.reach === 'unknown'));
      for (let round = 0; round < 10; round++) {
        for (const id of dials.splice(0)) alone.swim.reached('far', id, 'unreachable', alone.nowMs);
        alone.take();
        for (let id = 0; id < 20; id++) alone.hear('a', ask(id));
        dials.push(...alone.actions.flatMap((action) => (action.do === 'reach' ? action.id : [])));
      }
      assert.equal(dials.length, 0, 'eight at once, and no more before time passes');
      alone.hear('b', ask(1));
      assert.equal(alone.sent('answer').length, 20, 'another is not held to it');
    });
  });
});
