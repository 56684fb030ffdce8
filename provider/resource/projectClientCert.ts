import * as pulumi from "@pulumi/pulumi";
import { logWarnings } from "./logWarnings";
import type { CertificateExpiry } from "../certificates/checks/expiries";
import { PREVIEW_PROPERTY, PROVIDER_TEXT, TYPE } from "../registration";
import { deferPromiseTraces } from "./traces";

/**
 * The passphrase of an encrypted private key: text, which is made a secret and kept encrypted in the state;
 * `{ env }`, an environment variable of the `pulumi` command; or `{ file }`, a path relative to the folder of the Pulumi
 * program, of whose content one final line break is ignored. An output that turns out to have no value is an error.
 */
export type PassphraseSource =
    | string
    | {
          /** The name of an environment variable of the `pulumi` command that holds the passphrase. Not secret. */
          env: pulumi.Input<string>;
          /** @ignore */
          file?: never;
      }
    | {
          /** The path of a file that holds the passphrase, relative to the folder of the Pulumi program. Not secret. */
          file: pulumi.Input<string>;
          /** @ignore */
          env?: never;
      };

/**
 * Where the private key comes from: exactly one of these.
 *
 * - PEM text: is made a secret, and is kept encrypted in the state. The same holds for `config.requireSecret(…)`.
 * - `{ file }`: a path, read by the provider relative to the folder of the Pulumi program. The state holds the path.
 * - `{ env }`: the name of an environment variable that holds the PEM text. The state holds the name.
 * - `{ command }`: a program and its arguments, such as `["op", "read", "op://vault/item/key"]`. The provider runs it
 *   without a shell, in the folder of the Pulumi program, when the key is needed, once in a process; what it prints is
 *   the key. It has 30 seconds, gets no input, and neither Vercel's tokens nor Pulumi's passphrase in its environment.
 *   The state holds the command in clear: a secret has no place in its arguments.
 *
 * PKCS #8 (RFC 5958), PKCS #1 (RFC 8017), SEC 1 (RFC 5915) and PKCS #12 (RFC 7292) are read: as PEM, as base64 and, from a
 * file or a command, as DER; 64 kB at most. Encrypted ones need the passphrase. The key is read only when something new
 * would be uploaded. If no byte of it can be had then, as from a variable that is not set, a preview warns and `pulumi up`
 * fails.
 */
export type PrivateKeySource =
    | string
    | {
          /** The path of a file that holds the key, relative to the folder of the Pulumi program; 64 kB at most. Not secret. */
          file: pulumi.Input<string>;
          /** The passphrase of an encrypted key. Default: the key is not encrypted. Secret if given as text. */
          passphrase?: pulumi.Input<PassphraseSource | undefined>;
          /** @ignore */
          env?: never;
          /** @ignore */
          command?: never;
      }
    | {
          /** The name of an environment variable of the `pulumi` command that holds the key as PEM or base64. Not secret. */
          env: pulumi.Input<string>;
          /** The passphrase of an encrypted key. Default: the key is not encrypted. Secret if given as text. */
          passphrase?: pulumi.Input<PassphraseSource | undefined>;
          /** @ignore */
          file?: never;
          /** @ignore */
          command?: never;
      }
    | {
          /** The program and its arguments that print the key, not split by any shell. Not secret. */
          command: pulumi.Input<pulumi.Input<string>[]>;
          /** @ignore */
          file?: never;
          /** @ignore */
          env?: never;
          /** @ignore */
          passphrase?: never;
      };

/** The arguments of {@link ProjectClientCert}. */
export interface ProjectClientCertArgs {
    /**
     * The Vercel project: its name, or its id (`prj_…`). Another project replaces the certificate; another name of the
     * same project does not, it costs one call that looks this up. A name with slashes, blanks or other characters that
     * no name at Vercel has is an error, and so is a project that the token and the team cannot see. Not secret.
     */
    project: pulumi.Input<string>;

    /**
     * The team that owns the project: its id (`team_…`) or its slug. Default: the configuration `vercel:team`, else the
     * scope of the token. An output that turns out to have no value, as for a personal account, counts as left out, with
     * a warning. A change acts as one of {@link project}, and the errors are the same. Not secret.
     */
    team?: pulumi.Input<string | undefined>;

    /**
     * The origin that the certificate is presented to, as `https://host[:port]`, without path, query or credentials.
     * Left out: the certificate is project-wide. Origins are compared in the form of RFC 6454 (case, default port and a
     * final slash do not count); a change replaces the certificate. Anything but such an origin is an error, also an output
     * that turns out to have no value. Not secret.
     */
    origin?: pulumi.Input<string | undefined>;

    /**
     * The client certificate (RFC 5280) and its intermediates as PEM text (RFC 7468), in any order, 64 kB and 32
     * certificates at most. Rotates in place when the certificates change; reformatting, reordering and comments change
     * nothing. What is wrong with new certificates are errors, in a preview already and all at once; FINDINGS.md lists
     * them. Not secret: a private key in here is an error.
     */
    cert: pulumi.Input<string>;

    /**
     * The private key of the leaf in `cert`; see {@link PrivateKeySource}. Secret if text, and never an output. A change by
     * itself does nothing: a new key comes with a new certificate, and it must match that one, or it is an error.
     */
    key: pulumi.Input<PrivateKeySource>;

    /**
     * The certificates of the issuers as PEM text, in any order, 64 kB at most. The chain in `cert` must verify against
     * them, which is an error otherwise, or with {@link skipValidation} a warning. A change acts as one of {@link cert}.
     * Not secret.
     */
    ca: pulumi.Input<string>;

    /**
     * Asks Vercel not to validate the certificate, and turns this provider's own findings on chain, purpose, key length
     * and dates into warnings, since an origin may see them differently. Default `false`. A change by itself uploads
     * nothing. Not secret.
     */
    skipValidation?: pulumi.Input<boolean | undefined>;

    /**
     * Whether a certificate that is already in place for the origin, and that this resource did not upload, may be
     * replaced. Default `false`: such a certificate is an error. A change by itself uploads nothing. Not secret.
     */
    allowOverwrite?: pulumi.Input<boolean | undefined>;

    /**
     * The only {@link ProjectClientCert.fingerprint} that may be deployed: `v1:` and 64 lower-case hexadecimal digits, as
     * the output has it where the certificates were tested. While `cert` and `ca` have another one, `preview` and `up` fail
     * before any call, also where nothing would be uploaded. Unknown in a preview: judged by `up`. Default: everything may be
     * deployed. An output that turns out to be `undefined` is an error, not a gate left open; from another stack, take it
     * by `requireOutput`. A change by itself uploads nothing. Not secret.
     */
    expectedFingerprint?: pulumi.Input<string> | undefined;

    /**
     * From how many days before the end of a certificate on every preview and `up` warns of it: of the leaf, of the
     * intermediates, and of the certificates in `ca` that the chain needs. A number of 0 or more; 0 warns only once a
     * certificate has expired. Any other value is an error. Default: a third of the certificate's lifetime, at most 30
     * days. A change uploads nothing. Not secret.
     */
    expiryWarningDays?: pulumi.Input<number | undefined>;

    /**
     * Whether the origin is asked about the certificate before each upload, by two TLS connections from where Pulumi
     * runs: without and with the certificate. If the origin rejects it, nothing is uploaded and the operation fails, while
     * the certificate in place still works. Whatever else the probe finds, such as an origin that does not ask for a
     * certificate or cannot be reached, is a warning. Default `false`. Never done in a preview; an error without
     * {@link origin}. A change by itself uploads nothing. Not secret.
     */
    probe?: pulumi.Input<boolean | undefined>;

    /**
     * The name of the environment variable that holds the token for this resource: A to Z, digits and `_`, as
     * `VERCEL_TOKEN_PROD`. Default: the token of all resources, see {@link ProjectClientCert}. If the variable is not set
     * where a call is to be made, that is an error; no other token is tried. The name is stored, since refresh and destroy use
     * it; the token never is. A change updates the resource and uploads nothing. An output that turns out to have no
     * value is an error. Not secret; the token itself, given here by mistake, is refused and not shown.
     */
    tokenEnv?: pulumi.Input<string | undefined>;
}

/**
 * The client certificate that the deployments of a Vercel project present to an origin that demands mutual TLS.
 *
 * The token is read from the variable that `tokenEnv` names; where none is named, from the environment
 * (`VERCEL_API_TOKEN`), the configuration (`vercel:apiToken`), or `VERCEL_TOKEN`, in this order. It is never an argument
 * and never an output.
 *
 * A rotation uploads the new certificate, confirms that Vercel lists it, and only then removes the old one. Errors: bad
 * arguments, all at once, before any call, and in a preview already; a certificate that is already in place (see `allowOverwrite`); everything
 * that Vercel refuses, with what to do about it.
 *
 * No output is secret.
 *
 * @example
 * ```ts
 * import * as fs from "node:fs";
 * import { ProjectClientCert } from "pulumi-vercel-client-cert";
 *
 * const cert = new ProjectClientCert("billing-mtls", {
 *     project: "my-site",
 *     team: "my-team",
 *     origin: "https://billing.example.com", // leave out: for the whole project
 *     cert: fs.readFileSync("client.pem", "utf8"),
 *     key: { file: "client.key" }, // or { env: "CLIENT_KEY" }
 *     ca: fs.readFileSync("ca.pem", "utf8"),
 * });
 *
 * export const notAfter = cert.notAfter;
 * ```
 */
export class ProjectClientCert extends pulumi.CustomResource {
    /** Vercel's id of the certificate that is in place. */
    declare readonly certId: pulumi.Output<string>;
    /** The origin as Vercel returned it. What Vercel returns for a project-wide certificate is not documented. */
    declare readonly origin: pulumi.Output<string | undefined>;
    /** The project as used last: its name or its id, as it was given. */
    declare readonly project: pulumi.Output<string>;
    /** The team as used last, or `undefined` where the token's own scope was used. */
    declare readonly team: pulumi.Output<string | undefined>;
    /** The name of the variable whose token was used last, or `undefined` where that was the default token. */
    declare readonly tokenEnv: pulumi.Output<string | undefined>;
    /**
     * `v1:` and the hexadecimal SHA-256 over the chain, leaf first, and the set of issuers (DESIGN.md, "Fingerprint",
     * has the bytes). Equal fingerprints mean that there is nothing to upload. Empty after {@link ProjectClientCert.get},
     * and while something else is in place.
     */
    declare readonly fingerprint: pulumi.Output<string>;
    /** The hexadecimal SHA-256 of the leaf, as `openssl x509 -fingerprint -sha256` prints it, without the colons. */
    declare readonly certFingerprint: pulumi.Output<string>;
    /**
     * The hexadecimal SHA-256 of the leaf's SubjectPublicKeyInfo, of which a pin of RFC 7469 is the base64. It stays the
     * same over a renewal with the same key.
     */
    declare readonly publicKeyFingerprint: pulumi.Output<string>;
    /** The subject of the leaf, on one line, such as `CN=billing-client`. */
    declare readonly subject: pulumi.Output<string>;
    /** The issuer of the leaf, on one line. */
    declare readonly issuer: pulumi.Output<string>;
    /** The serial number of the leaf, in hexadecimal. */
    declare readonly serialNumber: pulumi.Output<string>;
    /** From when on the leaf is valid, ISO 8601 in UTC. */
    declare readonly notBefore: pulumi.Output<string>;
    /** Until when the whole chain is valid, ISO 8601 in UTC: the earliest end among its certificates. */
    declare readonly notAfter: pulumi.Output<string>;
    /** When this resource last uploaded, ISO 8601 in UTC. */
    declare readonly uploadedAt: pulumi.Output<string>;
    /** Ids of replaced certificates that could not be deleted yet; the next `pulumi up` tries again. */
    declare readonly staleCertIds: pulumi.Output<string[]>;
    /**
     * Ids of other certificates at the origin that this stack does not know, as of the last write or refresh. They are
     * left alone.
     */
    declare readonly otherCertIds: pulumi.Output<string[]>;
    /**
     * The certificates that expire: the chain, and the certificates in `ca` that it needs, each with its subject, its dates
     * and the date from which on this resource warns of its end, ISO 8601 in UTC. `undefined` in states of version 0.1.0
     * until the next upload.
     */
    declare readonly expiries: pulumi.Output<CertificateExpiry[] | undefined>;

    /**
     * Declares a client certificate.
     *
     * @param name The name of the resource in the program.
     * @param args The certificate, and where it belongs.
     * @param opts The options of any Pulumi resource; `customTimeouts` and `replaceOnChanges` have no effect on dynamic resources.
     */
    constructor(name: string, args: ProjectClientCertArgs, opts?: pulumi.CustomResourceOptions) {
        const writeTraces = deferPromiseTraces();
        try {
            super(TYPE, name, propertiesOf(args), opts);
        } finally {
            writeTraces();
        }
        hideInputs(this);
        void logWarnings(this, args.expiryWarningDays);
    }

    /**
     * Looks up a certificate that exists already, without managing it. What only the PEMs tell is empty (`""`, `[]`).
     *
     * @param name The name of the resource in the program.
     * @param id `[team/]project/https://host[:port]`, or `[team/]project/*` for the project-wide certificate.
     * @param opts The options of any Pulumi resource.
     */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ProjectClientCert {
        // An existing resource is read by its id alone; the engine ignores the arguments, so there are none.
        return new ProjectClientCert(name, {} as ProjectClientCertArgs, { ...opts, id });
    }

    /** Whether a value is a `ProjectClientCert`, also one of another copy of this package, or what a policy pack is shown. */
    static override isInstance(value: unknown): value is ProjectClientCert {
        return typeof value === "object" && value !== null && "__pulumiType" in value && value.__pulumiType === TYPE;
    }
}

const OUTPUTS = [
    "certId",
    "fingerprint",
    "certFingerprint",
    "publicKeyFingerprint",
    "subject",
    "issuer",
    "serialNumber",
    "notBefore",
    "notAfter",
    "uploadedAt",
    "staleCertIds",
    "otherCertIds",
    "expiries",
    "project",
    "team",
    "origin",
    "tokenEnv",
] as const;

/** The arguments as they are registered, with a place for every output that is not an argument too. */
function propertiesOf(args: ProjectClientCertArgs): pulumi.Inputs {
    const places = Object.fromEntries([...OUTPUTS, "findings"].map((name) => [name, undefined]));
    const preview = pulumi.runtime.isDryRun() ? { [PREVIEW_PROPERTY]: true } : {};
    return { ...places, ...args, ...withGaps(args), ...secretKeyOf(args), ...preview, __provider: PROVIDER_TEXT };
}

/** Who exports the resource itself exports its outputs, and no key: the SDK takes what is enumerable. */
function hideInputs(resource: ProjectClientCert): void {
    const shown = new Set<string>([...OUTPUTS, "id", "urn"]);
    for (const name of Object.keys(resource).filter((name) => !shown.has(name) && !name.startsWith("__"))) {
        Object.defineProperty(resource, name, { enumerable: false });
    }
}

/** The arguments that mean something else when they are left out than any value does. */
const MEANT_WHEN_ABSENT = ["team", "origin", "expectedFingerprint", "tokenEnv"] as const;

/** An output without a value would not be sent, and pass for an argument left out: `check` tells it by `null`. */
function withGaps(args: ProjectClientCertArgs): pulumi.Inputs {
    return Object.fromEntries(
        MEANT_WHEN_ABSENT.filter((name) => typeof args[name] === "object").map((name) => [name, orNull(args[name])]),
    );
}

function orNull(given: unknown): pulumi.Output<unknown> {
    const output: pulumi.Output<unknown> = pulumi.output(given);
    return output.apply((known) => known ?? null);
}

function secretKeyOf(args: ProjectClientCertArgs): pulumi.Inputs {
    const key: unknown = args.key;
    if (key instanceof Promise || pulumi.Output.isInstance(key)) {
        const output: pulumi.Output<unknown> = pulumi.output(key);
        return { key: output.apply(withSecrets) };
    }
    return "key" in args ? { key: withSecrets(key) } : {};
}

/** Texts become secrets, whoever forgot; a reference stays readable, it is nothing but a name. */
function withSecrets(key: unknown): unknown {
    if (typeof key === "string") {
        return pulumi.secret(key);
    }
    if (typeof key !== "object" || key === null || !("passphrase" in key) || key.passphrase === undefined) {
        return key;
    }
    const passphrase = orNull(key.passphrase).apply((known) =>
        typeof known === "string" ? pulumi.secret(known) : known,
    );
    return { ...key, passphrase };
}
