import type { Finding } from "../../../certificates/findings";
import type { Role } from "../../roles";

export interface InspectedFile {
    readonly path: string;
    readonly role: Role;
    /** What it holds, in words. */
    readonly holds: string;
}

export interface CertificateFacts {
    readonly subject: string;
    readonly issuer: string;
    readonly serialNumber: string;
    /** ISO 8601. */
    readonly notBefore: string;
    readonly notAfter: string;
    readonly daysLeft: number;
}

/** What `inspect` says; with `--json`, exactly this. */
export interface Inspection {
    readonly files: readonly InspectedFile[];
    /** Arguments that no file is for; what needs them was not looked at. */
    readonly missing: readonly ("cert" | "key" | "ca")[];
    readonly fingerprints: Readonly<Record<string, string>>;
    /** Leaf first. */
    readonly chain: readonly CertificateFacts[];
    readonly authorities: readonly CertificateFacts[];
    readonly findings: readonly InspectionFinding[];
}

/** A finding, about an argument of the resource or about a file that is none. */
export interface InspectionFinding extends Pick<Finding, "severity" | "message"> {
    /** Of the table of findings, or of a file that is no part of a bundle. */
    readonly code: string;
    readonly about: string;
}
