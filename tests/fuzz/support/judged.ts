import { expect } from "chai";
import { judgeChain } from "../../../provider/certificates/chain/chainVerdict";
import type { Finding } from "../../../provider/certificates/findings";
import { judgeKeyMatch } from "../../../provider/certificates/checks/keyMatch";
import { judgeCertificateSet, readPrivateKey, readCertificateSet } from "../../../provider/certificates/certificates";
import { assertNoSecrets } from "../../support/secretSweep";

export interface Texts {
    readonly cert: string;
    readonly key: string | Buffer;
    readonly ca: string;
}

/** Everything that the material has to say about three texts, also where one of them alone would end it. */
export async function judge({ cert, key, ca }: Texts): Promise<readonly Finding[]> {
    const material = readCertificateSet({ cert, ca });
    const read = readPrivateKey(key);
    const findings = [...material.findings, ...read.findings];
    if (material.value !== undefined) {
        const nowMs = Date.now();
        // Certificates made by hand end with the year; no test is to depend on the month.
        const judged = judgeCertificateSet(material.value, { nowMs, expiryWarningDays: 0 });
        findings.push(...judged);
        // Outputs, which are whole, however long.
        expectNoLineForged([material.value.subject, material.value.issuer, material.value.serialNumber]);
        if (read.value !== undefined) {
            findings.push(...judgeKeyMatch(material.value, read.value));
            findings.push(...(await judgeChain(material.value, read.value, judged, nowMs)));
        }
    }
    return findings;
}

const LONGEST_MESSAGE = 3_000;
const NOT_ON_ONE_LINE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

export function expectOneLine(messages: readonly string[]): void {
    expectNoLineForged(messages);
    for (const message of messages) {
        expect(message.length).to.be.lessThan(LONGEST_MESSAGE);
    }
}

function expectNoLineForged(texts: readonly string[]): void {
    texts.forEach((text) => expect(text).not.to.match(NOT_ON_ONE_LINE));
}

/** Messages without a piece of these keys and tokens; most messages come again and again, and are swept once. */
export class Messages {
    readonly #swept = new Set<string>();
    readonly #keys: readonly string[];
    readonly #tokens: readonly string[];

    constructor({ keys, tokens = [] }: { readonly keys: readonly string[]; readonly tokens?: readonly string[] }) {
        this.#keys = keys;
        this.#tokens = tokens;
    }

    expectClean(messages: readonly string[]): void {
        expectOneLine(messages);
        this.expectNoSecrets(messages);
    }

    expectNoSecrets(messages: readonly string[]): void {
        const fresh = messages.filter((message) => !this.#swept.has(message));
        if (fresh.length > 0) {
            // One after the other would miss what two messages show of a key between them.
            assertNoSecrets(messages.join("\n"), { keys: this.#keys, tokens: this.#tokens });
            fresh.forEach((message) => this.#swept.add(message));
        }
    }
}
