/** Reads what TLS counts in bytes, big endian. Throws a `RangeError` where the bytes end too early. */
export class ByteReader {
    #at = 0;

    constructor(private readonly bytes: Buffer) {}

    get left(): number {
        return this.bytes.length - this.#at;
    }

    take(length: number): Buffer {
        if (length > this.left) {
            throw new RangeError(`expected ${String(length)} bytes, got ${String(this.left)}`);
        }
        this.#at += length;
        return this.bytes.subarray(this.#at - length, this.#at);
    }

    /** @param width In bytes, 1 to 4. */
    number(width: number): number {
        return this.take(width).readUIntBE(0, width);
    }

    /** A vector of RFC 8446 §3.4: its length, then so many bytes. */
    vector(widthOfLength: number): ByteReader {
        return new ByteReader(this.take(this.number(widthOfLength)));
    }

    rest(): Buffer {
        return this.take(this.left);
    }
}
