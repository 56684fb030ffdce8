import type { CertificateFault, Ending } from "./ending";

/** What is read of an answer at most; a status line and a short page fit in. */
const LARGEST_ANSWER_BYTES = 16 * 1024;
const BAD_REQUEST = 400;

/** Pages with which nginx refuses a client inside HTTP, after a handshake that took any client. */
const FAULTS: readonly (readonly [page: string, CertificateFault])[] = [
    ["No required SSL certificate was sent", "missing"],
    ["The SSL certificate error", "refused"],
];

/** An answer of HTTP/1.1 as it comes in, as far as a probe needs it: its status, and what it says of a certificate. */
export class HttpAnswer {
    #text = "";

    add(chunk: Buffer): void {
        this.#text += chunk.toString("latin1", 0, LARGEST_ANSWER_BYTES - this.#text.length);
    }

    /** Whether nothing that follows could say more. */
    isComplete(): boolean {
        if (this.#text.length >= LARGEST_ANSWER_BYTES) {
            return true;
        }
        const { status, isHttp } = this.#read();
        return isHttp ? status !== undefined && (status !== BAD_REQUEST || this.#fault() !== undefined) : true;
    }

    /** `undefined` as long as nothing came. */
    ending(): Ending | undefined {
        return this.#text === "" ? undefined : { kind: "answered", status: this.#read().status, fault: this.#fault() };
    }

    #read(): { readonly isHttp: boolean; readonly status: number | undefined } {
        // Interim answers (RFC 9110 §15.2) come before the one that counts.
        const text = this.#text.replace(/^(?:HTTP\/1\.[01] 1\d\d[^]*?\r\n\r\n)+/, "");
        const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
        const isHttp = "HTTP/1.".startsWith(text.slice(0, 7));
        return { isHttp, status: status === undefined ? undefined : Number(status) };
    }

    #fault(): CertificateFault | undefined {
        return this.#read().status === BAD_REQUEST
            ? FAULTS.find(([page]) => this.#text.includes(page))?.[1]
            : undefined;
    }
}
