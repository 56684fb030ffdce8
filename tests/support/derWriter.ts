/** DER (X.690), element by element. */
export function sequence(...elements: readonly Buffer[]): Buffer {
    return tlv(0x30, ...elements);
}

export function integer(bytes: Buffer): Buffer {
    return tlv(0x02, bytes);
}

export function bitString(bytes: Buffer): Buffer {
    return tlv(0x03, Buffer.from([0]), bytes);
}

export function oid(dotted: string): Buffer {
    const [first = 0, second = 0, ...others] = dotted.split(".").map(Number);
    return tlv(0x06, Buffer.from([first * 40 + second, ...others].flatMap(base128)));
}

function base128(arc: number): number[] {
    const digits = [arc & 0x7f];
    for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
        digits.unshift((rest & 0x7f) | 0x80);
    }
    return digits;
}

/** One element: its tag, the length, and the content. */
export function tlv(tag: number, ...contents: readonly Buffer[]): Buffer {
    const content = Buffer.concat(contents);
    if (content.length < 0x80) {
        return Buffer.concat([Buffer.from([tag, content.length]), content]);
    }
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    const digits = length.subarray(length.findIndex((byte) => byte !== 0));
    return Buffer.concat([Buffer.from([tag, 0x80 | digits.length]), digits, content]);
}
