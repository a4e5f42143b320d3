import assert from 'node:assert/strict';
import { messageId, messageIdKey } from '../../../src/propagation/message-id.ts';
import { WantedMessages } from '../../../src/propagation/wanted-messages.ts';
import { frameOf, TOPIC } from '../../helpers/rpc-frame.ts';

const id = (text: string): Uint8Array => messageId(new TextEncoder().encode(text));
const want = (...ids: Uint8Array[]): Uint8Array => {
  const control = { ihave: [{ topicID: TOPIC, messageIDs: [id('offered')] }], iwant: [{ messageIDs: ids }], graft: [{ topicID: TOPIC }], prune: [], idontwant: [] };
  return frameOf({ subscriptions: [{ subscribe: true, topic: TOPIC }], messages: [{ topic: TOPIC, data: new Uint8Array(500) }], control });
};

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
});
