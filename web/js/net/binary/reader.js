/** Reads the numbers of a binary message. Beyond the end it throws a `RangeError`, as `DataView` does. */

/** The length of the header that all messages have. */
const HEADER = 20;

export class Reader {
  /** @param {ArrayBuffer} buffer */
  constructor(buffer) {
    this.view = new DataView(buffer);
    this.at = HEADER;
  }

  header() {
    const { view } = this;
    return {
      kind: view.getUint8(0),
      flags: view.getUint8(1),
      entries: view.getUint16(2, true),
      ts_sent: Number(view.getBigInt64(4, true)),
      epoch: Number(view.getBigUint64(12, true)),
    };
  }

  byte() {
    return this.view.getUint8(this.at++);
  }

  varint() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  zigzag() {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

/**
 * Turns a whole number of units of the last digit into a decimal. The division rounds as parsing the decimal text does.
 *
 * @param {number} value
 * @param {number} decimals
 */
export const decimal = (value, decimals) => value / 10 ** decimals;
