import type { PublicMaterial } from "../material/material";
import type { Properties } from "./arguments";

/** What a resource knows of the certificate that is in place: the outputs that every operation must carry on. */
export interface CertificateState {
    readonly project: string;
    readonly team: string | undefined;
    /** `undefined` where the default token was used, as always by versions that knew no other. */
    readonly tokenEnv: string | undefined;
    /** Empty where the state does not tell. */
    readonly certId: string;
    readonly origin: string;
    /** Empty where it is not known what is in place. */
    readonly fingerprint: string;
    readonly uploadedAt: string;
    readonly staleCertIds: readonly string[];
}

export function readState(outputs: Properties): CertificateState {
    const team = text(outputs["team"]);
    const tokenEnv = text(outputs["tokenEnv"]);
    const stale = outputs["staleCertIds"];
    return {
        project: text(outputs["project"]),
        team: team === "" ? undefined : team,
        tokenEnv: tokenEnv === "" ? undefined : tokenEnv,
        certId: text(outputs["certId"]),
        origin: text(outputs["origin"]),
        fingerprint: text(outputs["fingerprint"]),
        uploadedAt: text(outputs["uploadedAt"]),
        staleCertIds: Array.isArray(stale) ? stale.filter((id): id is string => typeof id === "string") : [],
    };
}

/**
 * The outputs of create, update and `.get`: always all of them, since what `update` leaves out disappears from the
 * state, and never `undefined`, which Pulumi's wire refuses after the upload has happened.
 */
export function writeState(state: CertificateState, material: PublicMaterial | undefined): Record<string, unknown> {
    return {
        ...(state.team === undefined ? {} : { team: state.team }),
        ...(state.tokenEnv === undefined ? {} : { tokenEnv: state.tokenEnv }),
        project: state.project,
        certId: state.certId,
        origin: state.origin,
        fingerprint: state.fingerprint,
        certFingerprint: material?.certFingerprint ?? "",
        publicKeyFingerprint: material?.publicKeyFingerprint ?? "",
        subject: material?.subject ?? "",
        issuer: material?.issuer ?? "",
        serialNumber: material?.serialNumber ?? "",
        notBefore: material?.notBefore ?? "",
        notAfter: material?.notAfter ?? "",
        uploadedAt: state.uploadedAt,
        staleCertIds: [...state.staleCertIds],
    };
}

function text(value: unknown): string {
    return typeof value === "string" ? value : "";
}
