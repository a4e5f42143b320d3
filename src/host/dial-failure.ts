import { DialRefusedError } from './host.ts';

/**
 * What a failed dial says of who was dialled. `refused`: the machine is there and nobody listens. `silent`: no answer, or
 * no way there. `other`: whoever answered closed the connection or is somebody else; the peer may well be alive and full.
 */
export type DialFailure = 'refused' | 'silent' | 'other';

const SILENT = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN']);

/** @param error that Host.dial failed with. */
export function dialFailure(error: Error): DialFailure {
  if (error instanceof DialRefusedError) return 'refused';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'silent';
  const { code } = error as NodeJS.ErrnoException;
  return code !== undefined && SILENT.has(code) ? 'silent' : 'other';
}
