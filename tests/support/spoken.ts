import { judgeChain } from "../../provider/certificates/chain/chainVerdict";
import type { Finding } from "../../provider/certificates/findings";
import { judgeKeyMatch } from "../../provider/certificates/checks/keyMatch";
import { judgeCertificateSet, readPrivateKey, readCertificateSet } from "../../provider/certificates/certificates";
import type { Standing } from "./opensslVerify";

interface Texts {
    readonly cert: string;
    readonly key: string;
    readonly ca: string;
}

/** What this package says of a PKI, with and without the key. */
export interface Spoken {
    readonly standing: Standing;
    readonly findings: readonly Finding[];
}

export async function speak({ cert, ca, key: keyText }: Texts, withKey: boolean): Promise<Spoken> {
    const { value: material, findings } = readCertificateSet({ cert, ca });
    const key = readPrivateKey(keyText).value;
    if (material === undefined || key === undefined) {
        return { standing: "refused", findings };
    }
    const nowMs = Date.now();
    const judged = [...judgeCertificateSet(material, { nowMs, expiryWarningDays: 0 }), ...judgeKeyMatch(material, key)];
    const ofChain = await judgeChain(material, withKey ? key : undefined, judged, nowMs);
    return standingOf([...findings, ...judged, ...ofChain]);
}

function standingOf(findings: readonly Finding[]): Spoken {
    const isRefused = findings.some(({ severity }) => severity === "error");
    const isPartial = findings.some(({ code }) => code === "no-root" || code === "root-unusable");
    return { standing: isRefused ? "refused" : isPartial ? "partial" : "accepted", findings };
}
