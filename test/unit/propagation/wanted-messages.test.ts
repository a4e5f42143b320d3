import assert from 'node:assert/strict';
import { FrameMeter } from '../../../src/propagation/frame-meter.ts';
import { messageId, messageIdKey } from '../../../src/propagation/message-id.ts';
import { WantedMessages } from '../../../src/propagation/wanted-messages.ts';
import { frameOf, TOPIC } from '../../helpers/rpc-frame.ts';

const id = (text: string): Uint8Array => messageId(new TextEncoder().encode(text));
const frame = (...ids: Uint8Array[]): Uint8Array => {
  const control = {
    ihave: [{ topicID: TOPIC, messageIDs: [id('offered')] }],
    iwant: [{ messageIDs: ids }],
    graft: [{ topicID: TOPIC }],
    prune: [],
    idontwant: [],
  };
  return frameOf({
    subscriptions: [{ subscribe: true, topic: TOPIC }],
    messages: [{ topic: TOPIC, data: new Uint8Array(500) }],
    control,
  });
};
const controlOf = (sent: Uint8Array): Uint8Array => {
  let control = new Uint8Array();
  new FrameMeter({ message: 0, control: 0 }, (part) => (control = part.slice())).push(sent);
  return control;
};
const want = (...ids: Uint8Array[]): Uint8Array => controlOf(frame(...ids));

describe('WantedMessages', () => {
  it('knows what was asked of whom, once', () => {
    const wanted = new WantedMessages();
    wanted.sent('alice', want(id('a'), id('b')), 0);
    assert.equal(wanted.take('bob', messageIdKey(id('a'))), false);
    assert.equal(wanted.take('alice', messageIdKey(id('a'))), true);
    assert.equal(wanted.take('alice', messageIdKey(id('a'))), false);
    assert.equal(wanted.take('alice', messageIdKey(id('b'))), true);
  });

  it('does not take an IHAVE for a question', () => {
    const wanted = new WantedMessages();
    wanted.sent('alice', want(), 0);
    assert.equal(wanted.take('alice', messageIdKey(id('offered'))), false);
  });

  it('forgets what was never answered', () => {
    const wanted = new WantedMessages();
    wanted.sent('alice', want(id('a')), 0);
    wanted.sent('alice', want(id('b')), 60_000);
    assert.equal(wanted.take('alice', messageIdKey(id('a'))), false);
    assert.equal(wanted.take('alice', messageIdKey(id('b'))), true);
  });

  it('reads what is cut short up to the cut, and ends', () => {
    const control = want(id('a'), id('b'));
    for (let length = 0; length < control.length; length++) {
      const wanted = new WantedMessages();
      wanted.sent('alice', control.subarray(0, length), 0);
      assert.equal(wanted.take('bob', messageIdKey(id('a'))), false);
    }
  });

  it('is told of every question, however a held-up stream cuts and joins its frames', () => {
    const asked = Array.from({ length: 20 }, (_, index) => id(String(index)));
    const stream = Buffer.concat(asked.map((each) => frame(each)));
    for (const step of [1, 7, 500, 1000, stream.length]) {
      const wanted = new WantedMessages();
      const meter = new FrameMeter({ message: 0, control: 0 }, (control) => wanted.sent('alice', control, 0));
      for (let at = 0; at < stream.length; at += step) meter.push(stream.subarray(at, at + step));
      assert.deepEqual(
        asked.filter((each) => !wanted.take('alice', messageIdKey(each))),
        [],
        `in pieces of ${step}`,
      );
    }
  });
});
