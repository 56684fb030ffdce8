import { judgeChain } from "../../provider/material/chainVerdict";
import type { Finding } from "../../provider/material/findings";
import { judgeKeyMatch } from "../../provider/material/keyMatch";
import { judgePublicMaterial, readPrivateKey, readPublicMaterial } from "../../provider/material/material";
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
    const { value: material, findings } = readPublicMaterial({ cert, ca });
    const key = readPrivateKey(keyText).value;
    if (material === undefined || key === undefined) {
        return { standing: "refused", findings };
    }
    const nowMs = Date.now();
    const judged = [...judgePublicMaterial(material, { nowMs, expiryWarningDays: 0 }), ...judgeKeyMatch(material, key)];
    const ofChain = await judgeChain(material, withKey ? key : undefined, judged, nowMs);
    return standingOf([...findings, ...judged, ...ofChain]);
}

function standingOf(findings: readonly Finding[]): Spoken {
    const isRefused = findings.some(({ severity }) => severity === "error");
    const isPartial = findings.some(({ code }) => code === "no-root" || code === "root-unusable");
    return { standing: isRefused ? "refused" : isPartial ? "partial" : "accepted", findings };
}
