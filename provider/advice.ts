import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type { ProjectClientCert, ProjectClientCertArgs } from "./projectClientCert";

/** What of a `ProjectClientCert` there is to go by. */
export type Advised = pulumi.Resource & Pick<ProjectClientCert, "fingerprint" | "notAfter" | "uploadedAt">;

/**
 * Says on the resource, in preview and `up`, what there is to say about its certificates without the key. Only the
 * program can: the provider process does not know the resource's name. A resource is registered after `check` let it
 * pass, so nothing here repeats an error. What the key is needed for, `check` says.
 */
export function adviseOn(resource: Advised, args: Partial<ProjectClientCertArgs>): pulumi.Output<void> {
    const declaredMs = Date.now();
    const { cert, ca, expiryWarningDays } = args;
    if (cert === undefined || ca === undefined) {
        // Looked up, not declared: no certificate is known, and the outputs are empty.
        return pulumi.output(undefined);
    }
    const say = async (cert: unknown, ca: unknown, days: number | undefined, fingerprint: string): Promise<void> => {
        if (typeof cert === "string" && typeof ca === "string" && fingerprint) {
            const isNew = await isUploadedSince(resource, declaredMs);
            await advise(resource, { cert, ca, expiryWarningDays: days, fingerprint, isNew });
        }
    };
    if (typeof cert === "string" && typeof ca === "string" && typeof expiryWarningDays !== "object") {
        // Known already, as mostly; each output more is felt where there are hundreds of resources.
        return resource.fingerprint.apply((fingerprint) => say(cert, ca, expiryWarningDays, fingerprint));
    }
    return pulumi
        .all([cert, ca, expiryWarningDays, resource.fingerprint])
        .apply(([cert, ca, days, fingerprint]) => say(cert, ca, days, fingerprint));
}

interface Declared {
    readonly cert: string;
    readonly ca: string;
    readonly expiryWarningDays: number | undefined;
    /** Of what is, or will be, in place: with `ignoreChanges` that is not what the program declares. */
    readonly fingerprint: string;
    /** Whether this run uploads it. What never changes about a certificate is said once, dates in every run. */
    readonly isNew: boolean;
}

async function advise(resource: Advised, declared: Declared): Promise<void> {
    // Loaded here, so that a program that only looks certificates up does not pay for it; by `require`, since under
    // Yarn Plug'n'Play `import()` finds nothing.
    const load = createRequire(__filename);
    const { readPublicMaterial, judgePublicMaterial } = load(
        "./material/material",
    ) as typeof import("./material/material.js");
    const { judgeDates } = load("./material/dates") as typeof import("./material/dates.js");
    const { sortFindings } = load("./material/findings") as typeof import("./material/findings.js");
    const { value: material, findings } = readPublicMaterial(declared);
    if (material?.fingerprint !== declared.fingerprint) {
        await warnOfOutputs(resource);
        return;
    }
    const moment = { nowMs: Date.now(), expiryWarningDays: declared.expiryWarningDays };
    const said = declared.isNew
        ? [...findings, ...judgePublicMaterial(material, moment)]
        : judgeDates(material, moment);
    const { errors, warnings, notes } = sortFindings(said, true);
    await Promise.all([
        ...[...errors, ...warnings].map((text) => pulumi.log.warn(text, resource)),
        ...notes.map((text) => pulumi.log.info(text, resource)),
    ]);
}

/** In a preview, the time of an upload to come is unknown; in an `up`, it is later than the declaration. */
async function isUploadedSince({ uploadedAt }: Advised, sinceMs: number): Promise<boolean> {
    return !(await isKnown(uploadedAt)) || Date.parse(await valueOf(uploadedAt)) >= sinceMs;
}

/** Never settles where the value is unknown. */
async function valueOf(output: pulumi.Output<string>): Promise<string> {
    return await new Promise((resolve) => output.apply(resolve));
}

/** The SDK has this on every output and leaves it out of the types; nothing public tells known from unknown. */
async function isKnown(output: object): Promise<boolean> {
    return !("isKnown" in output) || (await output.isKnown) === true;
}

/** Where other certificates are in place than the program declares, the outputs are all there is to go by. */
async function warnOfOutputs(resource: Advised): Promise<void> {
    const notAfter = (await isKnown(resource.notAfter)) ? await valueOf(resource.notAfter) : "";
    if (notAfter && Date.parse(notAfter) < Date.now()) {
        const text = `the client certificate in place expired on ${notAfter}; origins refuse it: declare a new one`;
        await pulumi.log.warn(text, resource);
    }
}
