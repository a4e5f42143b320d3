/**
 * Counts the bytes of a gossipsub stream by kind while they pass: varint-length-prefixed RPC frames, whose
 * top-level protobuf field 2 is `publish` (payload messages) and whose other fields are subscriptions and control.
 * Framing counts as control. See the gossipsub specification, rpc.proto.
 *
 * Data comes in pieces cut anywhere (a stream that was held up sends what has gathered, several frames or a part of
 * one), so this is a state machine over varints; contents are skipped, but for control, which is handed on whole to
 * whoever asks for it.
 */
const PUBLISH_FIELD = 2;
const CONTROL_FIELD = 3;
const LENGTH_DELIMITED = 2;

const enumerated = { frameLength: 0, tag: 1, fieldLength: 2, content: 3, varintValue: 4, broken: 5 } as const;
type State = (typeof enumerated)[keyof typeof enumerated];

export interface FrameBytes {
  message: number;
  control: number;
}

export class FrameMeter {
  readonly bytes: FrameBytes;
  readonly #onControl: ((control: Uint8Array) => void) | undefined;
  #state: State = enumerated.frameLength;
  #frameLeft = 0;
  #contentLeft = 0;
  #value = 0;
  #scale = 1;
  #headerBytes = 0;
  #field = 0;
  /** Of the control part under way. */
  #control: Uint8Array[] = [];

  /**
   * `bytes` is added to; several streams may share one. `onControl` gets each ControlMessage, encoded; it is gathered
   * in memory until then, so give it for streams of our own frames only.
   */
  constructor(bytes: FrameBytes, onControl?: (control: Uint8Array) => void) {
    this.bytes = bytes;
    this.#onControl = onControl;
  }

  push(data: Uint8Array): void {
    let at = 0;
    while (at < data.length) {
      if (this.#state === enumerated.content) {
        const take = Math.min(this.#contentLeft, data.length - at);
        this.#count(take);
        if (this.#gathers()) this.#control.push(data.subarray(at, at + take));
        this.#contentLeft -= take;
        this.#frameLeft -= take;
        at += take;
        if (this.#contentLeft === 0) this.#endField();
        continue;
      }
      if (this.#state === enumerated.broken) {
        // Not protobuf as we know it: gossipsub will drop it; it still was traffic.
        this.bytes.control += data.length - at;
        return;
      }
      this.#byte(data[at]!);
      at++;
    }
  }

  #byte(byte: number): void {
    this.#headerBytes++;
    if (this.#state !== enumerated.frameLength) this.#frameLeft--;
    this.#value += (byte & 0x7f) * this.#scale;
    if (byte >= 0x80) {
      this.#scale *= 128;
      if (this.#headerBytes > 20) this.#state = enumerated.broken;
      return;
    }
    const value = this.#value;
    this.#value = 0;
    this.#scale = 1;
    switch (this.#state) {
      case enumerated.frameLength:
        this.bytes.control += this.#headerBytes;
        this.#headerBytes = 0;
        this.#frameLeft = value;
        this.#state = value === 0 ? enumerated.frameLength : enumerated.tag;
        return;
      case enumerated.tag:
        this.#field = value >>> 3;
        this.#state = (value & 7) === LENGTH_DELIMITED ? enumerated.fieldLength : enumerated.varintValue;
        if ((value & 7) !== LENGTH_DELIMITED && (value & 7) !== 0) this.#state = enumerated.broken;
        return;
      case enumerated.fieldLength:
        this.#count(this.#headerBytes);
        this.#headerBytes = 0;
        this.#contentLeft = Math.min(value, this.#frameLeft);
        if (this.#contentLeft === 0) this.#endField();
        else this.#state = enumerated.content;
        return;
      default:
        this.#count(this.#headerBytes);
        this.#headerBytes = 0;
        this.#endField();
    }
  }

  #count(bytes: number): void {
    if (this.#field === PUBLISH_FIELD) this.bytes.message += bytes;
    else this.bytes.control += bytes;
  }

  #gathers(): boolean {
    return this.#field === CONTROL_FIELD && this.#onControl !== undefined;
  }

  #endField(): void {
    if (this.#gathers() && this.#control.length > 0) {
      const control = this.#control.length === 1 ? this.#control[0]! : Buffer.concat(this.#control);
      this.#control = [];
      this.#onControl!(control);
    }
    this.#field = 0;
    this.#state = this.#frameLeft <= 0 ? enumerated.frameLength : enumerated.tag;
  }
}

/** Bytes of one `publish` field as StrictNoSign writes it: data (field 2) and topic (field 4), inside tag and length. */
export function publishFieldBytes(dataBytes: number, topicBytes: number): number {
  const inner = 1 + varintBytes(dataBytes) + dataBytes + 1 + varintBytes(topicBytes) + topicBytes;
  return 1 + varintBytes(inner) + inner;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
