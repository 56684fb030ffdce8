import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { FINDING_KINDS } from "../../../provider/certificates/findingTable";
import type { Finding } from "../../../provider/certificates/findings";
import { judgeByHandshake } from "../../../provider/certificates/chain/handshake";
import { readPrivateKey, readCertificateSet } from "../../../provider/certificates/certificates";
import { judgeBundle } from "../../../provider/operations/certificateBundle";
import { keyContext } from "../../support/keyContext";
import { assertNoSecrets } from "../../support/secretSweep";
import { mintCorpus } from "./corpus/corpus";
import { refusals } from "./corpus/refusals";
import type { Sample } from "./corpus/sample";
import { IS_WINDOWS } from "../../support/platform";

/** One line that a person can act upon; the longest names three issuers. */
const LONGEST_MESSAGE = 640;

describe("a corpus of mistakes", function () {
    this.timeout(120_000);

    let folder: string;
    let corpus: readonly Sample[];
    before(async () => {
        folder = await mkdtemp(join(tmpdir(), "corpus-"));
        corpus = await mintCorpus();
    });
    after(async () => {
        await rm(folder, { recursive: true });
    });

    /** As check does it: bytes come from a file only. */
    const findingsOf = async ({
        cert,
        key,
        ca,
        passphrase,
        expiryWarningDays,
    }: Sample): Promise<readonly Finding[]> => {
        const { value, findings } = readCertificateSet({ cert, ca });
        if (Buffer.isBuffer(key)) {
            await writeFile(join(folder, "client.key"), key);
        }
        const source =
            typeof key === "string"
                ? ({ kind: "text", text: key } as const)
                : key && ({ kind: "file", file: "client.key" } as const);
        const judged = await judgeBundle(value, { key: source, expiryWarningDays }, keyContext(folder));
        expect(judged.keyProblem).to.equal(undefined);
        const others =
            passphrase === undefined || key === undefined ? judged.others : readPrivateKey(key, passphrase).findings;
        return [...findings, ...judged.lasting, ...judged.dates, ...others];
    };

    // On Windows OpenSSL takes authorities of one name in another order than that of the text: its `qsort` is not stable.
    it("is recognised, each sample by all its codes and severities and no others, and shows no secret", async () => {
        const wrong: string[] = [];
        for (const sample of corpus.filter(
            ({ name }) => !IS_WINDOWS || !name.startsWith("two authorities of one name"),
        )) {
            const findings = await findingsOf(sample);
            const got = Object.fromEntries(
                findings
                    .filter(({ code }) => sample.ignored?.includes(code) !== true)
                    .map(({ code, severity }) => [code, severity]),
            );
            const [wanted, found] = [sample.expected, got].map((codes) => Object.entries(codes).sort().join("; "));
            if (wanted !== found) {
                wrong.push(`${sample.name}: expected ${String(wanted)}, got ${String(found)}`);
            }
            const text = findings.map(({ message }) => message).join("\n");
            if (sample.says !== undefined && !sample.says.test(text)) {
                wrong.push(`${sample.name}: expected ${String(sample.says)} in ${text}`);
            }
            assertNoSecrets(text, { keys: sample.secrets, tokens: [] });
        }
        expect(wrong).to.deep.equal([]);
    });

    it("makes one line of each finding: the fact, what to do, the code, and nothing of the PEM", async () => {
        for (const sample of corpus) {
            for (const { code, message } of await findingsOf(sample)) {
                expect(message).to.match(/^(?!expected )[^\n;]+; [^\n]+ \[[a-z0-9-]+\]$/, sample.name);
                expect(message).to.contain(`[${code}]`);
                expect(message.length).to.be.lessThan(LONGEST_MESSAGE, message);
                expect(message).to.not.match(/-----BEGIN [A-Z]|[A-Za-z0-9+/]{48}/, sample.name);
            }
        }
    });

    it("is accepted by OpenSSL once somebody has done what a message says of a chain", async () => {
        const refused: string[] = [];
        for (const { name, key, mended } of refusals()) {
            const [certPem, keyPem, caPem] = [mended.cert, mended.key ?? key, mended.ca];
            if (!(await judgeByHandshake({ certPem, keyPem, caPem }, "to-a-root")).accepted) {
                refused.push(name);
            }
        }
        expect(refused).to.deep.equal([]);
    });

    it("has a sample of every finding that there is", () => {
        const seen = new Set(corpus.flatMap(({ expected }) => Object.keys(expected)));
        expect(Object.keys(FINDING_KINDS).filter((code) => !seen.has(code))).to.deep.equal([]);
    });
});
