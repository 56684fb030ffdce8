import { isKeyText } from "../../../certificates/parse/pem";
import { normaliseOrigin, parseId, type Identity } from "../../../operations/identity";
import { PLUGIN_TYPE, TYPE } from "../../../registration";
import { CommandError } from "../../command";
import { shown } from "../../../text/quoting";
import { isSecret } from "../../../operations/wireMarks";

/** What the state of a stack tells of one certificate. A text is empty where it tells nothing. */
export type StoredCertificate = Readonly<ReturnType<typeof readCertificate>>;

/** A stack as its state tells of it. */
export type StoredStack = Readonly<ReturnType<typeof readStack>>;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Every certificate of an exported state, wherever its resource stands. Old versions and foreign hands may have written
 * it, so no field is relied on; what has another type than it should counts as not told.
 *
 * @param stack The name that the user gave; without one, the state's own.
 */
export function readStack(stack: string | undefined, exported: unknown) {
    const deployment = fieldsOf(fieldsOf(exported)?.["deployment"]);
    if (deployment === undefined) {
        throw new CommandError(
            "pulumi stack export printed JSON without a deployment; check that pulumi on PATH is the Pulumi CLI",
        );
    }
    // A stack without resources has no such field.
    const listed: unknown = deployment["resources"];
    const resources = (Array.isArray(listed) ? listed : []).map(fieldsOf).filter((one) => one !== undefined);
    const [, stackName = "", projectName = ""] = /^urn:pulumi:(.*?)::(.*?)::/.exec(textOf(resources[0]?.["urn"])) ?? [];
    const name = shown(stack ?? (stackName === "" ? "(selected)" : stackName));
    return {
        name,
        /** Stack and project as the URNs name them; empty where there are no resources. */
        urnPrefix: stackName === "" ? "" : `${stackName}::${projectName}`,
        /** What ends first comes first, and last what has no known end. */
        certificates: resources
            .filter(({ type }) => type === TYPE || type === PLUGIN_TYPE)
            .map((one) => readCertificate(name, one))
            .sort((a, b) => (a.toMs ?? Infinity) - (b.toMs ?? Infinity) || 0),
    };
}

/** What the warnings are made of; where it is encrypted, they cannot be. */
const NEEDED = ["fingerprint", "notBefore", "notAfter", "staleCertIds", "otherCertIds"] as const;

function readCertificate(stack: string, resource: Fields) {
    const urn = textOf(resource["urn"]);
    const id = textOf(resource["id"]);
    const inputs = fieldsOf(resource["inputs"]) ?? {};
    const outputs = fieldsOf(resource["outputs"]) ?? {};
    const expiries = expiriesOf(outputs["expiries"]);
    const told = (name: string): string => textOf(outputs[name]);
    return {
        stack,
        urn,
        id,
        /** In the program. */
        name: urn.split("::").at(-1) ?? "",
        ...identityOf(resource["id"], outputs),
        certId: told("certId"),
        fingerprint: told("fingerprint"),
        certFingerprint: told("certFingerprint"),
        subject: told("subject"),
        issuer: told("issuer"),
        serialNumber: told("serialNumber"),
        fromMs: dateOf(outputs["notBefore"]),
        /** The earliest expiry of what the chain needs; in states of 0.1.0, of the chain without the issuers in `ca`. */
        toMs: earliest(expiries.map(({ toMs }) => toMs)) ?? dateOf(outputs["notAfter"]) ?? declaredEnd(inputs, outputs),
        /** Of each certificate that the chain needs; none in states of 0.1.0. */
        expiries,
        uploadedMs: dateOf(outputs["uploadedAt"]),
        staleCertIds: textsOf(outputs["staleCertIds"]),
        /** Of others that the last write or refresh found at the origin. */
        otherCertIds: textsOf(outputs["otherCertIds"]),
        /** No listing has shown the last upload so far. */
        isUnconfirmed: outputs["unconfirmed"] === true,
        expiryWarningDays: daysOf(inputs["expiryWarningDays"]),
        /** By `.get`: not managed by the stack. */
        isLookedUp: resource["external"] === true,
        /** Replaced, and to be deleted by the next run. */
        isPendingDeletion: resource["delete"] === true,
        /** Outputs that are there, but as secrets. */
        encrypted: NEEDED.filter((name) => isSecret(outputs[name])),
    };
}

/** The names used last are outputs; the origin is part of the id alone, for Vercel may return another form of it. */
function identityOf(id: unknown, outputs: Fields) {
    const first = identityIn(id);
    const [project, team] = [textOf(outputs["project"]), textOf(outputs["team"])];
    return {
        project: project || (first?.project ?? ""),
        team: team || first?.team,
        /** Normalised; `*` for the whole project; empty where the state tells nothing. */
        origin: first === undefined ? (normaliseOrigin(textOf(outputs["origin"])) ?? "") : (first.origin ?? "*"),
    };
}

function identityIn(id: unknown): Identity | undefined {
    try {
        return typeof id === "string" ? parseId(id) : undefined;
    } catch {
        // Not an id of this package.
        return undefined;
    }
}

/** An imported certificate has no dates among its outputs; what is declared has, and is the same by its fingerprint. */
function declaredEnd(inputs: Fields, outputs: Fields): number | undefined {
    const fingerprint = textOf(outputs["fingerprint"]);
    const isInPlace = fingerprint !== "" && fingerprint === textOf(inputs["fingerprint"]);
    return isInPlace ? dateOf(inputs["notAfter"]) : undefined;
}

function fieldsOf(value: unknown): Fields | undefined {
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** One line, bounded. A key is in no field that is read here, unless somebody put it there. */
function textOf(value: unknown): string {
    return typeof value === "string" && !isKeyText(value) ? shown(value) : "";
}

function textsOf(value: unknown): readonly string[] {
    return Array.isArray(value) ? [...new Set(value.map(textOf))].filter((one) => one !== "") : [];
}

function dateOf(value: unknown): number | undefined {
    const isIso = typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);
    const ms = isIso ? Date.parse(value) : NaN;
    return Number.isNaN(ms) ? undefined : ms;
}

/** When each expires, and from when on `pulumi up` warns of it. */
function expiriesOf(value: unknown) {
    return (Array.isArray(value) ? value : []).flatMap((one: unknown) => {
        const fields = fieldsOf(one) ?? {};
        const [toMs, warnsFromMs] = [dateOf(fields["notAfter"]), dateOf(fields["warnFrom"])];
        return toMs === undefined || warnsFromMs === undefined ? [] : [{ toMs, warnsFromMs }];
    });
}

export function earliest(dates: readonly number[]): number | undefined {
    return dates.length === 0 ? undefined : dates.reduce((one, other) => Math.min(one, other));
}

function daysOf(value: unknown): number | undefined {
    return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}
