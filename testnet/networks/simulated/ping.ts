/** libp2p's ping between simulated hosts: 32 bytes there and back on a stream of their own, worked on at both ends. */
import { AbortError, ConnectionClosedError, type Stream } from '@libp2p/interface';

const PING_BYTES = new Uint8Array(32);

/** The other end of `ping`. */
export function echo(stream: Stream): void {
  stream.addEventListener('message', ({ data }) => void stream.send(data));
  stream.addEventListener('remoteCloseWrite', () => void stream.close().catch(() => undefined));
}

/** Resolves when all of it is back; the stream is closed or aborted then. @throws when it is lost or the signal aborts. */
export function ping(stream: Stream, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let missing = PING_BYTES.byteLength;
    const end = (): void => {
      signal.removeEventListener('abort', onAbort);
      stream.removeEventListener('close', onClose);
    };
    const onClose = (): void => {
      end();
      reject(new ConnectionClosedError('the stream of a ping was closed before its answer'));
    };
    const onAbort = (): void => {
      end();
      stream.abort(new AbortError());
      reject(new AbortError());
    };
    stream.addEventListener('message', ({ data }) => {
      missing -= data.byteLength;
      if (missing > 0) return;
      end();
      stream.close().catch(() => undefined);
      resolve();
    });
    stream.addEventListener('close', onClose);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    else stream.send(PING_BYTES);
  });
}
