import { isCertificateMissing, isEffectUnknown } from "../vercel/errors";
import type { CertificateEntry, ProjectAddress } from "../vercel/client";
import type { OperationContext } from "./context";

const MOST_ATTEMPTS = 2;

/**
 * Removes one certificate and returns when it is gone; that it was gone already is as good. A deletion that may have
 * happened is never repeated blindly: a listing tells.
 */
export async function removeCertificate(
    store: OperationContext["store"],
    address: ProjectAddress,
    certId: string,
    label: string,
): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
        try {
            await store.deleteCertificate(address, certId, label);
            return;
        } catch (error) {
            if (isCertificateMissing(error)) {
                return;
            }
            if (!isEffectUnknown(error)) {
                throw error;
            }
            if (await isGone(store, address, certId)) {
                return;
            }
            if (attempt >= MOST_ATTEMPTS) {
                throw error;
            }
        }
    }
}

async function isGone(store: OperationContext["store"], address: ProjectAddress, certId: string): Promise<boolean> {
    const entries: readonly CertificateEntry[] = await store.listCertificates(address);
    return entries.every((entry) => entry.certId !== certId);
}

/** A certificate that would not go, and why. */
export interface FailedRemoval {
    readonly certId: string;
    readonly error: unknown;
}

/** Removes what it can of several certificates, one after the other; one that will not go does not keep the others. */
export async function removeEach(
    store: OperationContext["store"],
    address: ProjectAddress,
    certIds: readonly string[],
    label: string,
): Promise<readonly FailedRemoval[]> {
    const failures: FailedRemoval[] = [];
    for (const certId of certIds) {
        try {
            await removeCertificate(store, address, certId, label);
        } catch (error) {
            failures.push({ certId, error });
        }
    }
    return failures;
}
