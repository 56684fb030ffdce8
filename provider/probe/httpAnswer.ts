import type { CertificateFault } from "./ending";

/** What is read of an answer at most; a status line and a short page fit in. */
export const LONGEST_ANSWER = 16 * 1024;
const BAD_REQUEST = 400;

/** Pages with which nginx refuses a client inside HTTP, after a handshake that took any client. */
const FAULTS: readonly (readonly [page: string, CertificateFault])[] = [
    ["No required SSL certificate was sent", "missing"],
    ["The SSL certificate error", "refused"],
];

/** What the beginning of an answer of HTTP/1.1 says, as far as a probe needs it, and whether what follows could say more. */
export function readAnswer(beginning: string) {
    // Interim answers (RFC 9110 §15.2) come before the one that counts.
    const text = beginning.replace(/^(?:HTTP\/1\.[01] 1\d\d[^]*?\r\n\r\n)+/, "");
    const [, digits] = /^HTTP\/1\.[01] (\d{3})/.exec(text) ?? [];
    const status = digits === undefined ? undefined : Number(digits);
    const fault = status === BAD_REQUEST ? FAULTS.find(([page]) => text.includes(page))?.[1] : undefined;
    const isDecided = status !== undefined && (status !== BAD_REQUEST || fault !== undefined);
    const isHttp = "HTTP/1.".startsWith(text.slice(0, 7));
    return { status, fault, isComplete: isDecided || !isHttp || beginning.length >= LONGEST_ANSWER };
}
