/**
 * The URL that a text is, or `undefined`.
 *
 * Not by `URL.canParse`: once V8 has optimised a call of it, Node 20 and 22 hand the bytes of a one-byte string over as
 * if they were UTF-8, and a host with a letter such as "ü" is refused from then on (Node 20.20.2, after some thousand
 * calls).
 */
export function parseUrl(text: string): URL | undefined {
    try {
        return new URL(text);
    } catch {
        return undefined;
    }
}
