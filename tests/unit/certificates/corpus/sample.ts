import type { FindingCode, Severity } from "../../../../provider/certificates/findings";
import type { Authority } from "../../../support/mint";
import { mintByHand, type OddCertificate, type OddOptions } from "../../../support/mintByHand";

/** A bundle with what is to be found in it: every finding, and nothing else. */
export interface Sample {
    readonly name: string;
    readonly cert: string;
    readonly key: string | Buffer | undefined;
    readonly ca: string;
    readonly passphrase?: string;
    readonly expected: Readonly<Partial<Record<FindingCode, Severity>>>;
    /** What may be found as well, and is not what the sample is about. */
    readonly ignored?: readonly FindingCode[];
    /** Private keys in it that Node can read, as PEM, for the sweep. */
    readonly secrets: readonly string[];
    /** What a message must hold to be of use. */
    readonly says?: RegExp;
    readonly expiryWarningDays?: number;
}

/** A bundle without a mistake, to which each sample adds its own. */
export type Sound = Pick<Sample, "cert" | "ca" | "secrets"> & { readonly key: string; readonly authority: Authority };

const DAY_MS = 86_400_000;
export const daysFromNow = (days: number): Date => new Date(Date.now() + days * DAY_MS);

export interface ByHand {
    readonly issued: OddCertificate;
    readonly ca: OddCertificate;
}

export function byHand(options: OddOptions, ofAuthority: OddOptions = {}): ByHand {
    const ca = mintByHand({ ...ofAuthority, isAuthority: true });
    return { ca, issued: mintByHand({ ...options, issuer: ca }) };
}

export function handSample(name: string, { issued, ca }: ByHand, expected: Sample["expected"], says?: RegExp): Sample {
    const secrets = issued.key === undefined ? [] : [issued.keyPem];
    return {
        name,
        cert: issued.certPem,
        key: issued.keyPem,
        ca: ca.certPem,
        secrets,
        expected,
        ...(says === undefined ? {} : { says }),
    };
}
