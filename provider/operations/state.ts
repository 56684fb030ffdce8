import { expiriesOf } from "../certificates/checks/dates";
import type { CertificateSet } from "../certificates/certificates";
import type { Properties } from "./arguments";

/** What a resource knows of the certificate that is in place: the outputs that every operation must carry on. */
export type CertificateState = Readonly<ReturnType<typeof readState>>;

/** Everything that the resource has at Vercel, as far as it knows. */
export function idsOf({ certId, staleCertIds }: CertificateState): readonly string[] {
    return [...new Set([certId, ...staleCertIds])].filter((id) => id !== "");
}

export function readState(outputs: Properties) {
    return {
        project: text(outputs["project"]),
        team: text(outputs["team"]) || undefined,
        /** `undefined` where the default token was used, as always by versions that knew no other. */
        tokenEnv: text(outputs["tokenEnv"]) || undefined,
        /** Empty where the state does not tell. */
        certId: text(outputs["certId"]),
        origin: text(outputs["origin"]),
        /** Empty where it is not known what is in place. */
        fingerprint: text(outputs["fingerprint"]),
        uploadedAt: text(outputs["uploadedAt"]),
        staleCertIds: texts(outputs["staleCertIds"]),
        /** Ids of others that the last write or refresh found at the origin; the next one says anew. */
        otherCertIds: texts(outputs["otherCertIds"]),
        /** Whether no listing has shown the last upload so far. */
        unconfirmed: outputs["unconfirmed"] === true,
    };
}

export const NOTHING_KNOWN: CertificateState = readState({});

/** What the outputs say of the certificates. */
const FACTS = [
    ...(["certFingerprint", "publicKeyFingerprint", "subject", "issuer", "serialNumber"] as const),
    ...(["notBefore", "notAfter"] as const),
];

/**
 * The outputs of create, update and `.get`: always all of them, since what `update` leaves out disappears from the
 * state, and never `undefined`, which Pulumi's wire refuses after the upload has happened.
 */
export function writeState(state: CertificateState, certificates: CertificateSet | undefined): Record<string, unknown> {
    return {
        ...(state.team === undefined ? {} : { team: state.team }),
        ...(state.tokenEnv === undefined ? {} : { tokenEnv: state.tokenEnv }),
        project: state.project,
        certId: state.certId,
        origin: state.origin,
        fingerprint: state.fingerprint,
        ...Object.fromEntries(FACTS.map((name) => [name, certificates?.[name] ?? ""])),
        uploadedAt: state.uploadedAt,
        staleCertIds: [...state.staleCertIds],
        otherCertIds: [...state.otherCertIds],
        ...(state.unconfirmed ? { unconfirmed: true } : {}),
        // Where days are declared, those that `check` computed take their place.
        expiries: certificates === undefined ? [] : expiriesOf(certificates, undefined),
    };
}

function texts(value: unknown): readonly string[] {
    return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function text(value: unknown): string {
    return typeof value === "string" ? value : "";
}
