/**
 * The cryptography of transactions: keccak-256 and secp256k1 with recovery, libsecp256k1 compiled to WebAssembly.
 * Compiling is asynchronous (about 12 ms) and done once, when this module is imported; every call is synchronous.
 */
import * as Hash from 'ox/wasm/Hash';
import * as Secp256k1 from 'ox/wasm/Secp256k1';
import { toHex, type Hex } from '../bytes.ts';

export interface Signature {
  r: bigint;
  /** At most half the group order (EIP-2). */
  s: bigint;
  yParity: 0 | 1;
}

export interface Crypto {
  /** 32 bytes, a fresh array. */
  keccak256(bytes: Uint8Array): Uint8Array;
  /**
   * @param signingHash 32 bytes.
   * @param signature r, s and yParity, 65 bytes.
   * @returns 20 bytes; undefined when no key can have made the signature.
   */
  recoverAddressBytes(signingHash: Uint8Array, signature: Uint8Array): Uint8Array | undefined;
  /** As `recoverAddressBytes`. `r` and `s` must be below 2^256. */
  recoverAddress(signingHash: Uint8Array, r: bigint, s: bigint, yParity: 0 | 1): Hex | undefined;
  /** Deterministic (RFC 6979), low s. @throws when `privateKey` is not 32 bytes in [1, n-1]. */
  sign(hash: Uint8Array, privateKey: Uint8Array): Signature;
  /** @returns 20 bytes. @throws when `privateKey` is not 32 bytes in [1, n-1]. */
  addressOf(privateKey: Uint8Array): Uint8Array;
}

export const SIGNATURE_BYTES = 65;

/** Writes r, s and yParity to the 65 bytes at `at`. */
export function writeSignature(out: DataView, at: number, r: bigint, s: bigint, yParity: 0 | 1): void {
  writeUint256(out, at, r);
  writeUint256(out, at + 32, s);
  out.setUint8(at + 64, yParity);
}

function writeUint256(out: DataView, at: number, value: bigint): void {
  // setBigUint64 keeps the lowest 64 bits.
  out.setBigUint64(at, value >> 192n);
  out.setBigUint64(at + 8, value >> 128n);
  out.setBigUint64(at + 16, value >> 64n);
  out.setBigUint64(at + 24, value);
}

function readUint256(view: DataView, at: number): bigint {
  return (
    (view.getBigUint64(at) << 192n) |
    (view.getBigUint64(at + 8) << 128n) |
    (view.getBigUint64(at + 16) << 64n) |
    view.getBigUint64(at + 24)
  );
}

/** Compiles the primitives without installing them into ox: nothing global changes. */
export async function loadCrypto(): Promise<Crypto> {
  const [{ keccak256 }, secp256k1] = await Promise.all([Hash.engine(), Secp256k1.engine()]);
  // The engine wants the recovery id first. One buffer serves every call: they are synchronous and it is copied.
  const engineSignature = new Uint8Array(SIGNATURE_BYTES);
  const scratch = new Uint8Array(SIGNATURE_BYTES);
  const scratchView = new DataView(scratch.buffer);

  const addressOfPublicKey = (publicKey: Uint8Array) => keccak256(publicKey.subarray(1)).subarray(12);

  function recoverAddressBytes(signingHash: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
    engineSignature[0] = signature[64]!;
    engineSignature.set(signature.subarray(0, 64), 1);
    try {
      return addressOfPublicKey(secp256k1.recoverPublicKey(engineSignature, signingHash));
    } catch (error) {
      if (error instanceof Secp256k1.InvalidInputError) return undefined;
      throw error;
    }
  }

  return {
    keccak256,
    recoverAddressBytes,
    recoverAddress(signingHash, r, s, yParity) {
      writeSignature(scratchView, 0, r, s, yParity);
      const address = recoverAddressBytes(signingHash, scratch);
      return address === undefined ? undefined : toHex(address);
    },
    sign(hash, privateKey) {
      const signed = secp256k1.sign(hash, privateKey, { prehash: false, extraEntropy: false });
      const view = new DataView(signed.buffer, signed.byteOffset, signed.length);
      return { r: readUint256(view, 1), s: readUint256(view, 33), yParity: signed[0] === 0 ? 0 : 1 };
    },
    addressOf: (privateKey) => addressOfPublicKey(secp256k1.getPublicKey(privateKey)),
  };
}

export const { keccak256, recoverAddressBytes, recoverAddress, sign, addressOf } = await loadCrypto();
